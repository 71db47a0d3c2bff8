/** Rounds of samples on a manual clock: what is seen, what is not made up, and what a sleep leaves behind. */
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { SamplerPorts } from '../../../engine/health/ports.ts';
import { type SampledRound, Sampler } from '../../../engine/health/sampler.ts';
import type { RedisMemory } from '../../../engine/model/health.ts';
import type { Sample, SignalName } from '../../../engine/model/sample.ts';
import type { WorkerView } from '../../../engine/model/worker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { workerView } from '../../support/worker-views.ts';

const nothing: SamplerPorts = {
  redis: [],
  cache: null,
  responses: null,
  sourceQueries: null,
  workers: null,
  queues: null,
  schedules: null,
  watchedQueues: null,
  process: null,
};

function redis(memory: RedisMemory | null, ping: () => Promise<number> = async () => 0.4): SamplerPorts['redis'] {
  return [{ role: 'cache', ping, memory: async () => memory }];
}

function worker(verdict: WorkerView['verdict'], slots = 4): WorkerView {
  return workerView({ workerId: `w-${verdict}`, verdict, slots });
}

function bench(ports: Partial<SamplerPorts>, lastSampleAgoMs: number | null = null) {
  const clock = new ManualClock();
  const lastAtMs = lastSampleAgoMs === null ? null : clock.now() - lastSampleAgoMs;
  const samples: Sample[] = [];
  const rounds: SampledRound[] = [];
  const sampler = new Sampler({
    clock,
    logger: silentLogger,
    ports: { ...nothing, ...ports },
    sink: { append: (round) => samples.push(...round), lastAtMs: () => lastAtMs },
  });
  sampler.onSampled((round) => rounds.push(round));
  const of = (signal: SignalName) => samples.filter((sample) => sample.signal === signal);
  return { clock, sampler, samples, rounds, of };
}

describe('a round', () => {
  it('looks at once and then every 5 s', async () => {
    const { clock, sampler, of } = bench({ redis: redis({ usedBytes: 10, limitBytes: 100, policy: 'allkeys-lru' }) });
    const start = clock.now();
    await sampler.start();
    await clock.advance(10_000);
    expect(of('redis.cache.memory_ratio').map(({ atMs, value }) => [atMs - start, value])).toEqual([
      [0, 0.1],
      [5_000, 0.1],
      [10_000, 0.1],
    ]);
    await sampler.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('writes null, never a number, for a share of a limit that is not set', async () => {
    const { sampler, of } = bench({ redis: redis({ usedBytes: 10, limitBytes: null, policy: 'noeviction' }) });
    await sampler.start();
    expect(of('redis.cache.memory_ratio')).toMatchObject([{ value: null, count: 1 }]);
    expect(of('redis.cache.memory_bytes')).toMatchObject([{ value: 10, count: 1 }]);
    await sampler.stop();
  });

  it('writes nothing for a part that fails, and names it', async () => {
    const { sampler, of } = bench({
      redis: redis({ usedBytes: 1, limitBytes: 2, policy: 'noeviction' }, () => Promise.reject(new Error('refused'))),
    });
    await sampler.start();
    expect(of('redis.cache.ping_ms')).toEqual([]);
    expect(of('redis.cache.memory_ratio')).toHaveLength(1);
    expect([...sampler.problems]).toEqual([['Redis (cache) ping', 'refused']]);
    await sampler.stop();
  });

  it('does not wait for a part that hangs longer than its deadline', async () => {
    const { clock, sampler, rounds, of } = bench({
      redis: redis({ usedBytes: 1, limitBytes: 2, policy: 'noeviction' }, () => new Promise(() => undefined)),
    });
    const first = sampler.start();
    await clock.advance(2_000);
    await first;
    expect(rounds).toHaveLength(1);
    expect(of('redis.cache.ping_ms')).toEqual([]);
    await sampler.stop();
  });

  it('counts stale hits as hits, weighs the ratio by its reads, and has no ratio without reads', async () => {
    const counts = [
      { reads: 10, hits: 6, staleHits: 2, misses: 2 },
      { reads: 0, hits: 0, staleHits: 0, misses: 0 },
    ];
    const { clock, sampler, of } = bench({
      cache: {
        figures: () => counts.shift() ?? { reads: 0, hits: 0, staleHits: 0, misses: 0 },
        entryCount: async () => 41,
      },
    });
    await sampler.start();
    await clock.advance(5_000);
    expect(of('cache.hit_ratio').map(({ value, count }) => [value, count])).toEqual([
      [0.8, 10],
      [null, 0],
    ]);
    await sampler.stop();
  });

  it('counts the job slots of workers that take jobs, and none where no worker can be judged', async () => {
    let views = [worker('consuming'), worker('busy', 2), worker('wedged'), worker('unknown')];
    const { clock, sampler, of } = bench({ workers: { views: async () => views } });
    await sampler.start();
    views = [worker('unknown')];
    await clock.advance(5_000);
    views = [];
    await clock.advance(5_000);
    expect(of('workers.available_count').map(({ value }) => value)).toEqual([6, null, 0]);
    await sampler.stop();
  });

  it('measures jobs per second from a running count, and nothing when the count begins anew', async () => {
    const finished = [100, 150, 10];
    const { clock, sampler, of } = bench({
      queues: { counts: async () => [], finishedCount: async () => finished.shift() ?? null },
    });
    await sampler.start();
    await clock.advance(10_000);
    expect(of('queue.jobs_per_second').map(({ value }) => value)).toEqual([10]);
    await sampler.stop();
  });
});

describe('a gap', () => {
  it('of two hours asleep leaves no samples in between and is told with the next round', async () => {
    const { clock, sampler, samples, rounds } = bench({
      redis: redis({ usedBytes: 1, limitBytes: 2, policy: 'noeviction' }),
    });
    await sampler.start();
    await clock.advance(5_000);
    const slept = clock.now();
    clock.suspend(7_200_000);
    await clock.advance(5_000);
    expect(rounds.map(({ gap }) => gap?.reason ?? null)).toEqual([null, null, 'asleep']);
    expect(sampler.lastGap).toEqual({ fromMs: slept, toMs: slept + 7_205_000, reason: 'asleep' });
    expect(samples.filter(({ atMs }) => atMs > slept && atMs < slept + 7_205_000)).toEqual([]);
    await sampler.stop();
  });

  it('is told when this program was not running', async () => {
    const { clock, sampler, rounds } = bench({}, 10_800_000);
    await sampler.start();
    expect(rounds).toMatchObject([
      { gap: { fromMs: clock.now() - 10_800_000, toMs: clock.now(), reason: 'not-running' } },
    ]);
    await sampler.stop();
  });

  it('throws away answers that were asked for before a sleep and came after it', async () => {
    let answer: (ms: number) => void = () => undefined;
    const { clock, sampler, samples } = bench({
      redis: redis(null, () => new Promise((resolve) => (answer = resolve))),
    });
    const first = sampler.start();
    clock.suspend(7_200_000);
    answer(0.4);
    await first;
    expect(samples).toEqual([]);
    await sampler.stop();
  });
});
