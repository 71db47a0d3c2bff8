/** The real review over a local store with a made-up past of three days, for tests of the Review page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewVerbs } from '../../engine/api/review-verbs.ts';
import { systemClock } from '../../engine/base/clock.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { layerSettings } from '../../engine/config/settings.ts';
import { filtersKey } from '../../engine/model/filters.ts';
import { Files } from '../../engine/review/files.ts';
import { Notes } from '../../engine/review/notes.ts';
import { Past } from '../../engine/review/past.ts';
import type { KpiPort } from '../../engine/review/ports.ts';
import { ReachWatch } from '../../engine/review/reach.ts';
import { newSealingKey, sealerOf } from '../../engine/review/sealing.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import type { Handlers } from '../../src/shared/contract.ts';
import { type View, view } from './console-figures.ts';
import { systemInfo } from './console-health.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface ReviewScript {
  /** Nothing was ever kept. */
  isEmpty: boolean;
  /** Every question about the past fails with this message. */
  failure: string | null;
  /** Answers of looks and notes are changed by it before they go out: the view as it is "now". */
  changeView: (shown: View) => View;
  /** What the console was told to have on screen. */
  readonly looked: string[][];
  /** For a test that wants to say what is there. */
  room(): Promise<ConsoleReview>;
}

export interface ConsoleReview {
  readonly store: Store;
  readonly verbs: ReturnType<typeof reviewVerbs>;
  readonly nowMs: number;
}

/** The room is made when it is first asked for: few tests look at the past. */
export function reviewScript(systemOf: () => ReturnType<typeof systemInfo>, onChanged: () => void): ReviewScript {
  let room: Promise<ConsoleReview> | null = null;
  const script: ReviewScript = {
    isEmpty: false,
    failure: null,
    changeView: (shown) => shown,
    looked: [],
    room: () => (room ??= openRoom(script, systemOf, onChanged)),
  };
  return script;
}

export function reviewHandlers(script: ReviewScript): Partial<Handlers> {
  const names = [
    'review.timeline',
    'review.moment',
    'review.histories',
    'review.notes.list',
    'review.notes.add',
    'review.notes.close',
    'review.notes.remove',
    'review.looks',
    'review.file.make',
    'review.file.open',
    'review.reach',
  ] as const;
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      async (input: never) => {
        if (script.failure !== null) throw new EngineError('STORE_UNAVAILABLE', script.failure);
        const { verbs } = await script.room();
        return verbs[name](input);
      },
    ]),
  );
  return {
    ...handlers,
    async 'review.look'(input) {
      script.looked.push(input.kpiIds);
      return (await script.room()).verbs['review.look'](input);
    },
  };
}

async function openRoom(
  script: ReviewScript,
  systemOf: () => ReturnType<typeof systemInfo>,
  onChanged: () => void,
): Promise<ConsoleReview> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-console-review-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const clock = systemClock;
  const store = await openStore({ file: join(folder, 'vigia.db'), clock, ids: systemIds, logger: silentLogger });
  const nowMs = clock.now();
  const layers = layerSettings(30 * minute);
  const shown = view(nowMs, {});
  const sectionOf = new Map(
    shown.sections.flatMap(({ name, payload }) => Object.keys(payload?.figures ?? {}).map((id) => [id, name] as const)),
  );
  const kpis: KpiPort = {
    pack: 'edp',
    packVersion: 1,
    source: 'demo.duckdb',
    sections: shown.sections.map(({ name, freshness: { layer } }) => ({ name, layer })),
    sectionOf: (id) => sectionOf.get(id) ?? null,
    normalize: (filters) => filters,
    layers: () => ({ dashboard: layers, kpis: layers, charts: layers, financials: layers }),
    current: async (filters) => script.changeView(view(clock.now(), filters)).sections,
  };
  const past = new Past({ store, kpis, clock });
  const reach = new ReachWatch({
    port: { links: () => systemOf().links, source: () => systemOf().source, workers: async () => [] },
    surroundings: store.surroundings,
    settings: store.settings,
    clock,
    logger: silentLogger,
  });
  const notes = new Notes({ notes: store.notes, past, kpis, reach, clock, ids: systemIds, onChanged });
  const sealer = sealerOf(newSealingKey());
  const files = new Files({
    store,
    past,
    kpis,
    kpiIds: [...sectionOf.keys()],
    madeBy: 'Vigía 0.1.0',
    sealer: () => sealer,
    support: () => ({
      program: { vigia: '0.1.0', node: 'v24' },
      settings: [{ name: 'port', value: '0', origin: '' }],
      notices: [],
      transitions: [],
      runs: [],
      log: ['vigia.log: {"level":"info","msg":"ready"}'],
    }),
    redaction: () => ({ secrets: [], names: [] }),
    clock,
  });
  if (!script.isEmpty) fill(store, kpis, nowMs);
  const verbs = reviewVerbs({ review: { past, notes, files, reach: () => reach.view(), account: 'reviewer' } });
  return { store, verbs, nowMs };
}

/** Three days: hourly, then each twenty minutes; five hours without observation in it, and two alerts. */
function fill(store: Store, kpis: KpiPort, nowMs: number): void {
  const times = [
    ...Array.from({ length: 48 }, (_, n) => nowMs - 3 * day + n * hour),
    ...Array.from({ length: 72 }, (_, n) => nowMs - day + n * 20 * minute),
  ].filter((atMs) => atMs < nowMs - 30 * hour || atMs > nowMs - 25 * hour);
  const gap = { fromMs: nowMs - 30 * hour, toMs: nowMs - 25 * hour, reason: 'not-running', detail: '5 h' };
  store.alerts.saveGap({ ...gap, toMs: null });
  store.alerts.saveGap(gap);
  for (const [place, filters] of [
    [times, {}],
    [times.slice(-12), { cliente: 'Andes' }],
  ] as const) {
    for (const atMs of place) keep(store, kpis, atMs, nowMs, filters);
  }
  fillAround(store, nowMs);
  fillAlerts(store, nowMs);
}

function keep(store: Store, kpis: KpiPort, atMs: number, nowMs: number, filters: View['filters']): void {
  const key = filtersKey(filters);
  const drift = 1 + 0.04 * Math.sin((nowMs - atMs) / (9 * hour)) - (nowMs - atMs) / (60 * day);
  for (const { name, payload, freshness } of view(atMs, {}).sections) {
    if (payload === null) continue;
    const figures = Object.fromEntries(
      Object.entries(payload.figures).map(([id, figure]) => [
        id,
        { ...figure, value: figure.value === null || id === 'edp_count' ? figure.value : figure.value * drift },
      ]),
    );
    store.snapshots.save(
      {
        redisKey: `${name}${key}`,
        value: { ...payload, figures, breakdowns: {} },
        computedAtMs: atMs,
        dataAsOfMs: Math.floor(atMs / day) * day,
        computeMs: 12,
      },
      `${name}${key}`,
      { ...kpis, section: name, layer: freshness.layer, filters: key, asOf: '2026-11-22' },
    );
  }
}

function fillAround(store: Store, nowMs: number): void {
  const { links, source } = systemInfo(nowMs);
  const around = (cache: 'ready' | 'unreachable', count: number) => ({
    links: links.map(({ sinceMs: _since, ...link }) => ({
      ...link,
      state: link.role === 'cache' ? cache : link.state,
    })),
    source: { kind: source.kind, label: source.label, demo: true, reachable: true, problem: null },
    workers: Array.from({ length: count }, (_, n) => ({
      workerId: `worker-${n + 1}`,
      slots: 4,
      verdict: n === 1 ? ('wedged' as const) : ('consuming' as const),
    })),
  });
  const see = (cache: 'ready' | 'unreachable', count: number, fromMs: number, toMs: number): void => {
    store.surroundings.see(around(cache, count), fromMs, fromMs);
    store.surroundings.see(around(cache, count), toMs, 0);
  };
  see('ready', 2, nowMs - 3 * day, nowMs - 30 * hour);
  see('unreachable', 1, nowMs - 25 * hour, nowMs - 20 * hour);
  see('ready', 3, nowMs - 20 * hour + 1, nowMs + day);
  for (const [atMs, waiting] of [
    [nowMs - 22 * hour, 480],
    [nowMs - minute, 3],
  ] as const) {
    const point = { waiting, active: 4, delayed: 0, failed: waiting > 9 ? 12 : 0, oldestWaitingMs: 40_000, workers: 1 };
    const rates = {
      addedJobs: 1,
      startedJobs: 1,
      finishedJobs: 1,
      failedJobs: 0,
      waitP95Ms: 1,
      runP95Ms: 1,
      sizeBytes: 1,
    };
    const queue = { connectionId: 'broker', prefix: 'bull', name: 'dashboard' };
    store.queueHistory.append([{ queue, point: { atMs, ...point, ...rates } }]);
  }
  const samples = [nowMs - 22 * hour, nowMs - 5_000].flatMap((atMs, n) => [
    { signal: 'cache.hit_ratio' as const, atMs, value: 0.71 + 0.26 * n, count: 500 },
    { signal: 'redis.cache.memory_bytes' as const, atMs, value: (90 + 60 * n) * 1_048_576, count: 1 },
    { signal: 'response.p95_ms' as const, atMs, value: 210 - 180 * n, count: 500 },
  ]);
  store.samples.append(samples);
}

function fillAlerts(store: Store, nowMs: number): void {
  const words = { value: 0.71, threshold: 0.8, evidence: 'mean of 5 min: 71.0 %', cause: null, chain: [] };
  const about = { ruleId: 'hit-rate', title: 'Cache hit rate < 80 %', severity: 'warning' as const };
  const change = (from: 'inactive' | 'firing', to: 'firing' | 'resolved', atMs: number) =>
    store.alerts.commit([], [{ transition: { ...about, ...words, from, to, atMs }, notify: [] }]);
  change('inactive', 'firing', nowMs - 24 * hour);
  change('firing', 'resolved', nowMs - 19 * hour);
}
