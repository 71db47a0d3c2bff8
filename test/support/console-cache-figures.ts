/** Made-up figures of a cache as a whole, for tests of the console: layers, checks, warming, what an action reaches. */
import type { CallOutput } from '../../src/shared/contract.ts';

type Status = CallOutput<'cache.status'>;
type Window = Status['totals'][number];
type Row = CallOutput<'cache.entries'>['rows'][number];
type Report = NonNullable<Status['warming']['lastReport']>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const windowsMs = [minuteMs, 5 * minuteMs, hourMs];

const clientIs = (client: string) => ({ id: 'cliente', label: 'Client', values: [client] });

function figures(windowMs: number, readsPerMinute: number, hitRatio: number): Window {
  const reads = Math.round((readsPerMinute * windowMs) / minuteMs);
  const misses = Math.round(reads * (1 - hitRatio));
  const staleHits = Math.round(reads * 0.02);
  return {
    windowMs,
    reads,
    hits: reads - misses - staleHits,
    staleHits,
    misses,
    missesByReason:
      misses === 0 ? {} : { 'never-computed': Math.ceil(misses * 0.7), evicted: Math.floor(misses * 0.3) },
    hitRatio: reads < 20 ? null : hitRatio,
    computations: misses,
    computeMsTotal: misses * 84,
    failures: 0,
    earlyRefreshes: Math.round(reads * 0.01),
    joinedWaiters: 3,
    fromMemory: Math.round(reads * 0.8),
    fromRedis: Math.round(reads * 0.18),
    fromSnapshot: 0,
    bytesWritten: misses * 12_000,
    bytesRead: reads * 2_000,
    bytesSaved: misses * 50_000,
    computeMsSaved: reads * 84,
    readP50Ms: reads === 0 ? null : 0.02,
    readP95Ms: reads === 0 ? null : 0.9,
    readP99Ms: reads === 0 ? null : 2.4,
  };
}

/** Financials are hardly read: too few for a rate. The console slept from minute 22 to 30. */
const usual = [
  { layer: 'dashboard', readsPerMinute: 212, hitRatio: 0.974, ttlMs: 300_000 },
  { layer: 'kpis', readsPerMinute: 88, hitRatio: 0.941, ttlMs: 600_000 },
  { layer: 'charts', readsPerMinute: 31, hitRatio: 0.883, ttlMs: 900_000 },
  { layer: 'financials', readsPerMinute: 0.2, hitRatio: 0.5, ttlMs: 1_800_000 },
] as const;

export function cacheStatus(nowMs: number, rows: readonly Row[]): Status {
  const isEmpty = rows.length === 0;
  const foreign = rows.filter(({ origin }) => origin === 'foreign');
  const sizeOf = (some: readonly Row[]): number => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    atMs: nowMs,
    link: {
      role: 'cache',
      address: 'unix:cache.sock',
      embedded: true,
      state: 'ready',
      sinceMs: nowMs - hourMs,
      version: '7.0.15',
      problem: null,
    },
    breaker: 'closed',
    coherence: 'tracking',
    memory: { usedBytes: isEmpty ? 0 : 3_355_443, limitBytes: 67_108_864, entryCount: isEmpty ? 0 : 14 },
    layers: usual.map(({ layer, readsPerMinute, hitRatio, ttlMs }, index) => {
      const own = rows.filter((row) => row.origin === 'own' && row.layer === layer);
      const count = (state: Row['state']): number => own.filter((row) => row.state === state).length;
      return {
        layer,
        settings: {
          ttlMs,
          staleWindowMs: 6 * ttlMs,
          maxAgeMs: 24 * hourMs,
          memoryShare: 0.25,
          codec: { kind: 'zstd', fromBytes: 1_024 },
          priority: 5,
        },
        windows: windowsMs.map((windowMs) => figures(windowMs, isEmpty ? 0 : readsPerMinute, hitRatio)),
        entries: {
          fresh: count('fresh'),
          stale: count('stale'),
          expired: count('expired'),
          unreadable: count('unreadable'),
          total: own.length,
          sizeBytes: sizeOf(own),
          rawBytes: own.reduce((sum, { rawBytes }) => sum + (rawBytes ?? 0), 0),
        },
        fixed: layer === 'charts' ? { ttlMs: 'REDIS_CACHE_TTL_CHARTS' } : {},
        changed: layer === 'kpis' ? ['ttlMs'] : [],
        hitRatio: {
          points: isEmpty
            ? []
            : Array.from({ length: 60 }, (_, minute) => ({
                atMs: nowMs - (59 - minute) * minuteMs,
                value:
                  (minute > 21 && minute < 31) || layer === 'financials'
                    ? null
                    : Math.min(1, hitRatio + Math.sin(minute / 5 + index) * 0.03),
              })),
        },
      };
    }),
    totals: windowsMs.map((windowMs) => ({
      ...figures(windowMs, isEmpty ? 0 : 331, 0.957),
      readP50Ms: null,
      readP95Ms: null,
      readP99Ms: null,
    })),
    index: {
      state: 'ready',
      entryCount: rows.length,
      limit: 100_000,
      truncated: false,
      walkedAtMs: nowMs - 2 * minuteMs,
      walkTookMs: 42,
      nextWalkAtMs: nowMs + 8 * minuteMs,
      commandsLastMinute: 12,
      commandsTotal: 480,
      problem: null,
    },
    foreign: {
      patterns: ['manager_dashboard:*', 'kpis:*', 'charts:*', 'financials:*'],
      entryCount: foreign.length,
      sizeBytes: sizeOf(foreign),
    },
    warming: {
      enabled: true,
      state: 'idle',
      reason: null,
      task: null,
      learned: [
        {
          filters: { cliente: 'Minera Ñuble' },
          shown: [clientIs('Minera Ñuble')],
          score: 41.3,
          lastUsedAtMs: nowMs - 4 * minuteMs,
        },
        {
          filters: { cliente: 'Energía Maipo', estado: 'enviado\u001fvalidado' },
          shown: [clientIs('Energía Maipo'), { id: 'estado', label: 'Status', values: ['enviado', 'validado'] }],
          score: 12.8,
          lastUsedAtMs: nowMs - 90 * minuteMs,
        },
      ],
      staticCount: 3,
      learnedLimit: 20,
      halfLifeMs: 7 * 24 * hourMs,
      failure: null,
      lastReport: isEmpty ? null : warmReport(nowMs),
    },
    lastCleanUp: null,
  };
}

export function warmReport(nowMs: number): Report {
  const proof = (section: string, outcome: Report['variants'][number]['proofs'][number]['outcome']) => ({
    key: `vigia:c:{9f31}:${section}`,
    section,
    outcome,
    problem: outcome === 'hit' ? null : 'computing it took longer than 30 s',
  });
  const proved = ['essentials', 'kpis', 'financials', 'charts'].map((section) => proof(section, 'hit'));
  return {
    taskId: 'dashboard:5',
    startedAtMs: nowMs - 5 * minuteMs,
    finishedAtMs: nowMs - 5 * minuteMs + 3_400,
    variants: [
      {
        filters: {},
        shown: [],
        origin: 'static',
        viewId: 'v1',
        outcome: 'proved',
        computedCount: 4,
        proofs: proved,
        tookMs: 1_210,
      },
      {
        filters: { cliente: 'Minera Ñuble' },
        shown: [clientIs('Minera Ñuble')],
        origin: 'learned',
        viewId: 'v2',
        outcome: 'failed',
        computedCount: 3,
        proofs: [...proved.slice(0, 3), proof('charts', 'compute-failed')],
        tookMs: 2_190,
      },
    ],
    keyCount: 8,
    provedCount: 7,
    failedCount: 1,
    gaveWay: null,
  };
}

export function cacheHealth(nowMs: number, isBroken: boolean): CallOutput<'cache.health'> {
  const checks: CallOutput<'cache.health'>['checks'] = [
    { id: 'link', state: 'well', evidence: 'Redis at unix:cache.sock for 1 h' },
    isBroken
      ? {
          id: 'breaker',
          state: 'warning',
          evidence: 'Redis did not answer in time and is spared until a probe is answered',
        }
      : { id: 'breaker', state: 'well', evidence: 'Redis answers in time' },
    { id: 'coherence', state: 'well', evidence: 'Redis tells every change' },
    { id: 'hit-rate', state: 'well', evidence: 'Hit rate 95.7 % of 1,655 reads in 5 min' },
    { id: 'memory', state: 'well', evidence: 'Memory tier: 14 entries, 3.2 MB of 64 MB' },
    { id: 'warming', state: 'failed', evidence: '1 of 8 warmed keys were no hit when read back' },
    { id: 'index', state: 'well', evidence: '41 entries; 12 commands in the last minute' },
  ];
  return { atMs: nowMs, state: 'warning', headline: '1 of 8 warmed keys were no hit when read back', checks };
}

export function reachOf(rows: readonly Row[]): CallOutput<'cache.clearPreview'> {
  const names = ['dashboard', 'kpis', 'charts', 'financials'] as const;
  const sizeOf = (some: readonly Row[]): number => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    entryCount: rows.length,
    sizeBytes: sizeOf(rows),
    byLayer: names
      .map((layer) => {
        const some = rows.filter((row) => row.layer === layer);
        return { layer, entryCount: some.length, sizeBytes: sizeOf(some) };
      })
      .filter(({ entryCount }) => entryCount > 0),
    sample: [...rows].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, 20),
    complete: true,
  };
}
