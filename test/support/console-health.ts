/** Made-up health, alerts and system answers for tests of the console: a well chain, and one whose workers are wedged. */
import { said } from '../../engine/model/said.ts';
import type { CallOutput } from '../../src/shared/contract.ts';

type Overview = CallOutput<'overview.get'>;
type Figure = Overview['figures'][number];
type Alert = CallOutput<'alerts.now'>['alerts'][number];
type Transition = CallOutput<'alerts.history'>['transitions'][number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export function systemInfo(nowMs: number): CallOutput<'system.info'> {
  return {
    version: '0.1.0',
    nodeVersion: '24.21.0',
    host: 'test',
    startedAtMs: nowMs - hourMs,
    nowMs,
    pack: { id: 'edp', title: 'EDP' },
    source: { kind: 'duckdb', label: 'demo.duckdb', demo: true, rowCount: 50_000, reachable: true, problem: null },
    asOf: '2026-11-22',
    asOfFixed: true,
    links: (['cache', 'broker'] as const).map((role) => ({
      role,
      address: `unix:${role}.sock`,
      embedded: true,
      state: 'ready',
      sinceMs: nowMs - hourMs,
      version: '7.0.15',
      problem: null,
    })),
    notices: [],
    dataDir: 'data',
  };
}

/** One point a minute for an hour; `valueAt` gives null for a gap. */
function hour(
  nowMs: number,
  signal: Figure['series']['signal'],
  valueAt: (minute: number) => number | null,
): Figure['series'] {
  const points = Array.from({ length: 60 }, (_, minute) => ({
    atMs: nowMs - (59 - minute) * minuteMs,
    value: valueAt(minute),
  }));
  return { signal, fromMs: nowMs - hourMs, toMs: nowMs, points };
}

const wave = (minute: number, size: number): number =>
  Math.sin(minute / 4) * size + Math.cos(minute / 1.7) * size * 0.4;

function figures(nowMs: number, isBroken: boolean): Figure[] {
  const well = { noDataReason: null, state: 'well', firingSinceMs: null } as const;
  return [
    {
      ...well,
      id: 'hit_rate',
      value: 0.974,
      unit: 'ratio',
      note: null,
      threshold: 0.8,
      badWhen: 'below',
      observationCount: 12_408,
      series: hour(nowMs, 'cache.hit_ratio', (minute) => 0.965 + wave(minute, 0.01)),
    },
    {
      ...well,
      id: 'response_time',
      value: 1.8,
      unit: 'ms',
      note: 'p95',
      threshold: 2_000,
      badWhen: 'above',
      observationCount: 12_408,
      series: hour(nowMs, 'response.p95_ms', (minute) => 2.2 + wave(minute, 0.6)),
    },
    {
      ...well,
      id: 'workers',
      value: isBroken ? 0 : 4,
      unit: 'count',
      note: 'of 4',
      threshold: 2,
      badWhen: 'below',
      observationCount: 60,
      series: hour(nowMs, 'workers.available_count', (minute) => (isBroken && minute > 53 ? 0 : 4)),
      ...(isBroken ? { state: 'failed' as const, firingSinceMs: nowMs - 6 * minuteMs } : {}),
    },
    {
      ...well,
      id: 'redis_memory',
      value: 0.31,
      unit: 'ratio',
      note: 'of 256 MB',
      threshold: 0.9,
      badWhen: 'above',
      observationCount: 56,
      series: hour(nowMs, 'redis.cache.memory_ratio', (minute) =>
        minute >= 28 && minute <= 32 ? null : 0.3 + wave(minute, 0.01),
      ),
    },
  ];
}

/** Newest first: a worker that wedged, and what led to it. */
export function happenings(nowMs: number): CallOutput<'timeline.events'>['events'] {
  const event = (id: number, agoMs: number, rest: Omit<Happening, 'id' | 'atMs' | 'untilMs'>): Happening => {
    return { id, atMs: nowMs - agoMs, untilMs: nowMs - agoMs, ...rest };
  };
  const worker = { kind: 'worker', subject: 'w1', count: 1 } as const;
  return [
    event(6, minuteMs, {
      kind: 'command',
      code: 'command_done',
      tone: 'plain',
      subject: 'cache.clear',
      detail: 'by ana',
      said: { code: 'happened_by', values: { who: 'ana' } },
      count: 1,
    }),
    event(5, 2 * minuteMs, {
      kind: 'cache',
      code: 'invalidated',
      tone: 'plain',
      subject: 'table:edp',
      detail: 'edp_updated',
      count: 412,
    }),
    event(4, 5 * minuteMs, {
      kind: 'alert',
      code: 'alert_firing',
      tone: 'bad',
      subject: 'workers',
      detail: 'Fewer than 2 worker slots take jobs: 0 on average over 1 min (12 observations), under 2',
      alert: {
        title: 'Fewer than 2 worker slots take jobs',
        evidence: '0 on average over 1 min (12 observations), under 2',
        facts: {
          ...{ outcome: 'value', signal: 'workers.available_count', value: 0, observationCount: 12, problem: null },
          ...{ aggregate: 'mean', windowMs: 60_000, comparison: 'below', threshold: 2, minimumCount: 3 },
        },
      },
      count: 1,
    }),
    event(3, 6 * minuteMs, {
      ...worker,
      code: 'worker_wedged',
      tone: 'bad',
      detail: '18 jobs in kpis, but it began none for 30 s',
    }),
    event(2, 26 * minuteMs, {
      kind: 'redis',
      code: 'link_ready',
      tone: 'good',
      subject: 'cache',
      detail: 'after 15 s unreachable',
      said: { code: 'happened_after_unreachable', values: { forMs: 15_000 } },
      count: 1,
    }),
    event(1, 27 * minuteMs, {
      kind: 'redis',
      code: 'link_lost',
      tone: 'bad',
      subject: 'cache',
      detail: 'connect ECONNREFUSED',
      count: 1,
    }),
  ];
}

type Happening = CallOutput<'timeline.events'>['events'][number];

const brokenCauses: Overview['causes'] = [
  {
    sign: 'workers',
    links: [
      { code: null, words: 'no worker consumes' },
      {
        code: 'workers_wedged',
        words: 'w1 wedged: 18 jobs in kpis, the oldest for 6 min, but it began none for 6 min',
      },
    ],
    root: {
      code: 'workers_wedged',
      words: 'w1 wedged: 18 jobs in kpis, the oldest for 6 min, but it began none for 6 min',
    },
  },
];

export function overview(nowMs: number, isBroken: boolean): Overview {
  return {
    atMs: nowMs,
    state: isBroken ? 'failed' : 'well',
    headline: isBroken ? 'KPI workers have not been consuming for 6 min' : null,
    causes: isBroken ? brokenCauses : [],
    chain: [
      {
        id: 'source',
        state: 'well',
        word: 'well',
        facts: ['DuckDB · 50,000 EDPs', 'slowest query 38 ms'],
        flow: '3.1 q/s',
      },
      {
        id: 'workers',
        state: isBroken ? 'failed' : 'well',
        word: isBroken ? '0 of 4' : '4 of 4',
        facts: isBroken ? ['1 wedged · 0 consuming', 'oldest job 43 s'] : ['1 consuming', 'no job waits'],
        flow: isBroken ? '0 jobs/s' : '0.4 jobs/s',
      },
      {
        id: 'broker',
        state: isBroken ? 'warning' : 'well',
        word: isBroken ? 'backlog' : 'well',
        facts: isBroken ? ['kpis 18 · dashboard 4', 'clears: not at this rate'] : ['kpis 0 · dashboard 0'],
        flow: isBroken ? '0 writes/s' : '1.2 writes/s',
      },
      {
        id: 'cache',
        state: 'well',
        word: 'well',
        facts: ['hit rate 97.4 % · 3.2 MB', '41 entries'],
        flow: '212 reads/s',
      },
      {
        id: 'kpis',
        state: isBroken ? 'warning' : 'well',
        word: isBroken ? '6 stale' : 'fresh',
        facts: ['34 values, oldest 12 min', 'data to 22 Nov'],
        flow: null,
      },
    ],
    figures: figures(nowMs, isBroken),
    stale: isBroken ? staleValues(nowMs) : [],
    valueCount: 34,
  };
}

function staleValues(nowMs: number): Overview['stale'] {
  const freshness = {
    state: 'stale',
    source: 'redis',
    reason: 'ttl-passed',
    reasonDetail: null,
    layer: 'kpis',
    dataAsOfMs: Date.UTC(2026, 10, 22),
    computedAtMs: nowMs - 12 * minuteMs,
    freshUntilMs: nowMs - 2 * minuteMs,
    staleUntilMs: nowMs + hourMs,
    sizeBytes: 2_000,
    computeMs: 38,
    refresh: { status: 'idle' },
  } as const;
  const causes = [
    { code: null, words: 'refresh waits 43 s', said: said('cause_refresh_waits', { elapsedMs: 43_000 }) },
    { code: null, words: 'no worker consumes', said: said('cause_no_worker_consumes') },
    { code: 'workers_wedged' as const, words: 'w1 is wedged since 14:02' },
  ];
  return [
    { section: 'kpis', filters: {}, freshness, causes },
    { section: 'charts', filters: { estado: 'validado' }, freshness, causes },
    {
      section: 'lists',
      filters: { cliente: 'Energía Maipo' },
      freshness: {
        ...freshness,
        refresh: { status: 'failed', times: 3, lastError: 'The source refused the query', nextTryAtMs: nowMs + 30_000 },
      },
      causes: [
        { code: 'refresh_failing', words: 'refresh failed 3 times' },
        { code: 'source_unreachable', words: 'The source refused the query' },
      ],
    },
    {
      section: 'forecast',
      filters: {},
      freshness: {
        ...freshness,
        refresh: { status: 'running', taskId: 'dashboard:9', progress: 0.4, sinceMs: nowMs - 3_000 },
      },
      causes: [{ code: null, words: 'its time was over 2 min ago' }],
    },
  ];
}

const rule = {
  clearThreshold: 0.85,
  windowMs: 5 * minuteMs,
  minimumCount: 100,
  forMs: 2 * minuteMs,
  keepFiringForMs: 0,
  severity: 'warning',
  enabled: true,
  aggregate: 'mean',
  onMissing: 'noData',
  missingForMs: 0,
  onBroken: 'error',
  labels: {},
  runbook: null,
  activeHours: null,
  inhibitedBy: [] as string[],
} as const;

const unacknowledged = {
  acknowledgedBy: null,
  acknowledgedAtMs: null,
  acknowledgeNote: null,
  silencedBy: null,
  inhibitedBy: null,
  isFlapping: false,
};

export function alertsNow(nowMs: number, isBroken: boolean): Alert[] {
  const calm = { state: 'inactive', sinceMs: nowMs - hourMs, observationCount: 12_408, ...unacknowledged } as const;
  return [
    {
      ...calm,
      rule: {
        ...rule,
        id: 'hit-rate',
        title: 'Cache hit rate < 80 %',
        signal: 'cache.hit_ratio',
        comparison: 'below',
        threshold: 0.8,
      },
      value: 0.974,
    },
    {
      ...calm,
      rule: {
        ...rule,
        id: 'response',
        title: 'Response time > 2 s',
        signal: 'response.p95_ms',
        comparison: 'above',
        threshold: 2_000,
      },
      value: 1.8,
    },
    {
      ...calm,
      rule: {
        ...rule,
        id: 'workers',
        title: 'Workers available < 2',
        signal: 'workers.available_count',
        comparison: 'below',
        threshold: 2,
        severity: 'critical',
        runbook: 'work-done',
      },
      value: isBroken ? 0 : 4,
      ...(isBroken ? { state: 'firing' as const, sinceMs: nowMs - 6 * minuteMs } : {}),
    },
    {
      ...calm,
      rule: {
        ...rule,
        id: 'memory',
        title: 'Redis memory > 90 %',
        signal: 'redis.cache.memory_ratio',
        comparison: 'above',
        threshold: 0.9,
      },
      state: 'noData',
      value: null,
      observationCount: 0,
    },
  ];
}

/** Newest first, ids from `count` down to 1. */
export function transitions(nowMs: number, count: number): Transition[] {
  return Array.from({ length: count }, (_, index) => {
    const isFiring = index % 2 === 1;
    const isWorkers = index % 4 < 2;
    return {
      id: count - index,
      ruleId: isWorkers ? 'workers' : 'hit-rate',
      title: isWorkers ? 'Workers available < 2' : 'Cache hit rate < 80 %',
      severity: isWorkers ? 'critical' : 'warning',
      from: isFiring ? 'pending' : 'firing',
      to: isFiring ? 'firing' : 'resolved',
      atMs: nowMs - index * 17 * minuteMs,
      value: isWorkers ? (isFiring ? 0 : 4) : 0.71,
      threshold: isWorkers ? 2 : 0.8,
      evidence: isWorkers ? 'mean of 5 min: 0 workers, 60 samples' : 'mean of 5 min: 71.0 %, 1,204 reads',
      cause: null,
      chain: [],
    };
  });
}
