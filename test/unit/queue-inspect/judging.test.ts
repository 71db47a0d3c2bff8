/** Verdicts on workers without heartbeats, concerns of queues and forecasts, from figures alone. */
import { describe, expect, it } from 'vitest';
import type { QueueView } from '../../../engine/model/queue.ts';
import { bullWorkersOf } from '../../../engine/queue/inspect/bull-clients.ts';
import { concernsOf } from '../../../engine/queue/inspect/concerns.ts';
import { type ForeignFacts, judgeForeign } from '../../../engine/queue/inspect/judge-foreign.ts';
import { countEvents, EventPairs } from '../../../engine/queue/inspect/queue-events.ts';
import { extrapolate, forecastOf, ratesOf } from '../../../engine/queue/inspect/queue-rates.ts';
import type { StreamEntry } from '../../../engine/queue/inspect/replies.ts';

const nowMs = 1_000_000_000;
const counts = { waiting: 0, prioritized: 0, active: 0, delayed: 0, 'waiting-children': 0, completed: 0, failed: 0 };

function view(change: Partial<Omit<QueueView, 'counts'>> & { counts?: Partial<typeof counts> } = {}): QueueView {
  return {
    id: { connectionId: 'c', prefix: 'bull', name: 'q' },
    own: false,
    maker: { version: 'bullmq:6.7.0', major: 6 },
    writable: true,
    seenAtMs: nowMs,
    rates: { windowMs: 60_000, addedPerS: 1, startedPerS: 1, finishedPerS: 1, failedPerS: 0, estimated: false },
    latencies: { sampleCount: 50, windowMs: 900_000, wait: null, run: { p50Ms: 500, p95Ms: 2_000, p99Ms: 3_000 } },
    oldestWaitingMs: null,
    oldestActiveMs: null,
    nextDelayedAtMs: null,
    forecast: { trend: 'clear', clearsAtMs: null },
    paused: false,
    concurrency: null,
    rateLimit: null,
    limitedUntilMs: null,
    workerCount: 2,
    size: null,
    concerns: [],
    ...change,
    counts: { ...counts, ...change.counts },
  };
}

function facts(queue: QueueView | null, change: Partial<ForeignFacts> = {}): ForeignFacts {
  return {
    connection: { idleMs: 0, blocked: true },
    lastSeenAtMs: nowMs,
    queue,
    lastStartedAtMs: nowMs - 1_000,
    nowMs,
    ...change,
  };
}

const waiting = { counts: { waiting: 5 }, oldestWaitingMs: 40_000 };
const still = { lastStartedAtMs: nowMs - 30_000 };

describe('a worker without heartbeats', () => {
  it.each([
    ['gone', 'its connection is no longer there', facts(view(), { connection: null, lastSeenAtMs: nowMs - 5_000 })],
    ['unknown', 'its queue could not be seen', facts(null)],
    ['consuming', 'nothing waits', facts(view(), still)],
    ['consuming', 'a job was just begun', facts(view(waiting))],
    ['wedged', 'jobs wait, none is active, none begun for 30 s', facts(view(waiting), still)],
    ['wedged', 'it asks for jobs and gets none', facts(view({ ...waiting, counts: { waiting: 5, active: 1 } }), still)],
    [
      'busy',
      'its slots are taken by short jobs',
      facts(view({ ...waiting, counts: { waiting: 5, active: 1 }, oldestActiveMs: 30_000 }), {
        ...still,
        connection: { idleMs: 30_000, blocked: false },
      }),
    ],
    [
      'wedged',
      'its job runs far beyond its like',
      facts(view({ ...waiting, counts: { waiting: 5, active: 1 }, oldestActiveMs: 90_000 }), {
        ...still,
        connection: { idleMs: 90_000, blocked: false },
      }),
    ],
    ['consuming', 'the queue is paused', facts(view({ ...waiting, paused: true }), still)],
    ['consuming', 'the rate limit is reached', facts(view({ ...waiting, limitedUntilMs: nowMs + 5_000 }), still)],
    [
      'consuming',
      'the limit at once is reached',
      facts(view({ ...waiting, counts: { waiting: 5, active: 3 }, concurrency: 3 }), still),
    ],
  ] as const)('is %s when %s', (verdict, _why, given) => {
    const judged = judgeForeign(given);
    expect(judged.verdict).toBe(verdict);
    expect(judged.evidence).not.toBe('');
  });

  it('is wedged within 30 s of standing still, not at once', () => {
    const after = (ms: number): string =>
      judgeForeign(facts(view({ counts: { waiting: 1 }, oldestWaitingMs: ms }), { lastStartedAtMs: null })).verdict;
    expect(after(19_000)).toBe('consuming');
    expect(after(24_000)).toBe('wedged');
  });
});

describe('the concerns of a queue', () => {
  const codes = (queue: QueueView, lastStartedAtMs: number | null = null): string[] =>
    concernsOf(queue, lastStartedAtMs, [], []).map(({ code }) => code);

  it.each([
    [['no_workers'], view({ ...waiting, workerCount: 0 })],
    [[], view({ ...waiting, workerCount: 0, oldestWaitingMs: 5_000 })],
    [[], view({ workerCount: 0 })],
    [['wedged'], view(waiting)],
    [['paused_with_backlog'], view({ ...waiting, paused: true, workerCount: 0 })],
    [['overdue'], view({ counts: { delayed: 1 }, nextDelayedAtMs: nowMs - 20_000, workerCount: 0 })],
    [['long_running'], view({ counts: { active: 1 }, oldestActiveMs: 61_000 })],
    [[], view({ counts: { active: 1 }, oldestActiveMs: 15_000 })],
    [
      ['failing'],
      view({
        rates: { windowMs: 60_000, addedPerS: 1, startedPerS: 1, finishedPerS: 1, failedPerS: 0.6, estimated: false },
      }),
    ],
  ])('%j', (expected, queue) => {
    expect(codes(queue)).toEqual(expected);
  });

  it('keep since when they are there', () => {
    const [first] = concernsOf(view({ ...waiting, workerCount: 0 }), null, [], []);
    expect(first?.sinceMs).toBe(nowMs - 40_000);
    const later = view({ ...waiting, workerCount: 0, seenAtMs: nowMs + 60_000, oldestWaitingMs: 10_000 });
    expect(concernsOf(later, null, first ? [first] : [], [])[0]?.sinceMs).toBe(nowMs - 40_000);
  });
});

describe('the forecast of a backlog', () => {
  const rates = (addedPerS: number | null, startedPerS: number | null) => ({
    windowMs: 60_000,
    addedPerS,
    startedPerS,
    finishedPerS: 0,
    failedPerS: 0,
    estimated: false,
  });

  it.each([
    ['clear', null, 0, rates(1, 2)],
    ['shrinking', nowMs + 50_000, 100, rates(3, 5)],
    ['growing', null, 100, rates(5, 3)],
    ['still', null, 100, rates(0, 0)],
    ['unknown', null, 100, rates(null, null)],
  ] as const)('is %s', (trend, clearsAtMs, backlog, given) => {
    expect(forecastOf({ ...counts, waiting: backlog }, given, nowMs)).toEqual({ trend, clearsAtMs });
  });
});

describe('rates', () => {
  it('are sums over what was seen, and extrapolated where only the newest events were read', () => {
    const told = extrapolate({ added: 10, started: 10, finished: 8, failed: 2 }, 1_000, 5_000);
    expect(told).toEqual({ added: 50, started: 50, finished: 40, failed: 10 });
    const rates = ratesOf([{ ...told, endMs: nowMs, spanMs: 5_000, estimated: true }]);
    expect(rates).toEqual({
      windowMs: 5_000,
      addedPerS: 10,
      startedPerS: 10,
      finishedPerS: 10,
      failedPerS: 2,
      estimated: true,
    });
    expect(ratesOf([])).toMatchObject({ addedPerS: null });
  });
});

describe('events', () => {
  const entry = (atMs: number, event: string, jobId: string): StreamEntry => ({
    id: `${atMs}-0`,
    atMs,
    fields: new Map([
      ['event', event],
      ['jobId', jobId],
    ]),
  });

  it('are counted by kind and paired over several readings', () => {
    const pairs = new EventPairs();
    const first = [entry(0, 'added', '1'), entry(10, 'waiting', '1'), entry(50, 'active', '1')];
    expect(countEvents(first)).toEqual({ added: 1, started: 1, finished: 0, failed: 0 });
    expect(pairs.take(first)).toEqual([]);
    expect(pairs.take([entry(250, 'completed', '1')])).toEqual([{ endedAtMs: 250, waitMs: 40, runMs: 200 }]);
  });

  it('do not make a pair when some in between were not read', () => {
    const pairs = new EventPairs();
    pairs.take([entry(50, 'active', '1')]);
    pairs.forget();
    expect(pairs.take([entry(250, 'completed', '1')])).toEqual([]);
  });
});

describe('the list of clients', () => {
  it('names workers by prefix and queue, and leaves everything else out', () => {
    const base = Buffer.from('my queue').toString('base64');
    const lines = [
      `id=5 addr=10.0.0.1:4000 name=shop:eu:${base} age=12 idle=3 flags=b db=0`,
      `id=6 addr=10.0.0.2:4000 name=bull:${base}:w:mailer 7 age=1 idle=0 flags=N`,
      `id=7 addr=10.0.0.2:4001 name=bull:${base}:qe age=1 idle=0 flags=b`,
      'id=8 addr=10.0.0.2:4002 name=vigia:broker:123 age=1 idle=0 flags=N',
      'id=9 addr=10.0.0.2:4003 name= age=1 idle=0 flags=N',
    ].join('\n');
    const found = bullWorkersOf(lines);
    expect(found.map(({ place, blocked, connectedMs }) => [place.prefix, place.name, blocked, connectedMs])).toEqual([
      ['shop:eu', 'my queue', true, 12_000],
      ['bull', 'my queue', false, 1_000],
    ]);
  });
});
