/** Workers killed at random moments, two hundred times: every refresh that was asked for ends exactly once in the cache. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { brokerConnection } from '../../../engine/queue/broker.ts';
import { JobRescue } from '../../../engine/queue/job-rescue.ts';
import { WorkerSupervisor } from '../../../engine/queue/worker-supervisor.ts';
import { CacheFleet } from '../../support/cache-fleet.ts';
import { openQueues, refreshOf } from '../../support/queue-room.ts';
import { startRedis } from '../../support/redis-server.ts';
import { refreshedKey } from '../../support/refreshed-key.ts';
import { until } from '../../support/until.ts';

const entryPath = fileURLToPath(new URL('../../support/refreshing-worker-entry.ts', import.meta.url));
const wantedKills = 200;
const processCount = 5;
const backlog = 25;
/** Another one is tried with KILL_SEED=<number>. */
const seed = Number(process.env['KILL_SEED'] ?? 20_260_331);

/** Mulberry32: a small generator of even numbers in [0, 1). */
function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('lose no refresh and do none twice', { timeout: 300_000 }, async () => {
  const random = randomOf(seed);
  const broker = await startRedis();
  const cacheServer = await startRedis();
  const fleet = new CacheFleet();
  // What is proved here is that nothing is lost, not how soon: the machine starts two hundred processes meanwhile.
  const queues = openQueues(broker.socketPath, { deadlineMs: 15_000 });
  const connection = brokerConnection({ path: broker.socketPath });
  const rescue = new JobRescue({ connection, clock: systemClock, logger: silentLogger, mostLosses: 1_000 });
  const supervisor = new WorkerSupervisor({
    entryPath,
    // Halves what a start costs.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'vigia-test-compile-cache') },
    settings: { socketPath: broker.socketPath, cacheUrl: cacheServer.url, leaseMs: 600, lockMs: 1_500, concurrency: 2 },
    processCount,
    clock: systemClock,
    logger: silentLogger,
    rescue,
    backoff: { firstMs: 5, longestMs: 10 },
  });
  try {
    const { cache } = await fleet.join(cacheServer.url);
    const stored = new Map<string, number>();
    cache.onStored(({ redisKey }) => stored.set(redisKey, (stored.get(redisKey) ?? 0) + 1));
    const views: string[] = [];
    const ask = async (): Promise<void> => {
      const viewId = `view-${views.length}`;
      views.push(viewId);
      const refresh = refreshOf(viewId, { takesMs: Math.floor(random() * 60) });
      await queues.enqueue('refresh-kpis', refresh);
      // Whoever asks again meanwhile joins, whatever happens to the worker.
      if (random() < 0.3) await queues.enqueue('refresh-kpis', refresh);
    };
    const waiting = async (): Promise<number> => (await queues.counts())[0]?.waiting ?? 0;

    supervisor.start();
    let kills = 0;
    while (kills < wantedKills) {
      while ((await waiting()) < backlog) await ask();
      const ready = supervisor.processes().filter(({ workerId }) => workerId !== null);
      const victim = ready[Math.floor(random() * ready.length)];
      if (victim) {
        process.kill(victim.pid, 'SIGKILL');
        kills += 1;
      }
      await systemClock.sleep(random() * 120);
    }
    const left = async (): Promise<number> => {
      const [kpis] = await queues.counts();
      return (kpis?.waiting ?? 0) + (kpis?.active ?? 0) + (kpis?.delayed ?? 0);
    };
    await until(async () => (await left()) === 0, 120_000, 'all refreshes to end');

    expect((await queues.counts())[0]?.failed).toBe(0);
    const reads = await cache.read(views.map(refreshedKey), { counted: false });
    expect(reads.map(({ value }) => value)).toEqual(views.map((viewId) => ({ viewId })));
    const times = views.map((viewId) => stored.get(refreshedKey(viewId).redisKey) ?? 0);
    expect(times.filter((count) => count !== 1)).toEqual([]);
    const killed = supervisor.exits().filter(({ signal }) => signal === 'SIGKILL');
    expect(killed.length).toBeGreaterThan(0);
    expect(kills).toBe(wantedKills);
  } finally {
    await supervisor.stop();
    await rescue.close();
    await queues.close();
    await fleet.close();
    await broker.stop();
    await cacheServer.stop();
  }
});
