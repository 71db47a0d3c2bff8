/** What is noted becomes events: gathered, merged, kept when the store refuses, and only what changed. */
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import { LinkChanges, ServerChanges } from '../../../engine/health/timeline/link-changes.ts';
import { type Happening, Timeline, type TimelineRecords } from '../../../engine/health/timeline/timeline.ts';
import { QueueChanges, WorkerChanges } from '../../../engine/health/timeline/work-changes.ts';
import type { RedisShardHealth } from '../../../engine/model/redis-health.ts';
import { said } from '../../../engine/model/said.ts';
import { type TimelineEvent, timelineQuerySchema } from '../../../engine/model/timeline.ts';
import type { NewTimelineEvent } from '../../../engine/store/timeline-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

interface Kept extends TimelineRecords {
  readonly events: TimelineEvent[];
  refuses: boolean;
}

function records(): Kept {
  const events: TimelineEvent[] = [];
  const kept: Kept = {
    events,
    refuses: false,
    append(added: readonly NewTimelineEvent[]) {
      if (kept.refuses) throw new Error('disk full');
      return added.map((event) => events.push({ ...event, id: events.length + 1 }));
    },
    prolong(id, change) {
      const known = events.find((event) => event.id === id);
      if (known) Object.assign(known, change);
    },
    read: ({ limit }) => events.toReversed().slice(0, limit),
  };
  return kept;
}

const invalidated: Happening = {
  kind: 'cache',
  code: 'invalidated',
  tone: 'plain',
  subject: 'table:edp',
  detail: 'edp_updated',
  said: said('happened_reason', { reason: 'edp_updated' }),
  mergeKey: 'invalidated edp_updated',
};

function room() {
  const clock = new ManualClock();
  const kept = records();
  return { clock, kept, timeline: new Timeline({ records: kept, clock, logger: silentLogger }) };
}

describe('the timeline', () => {
  it('makes one event of a storm, with its count and its end', async () => {
    const { clock, kept, timeline } = room();
    const beganMs = clock.now();
    for (let i = 0; i < 50; i += 1) {
      timeline.note(invalidated);
      await clock.advance(100);
    }
    timeline.flush();
    expect(kept.events).toHaveLength(1);
    expect(kept.events[0]).toMatchObject({ count: 50, atMs: beganMs, untilMs: beganMs + 4_900 });
  });

  it('begins another event after a pause', async () => {
    const { clock, kept, timeline } = room();
    timeline.note(invalidated);
    await clock.advance(11_000);
    timeline.note(invalidated);
    timeline.flush();
    expect(kept.events.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('tells of what is new at most four times a second', async () => {
    const { clock, timeline } = room();
    let told = 0;
    timeline.onAdded(() => (told += 1));
    for (let i = 0; i < 100; i += 1) {
      timeline.note({ ...invalidated, subject: `t${i}`, mergeKey: `m${i}` });
      await clock.advance(10);
    }
    await clock.advance(300);
    expect(told).toBeGreaterThanOrEqual(3);
    expect(told).toBeLessThanOrEqual(5);
  });

  it('keeps what the store refuses until it takes it', async () => {
    const { clock, kept, timeline } = room();
    kept.refuses = true;
    timeline.note(invalidated);
    await clock.advance(300);
    expect(kept.events).toEqual([]);
    kept.refuses = false;
    timeline.note({ ...invalidated, mergeKey: 'other' });
    await clock.advance(300);
    expect(kept.events).toHaveLength(2);
  });

  it('writes no credentials', () => {
    const { kept, timeline } = room();
    const problem = 'lost redis://user:secret@host:1';
    const parts = [said('problem', { problem })];
    timeline.note({ ...invalidated, detail: problem, said: said('happened_parts', { parts }) });
    timeline.flush();
    expect(JSON.stringify(kept.events)).not.toContain('secret');
  });

  it('answers a page and where the next begins', () => {
    const { timeline } = room();
    for (let i = 0; i < 5; i += 1) timeline.note({ ...invalidated, mergeKey: `m${i}`, subject: `s${i}` });
    const page = timeline.page(timelineQuerySchema.parse({ limit: 2 }));
    expect(page.events.map(({ subject }) => subject)).toEqual(['s4', 's3']);
    expect(page.nextBefore).toEqual({ atMs: page.events[1]?.atMs, id: 4 });
    expect(timeline.page(timelineQuerySchema.parse({ limit: 5 })).nextBefore).toBeNull();
  });
});

describe('links', () => {
  it('tell of a loss with its reason, and of the return with how long it took', () => {
    const links = new LinkChanges();
    expect(links.take('cache', { state: 'connecting', problem: null, sinceMs: 0 })).toEqual([]);
    expect(links.take('cache', { state: 'ready', problem: null, sinceMs: 100 })).toMatchObject([
      { code: 'link_ready' },
    ]);
    expect(links.take('cache', { state: 'ready', problem: 'one command failed', sinceMs: 100 })).toEqual([]);
    expect(links.take('cache', { state: 'unreachable', problem: 'ECONNREFUSED', sinceMs: 60_100 })).toMatchObject([
      {
        ...{ code: 'link_lost', tone: 'bad', subject: 'cache', atMs: 60_100, detail: 'ECONNREFUSED; after 60 s ready' },
        said: said('happened_parts', {
          parts: [said('problem', { problem: 'ECONNREFUSED' }), said('happened_after_ready', { forMs: 60_000 })],
        }),
      },
    ]);
    expect(links.take('cache', { state: 'ready', problem: null, sinceMs: 75_100 })).toMatchObject([
      { code: 'link_ready', tone: 'good', detail: 'after 15 s unreachable' },
    ]);
  });
});

function shard(change: {
  uptimeS?: number;
  role?: 'master' | 'replica';
  limitBytes?: number | null;
  evictedPerS?: number;
}): RedisShardHealth {
  const { uptimeS = 100, role = 'master', limitBytes = null, evictedPerS = 0 } = change;
  const limit =
    limitBytes === null
      ? ({ kind: 'none', systemBytes: null } as const)
      : ({ kind: 'limited', bytes: limitBytes, usedRatio: 0.5 } as const);
  const unknown = { peakBytes: null, rssBytes: null, fragmentationRatio: null, datasetBytes: null, clientBytes: null };
  const hits = { reads: 0, ratio: null, minimumReads: 100 };
  const none = { opsPerS: null, expiredPerS: null, keysGainedPerS: null, netInBytesPerS: null, netOutBytesPerS: null };
  return {
    ...{ address: 'a', atMs: 0, problem: null, product: 'Redis', version: '7.0.15' },
    ...{ commands: [], latencyEvents: [], histogram: null, roundTrips: null },
    figures: {
      uptimeS,
      memory: { usedBytes: 1, ...unknown, limit, policy: 'allkeys-lru' },
      clients: { connected: 1, blocked: 0, max: null, rejectedSinceStart: 0 },
      persistence: {
        ...{ loading: false, lastSaveAtMs: null, lastSaveOk: null, unsavedChanges: null, saving: null },
        ...{ appendOnly: null, lastAppendOk: null, lastRewriteOk: null, lastForkMs: null },
      },
      replication: { role, masterLinkUp: null, masterSilentS: null, replicas: [] },
      ...{ databases: [], keyCount: 0, roundTripMs: null },
    },
    windows: [
      {
        windowMs: 60_000,
        coveredMs: 60_000,
        hits,
        evictedPerS,
        ...none,
        connectionsPerS: null,
        rejectedCount: null,
        cpuRatio: null,
      },
    ],
  };
}

describe('servers', () => {
  it('tell of a restart, a new role and a new limit, and of nothing at the first look', () => {
    const servers = new ServerChanges();
    expect(servers.take('cache', [shard({})])).toEqual([]);
    expect(servers.take('cache', [shard({ uptimeS: 102 })])).toEqual([]);
    expect(servers.take('cache', [shard({ uptimeS: 1 })])).toMatchObject([{ code: 'server_restarted' }]);
    expect(servers.take('cache', [shard({ uptimeS: 3, role: 'replica' })])).toMatchObject([
      {
        ...{ code: 'role_changed', detail: 'master became replica' },
        said: said('happened_became', { before: 'master', after: 'replica' }),
      },
    ]);
    expect(servers.take('cache', [shard({ uptimeS: 5, role: 'replica', limitBytes: 1_048_576 })])).toMatchObject([
      { code: 'memory_limit_changed', detail: 'no limit became 1 MB' },
    ]);
  });

  it('tell of evictions with their number, as one event while they last', () => {
    const [event] = new ServerChanges().take('cache', [shard({ evictedPerS: 10, limitBytes: 1_048_576 })]);
    expect(event).toMatchObject({ code: 'evictions', mergeKey: 'evictions cache a' });
    expect(event?.detail).toBe('600 keys evicted in the last minute at a limit of 1 MB (allkeys-lru)');
    expect(event?.said).toEqual(
      said('happened_evicted_limit', { count: 600, limitBytes: 1_048_576, policy: 'allkeys-lru' }),
    );
  });
});

describe('workers', () => {
  const seen = (verdict: 'consuming' | 'busy' | 'wedged' | 'unknown' | 'gone') => [
    { workerId: 'w', verdict, evidence: verdict },
  ];

  it('tell of what changes their standing, not of every job', () => {
    const workers = new WorkerChanges();
    expect(workers.take(seen('consuming'))).toMatchObject([{ code: 'worker_seen' }]);
    expect(workers.take(seen('busy'))).toEqual([]);
    expect(workers.take(seen('wedged'))).toMatchObject([{ code: 'worker_wedged', tone: 'bad', detail: 'wedged' }]);
    expect(workers.take(seen('unknown'))).toMatchObject([{ code: 'worker_silent' }]);
    expect(workers.take(seen('consuming'))).toMatchObject([{ code: 'worker_working', tone: 'good' }]);
  });

  it('that were gone before are not told of', () => {
    expect(new WorkerChanges().take(seen('gone'))).toEqual([]);
  });
});

describe('queues', () => {
  const counts = { waiting: 3, prioritized: 0, active: 0, delayed: 0, 'waiting-children': 0, completed: 0, failed: 0 };
  const queue = (change: object) => [
    {
      id: { connectionId: 'broker', prefix: 'bull', name: 'kpis' },
      ...{ counts, paused: false, oldestWaitingMs: null as number | null, concerns: [], ...change },
    },
  ];

  it('tell of a pause, a backlog and their ends, and keep a backlog until it is nearly gone', () => {
    const queues = new QueueChanges(30_000);
    expect(queues.take(queue({}))).toEqual([]);
    expect(queues.take(queue({ paused: true }))).toMatchObject([
      { code: 'queue_paused', subject: 'broker/bull:kpis', detail: '3 jobs wait' },
    ]);
    expect(queues.take(queue({ paused: true, oldestWaitingMs: 31_000 }))).toMatchObject([{ code: 'queue_backlog' }]);
    expect(queues.take(queue({ paused: false, oldestWaitingMs: 20_000 }))).toMatchObject([{ code: 'queue_resumed' }]);
    expect(queues.take(queue({ oldestWaitingMs: 1_000 }))).toMatchObject([{ code: 'queue_clear' }]);
  });

  it('tell of jobs that nobody begins with the evidence', () => {
    const concern = {
      code: 'no_workers' as const,
      severity: 'failed' as const,
      sinceMs: 0,
      evidence: 'nobody is there',
    };
    expect(new QueueChanges(30_000).take(queue({ concerns: [concern] }))).toMatchObject([
      { code: 'queue_unattended', tone: 'bad', detail: 'nobody is there' },
    ]);
  });
});
