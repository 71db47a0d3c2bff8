/** The review over a real store, with KPIs that a test sets. */
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { layerSettings } from '../../engine/config/settings.ts';
import type { Figure, SectionName, SectionPayload, SectionView } from '../../engine/model/dashboard.ts';
import { type Filters, filtersKey } from '../../engine/model/filters.ts';
import type { LinkView } from '../../engine/model/health.ts';
import { Files } from '../../engine/review/files.ts';
import { Notes } from '../../engine/review/notes.ts';
import { Past } from '../../engine/review/past.ts';
import type { KpiPort } from '../../engine/review/ports.ts';
import { ReachWatch } from '../../engine/review/reach.ts';
import { newSealingKey, sealerOf } from '../../engine/review/sealing.ts';
import type { Store } from '../../engine/store/store.ts';
import { ManualClock } from './manual-clock.ts';
import { storeRoom } from './store-room.ts';

export const reviewNow = Date.UTC(2026, 5, 30, 12);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
const ttlMs = 10 * minute;

export function figure(value: number | null, change: Partial<Figure> = {}): Figure {
  return {
    value,
    unit: 'days',
    noDataReason: value === null ? 'nothing paid yet' : null,
    target: 45,
    better: 'lower',
    previous: null,
    previousLabel: null,
    trend: [],
    ...change,
  };
}

export function payload(section: SectionName, values: Readonly<Record<string, number | null>>): SectionPayload {
  const figures = Object.fromEntries(Object.entries(values).map(([id, value]) => [id, figure(value)]));
  return { section, figures, breakdowns: {}, missing: [] };
}

export interface ReviewRoom {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly past: Past;
  readonly notes: Notes;
  readonly reach: ReachWatch;
  readonly files: Files;
  /** What can be reached; a test changes it. */
  readonly around: { cache: LinkView['state']; sourceReachable: boolean; workers: number; fails: string | null };
  /** Keeps a computation of a section. */
  save(
    section: SectionName,
    computedAtMs: number,
    values: Readonly<Record<string, number | null>>,
    filters?: Filters,
  ): void;
}

export async function reviewRoom(
  options: { key?: string; clock?: ManualClock; store?: Store } = {},
): Promise<ReviewRoom> {
  const clock = options.clock ?? new ManualClock(reviewNow);
  const store = options.store ?? (await storeRoom(clock).open());
  const around: ReviewRoom['around'] = { cache: 'ready', sourceReachable: true, workers: 2, fails: null };
  const origin = { pack: 'edp', packVersion: 1, source: 'demo' };
  const layers = layerSettings(ttlMs);
  const kpis: KpiPort = {
    ...origin,
    sections: [
      { name: 'essentials', layer: 'dashboard' },
      { name: 'kpis', layer: 'kpis' },
    ],
    sectionOf: (id) => (id.startsWith('x_') ? null : id.startsWith('rate') ? 'kpis' : 'essentials'),
    normalize: (filters) => filters,
    layers: () => ({ dashboard: layers, kpis: layers, charts: layers, financials: layers }),
    async current(filters) {
      if (around.fails !== null) throw new Error(around.fails);
      const { sections } = past.moment({ filters, atMs: clock.now() });
      return sections.map(viewOf);
    },
  };
  const past = new Past({ store, kpis, clock });
  const link = (role: LinkView['role']): LinkView => ({
    role,
    address: `redis://${role}.example`,
    embedded: false,
    state: role === 'cache' ? around.cache : 'ready',
    sinceMs: reviewNow - hour,
    version: '7.0',
    problem: null,
  });
  const reach = new ReachWatch({
    port: {
      links: () => [link('cache'), link('broker')],
      source: () => ({
        kind: 'postgres',
        label: 'db.example/edp',
        demo: false,
        rowCount: clock.now(),
        reachable: around.sourceReachable,
        problem: around.sourceReachable ? null : 'no route to host',
      }),
      workers: async () =>
        Array.from({ length: around.workers }, (_, n) => ({
          workerId: `w${n}`,
          slots: 4,
          verdict: 'consuming' as const,
        })),
    },
    surroundings: store.surroundings,
    settings: store.settings,
    clock,
    logger: silentLogger,
  });
  const notes = new Notes({ notes: store.notes, past, kpis, reach, clock, ids: systemIds, onChanged: () => undefined });
  const sealer = sealerOf(options.key ?? newSealingKey());
  const files = new Files({
    store,
    past,
    kpis,
    kpiIds: ['dso_days', 'rate'],
    madeBy: 'Vigía test',
    sealer: () => sealer,
    support: () => ({
      program: { vigia: 'test' },
      settings: [{ name: 'cacheUrl', value: 'redis://user:hunter22@db.internal:6379', origin: '' }],
      notices: [],
      transitions: [],
      runs: [],
      log: ['GET https://x/?token=abcdefgh', 'Bearer 0123456789abcdef', 'connect db.internal as hunter22'],
    }),
    redaction: () => ({
      secrets: ['hunter22'],
      names: [
        ['db.internal', 'host-1'],
        ['Andes', 'value-1'],
      ],
    }),
    clock,
  });
  return {
    clock,
    store,
    past,
    notes,
    reach,
    files,
    around,
    save(section, computedAtMs, values, filters = {}) {
      const key = filtersKey(filters);
      store.snapshots.save(
        {
          redisKey: `${section}${key}`,
          value: payload(section, values),
          computedAtMs,
          dataAsOfMs: computedAtMs - hour,
          computeMs: 3,
        },
        `${section}${key}`,
        { ...origin, section, layer: 'kpis', filters: key, asOf: '2026-06-30' },
      );
    },
  };
}

function viewOf(section: ReturnType<Past['moment']>['sections'][number]): SectionView {
  const { name, state, computedAtMs, dataAsOfMs } = section;
  return {
    name,
    payload: section.payload,
    freshness: {
      state,
      source: 'snapshot',
      reason: 'within-ttl',
      reasonDetail: null,
      layer: 'kpis',
      dataAsOfMs,
      computedAtMs,
      freshUntilMs: null,
      staleUntilMs: null,
      sizeBytes: null,
      computeMs: null,
      refresh: { status: 'idle' },
    },
  };
}
