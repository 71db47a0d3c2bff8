/** A made-up cache for tests of the console: any number of entries, our own and foreign, with answers to every call about them. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers, ParsedInput } from '../../src/shared/contract.ts';
import { cacheHealth, cacheStatus, reachOf, warmReport } from './console-cache-figures.ts';

export type CacheRow = CallOutput<'cache.entries'>['rows'][number];
type EntriesQuery = ParsedInput<'cache.entries'>;
type Detail = CallOutput<'cache.entry'>;

const minuteMs = 60_000;

/** What the cache answers from now on; a test changes it and pushes a topic. */
export interface CacheScript {
  rowCount: number;
  /** Workers are wedged: entries are stale, and their chain says why. */
  isBroken: boolean;
  /** Every question about the cache fails with this message. */
  failure: string | null;
  /** Answers are held back while this is unsettled. */
  hold: Promise<void> | null;
  /** Actions fail with this message. */
  refusal: string | null;
  changeStatus: (status: CallOutput<'cache.status'>) => CallOutput<'cache.status'>;
  changeDetail: (detail: Detail) => Detail;
  /** Everything that was done, in order. */
  readonly done: { readonly call: string; readonly input: unknown }[];
  readonly asked: EntriesQuery[];
  /** A listing is forgotten by the engine after it was given out once. */
  forgetsListings: boolean;
  cleanedUp: boolean;
}

export function cacheScript(): CacheScript {
  return {
    rowCount: 41,
    isBroken: false,
    failure: null,
    hold: null,
    refusal: null,
    changeStatus: (status) => status,
    changeDetail: (detail) => detail,
    done: [],
    asked: [],
    forgetsListings: false,
    cleanedUp: false,
  };
}

const sections = ['essentials', 'kpis', 'financials', 'charts', 'forecast', 'costs', 'lists'] as const;
const layers = ['dashboard', 'kpis', 'financials', 'charts', 'kpis', 'financials', 'dashboard'] as const;
const clients = ['Energía Maipo', 'Minera Ñuble', 'Sanitaria Ñuble', 'Vial Bío Bío'] as const;
const managers = ['Carlos Hernández', 'Valentina Soto', 'Matías Martínez'] as const;

/** The same rows for the same count, but for their times. Every ninth is another program's. */
export function cacheRow(index: number, nowMs: number, isBroken: boolean): CacheRow {
  if (index % 9 === 8) return foreignRow(index, nowMs);
  const section = sections[index % sections.length] ?? 'kpis';
  const client = clients[index % clients.length] ?? '';
  const manager = managers[index % managers.length] ?? '';
  const kind = index % 4;
  const isStale = isBroken ? index % 2 === 1 : index % 11 === 5;
  const isUnreadable = index % 37 === 20;
  const sizeBytes = 900 + ((index * 7_919) % 41_000);
  const computedAtMs = nowMs - (isStale ? 11 : 1) * minuteMs - index * 37;
  return {
    key: `vigia:c:{${(index * 2_654_435_761 + 97).toString(16).padStart(12, '0')}}:${section}`,
    origin: 'own',
    layer: layers[index % layers.length] ?? 'kpis',
    section,
    viewId: `view-${index}`,
    pack: 'edp',
    asOf: '2026-11-22',
    filters:
      kind === 0
        ? []
        : [
            { id: 'cliente', label: 'Client', values: kind === 1 ? [client] : [client, 'Puerto Coronel'] },
            ...(kind === 3 ? [{ id: 'jefe_proyecto', label: 'Project manager', values: [manager] }] : []),
          ],
    state: isUnreadable ? 'unreadable' : isStale ? 'stale' : 'fresh',
    computedAtMs: isUnreadable ? null : computedAtMs,
    dataAsOfMs: isUnreadable ? null : nowMs - 40 * minuteMs,
    freshUntilMs: isUnreadable ? null : computedAtMs + 10 * minuteMs,
    deletedAtMs: index % 41 === 40 ? null : computedAtMs + 60 * minuteMs,
    sizeBytes,
    rawBytes: isUnreadable ? null : sizeBytes * 5,
    ratio: isUnreadable ? null : 3 + (index % 40) / 10,
    computeMs: isUnreadable ? null : 20 + ((index * 31) % 900),
    hits: (index * 13) % 2_000,
    tags: ['table:edp', `client:${client}`, ...(kind === 3 ? [`manager:${manager}`] : [])],
    hasStaleCopy: false,
    inMemory: index % 3 === 0,
    refreshable: !isUnreadable,
    problem: isUnreadable ? 'wrong checksum' : null,
  };
}

function foreignRow(index: number, nowMs: number): CacheRow {
  const prefix = ['manager_dashboard', 'kpis', 'charts', 'financials'][index % 4] ?? 'kpis';
  return {
    key: `${prefix}:${(index * 48_271).toString(16)}`,
    origin: 'foreign',
    layer: prefix === 'manager_dashboard' ? 'dashboard' : prefix,
    section: null,
    viewId: null,
    pack: null,
    asOf: null,
    filters: null,
    state: prefix === 'manager_dashboard' ? 'fresh' : 'unknown',
    computedAtMs: prefix === 'manager_dashboard' ? nowMs - 2 * minuteMs : null,
    dataAsOfMs: null,
    freshUntilMs: null,
    deletedAtMs: nowMs + 3 * minuteMs + index,
    sizeBytes: 14_000 + index,
    rawBytes: null,
    ratio: null,
    computeMs: null,
    hits: null,
    tags: [],
    hasStaleCopy: prefix === 'manager_dashboard',
    inMemory: false,
    refreshable: false,
    problem: null,
  };
}

/** Rows of 100,000 entries are made once a minute, not at every question. */
function rowsOf(script: CacheScript): readonly CacheRow[] {
  const minute = Math.floor(Date.now() / minuteMs);
  const key = `${script.rowCount} ${script.isBroken} ${minute}`;
  if (made.key !== key) {
    const nowMs = Date.now();
    made.key = key;
    made.rows = Array.from({ length: script.rowCount }, (_, index) => cacheRow(index, nowMs, script.isBroken));
  }
  return made.rows;
}
const made: { key: string; rows: readonly CacheRow[] } = { key: '', rows: [] };

function matches(row: CacheRow, { search, layers: wanted, states, tags, origin }: EntriesQuery): boolean {
  const text = `${row.key} ${JSON.stringify(row.filters)} ${row.tags.join(' ')}`.toLowerCase();
  return (
    search
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    (wanted.length === 0 || wanted.includes(row.layer)) &&
    (states.length === 0 || states.includes(row.state)) &&
    (tags.length === 0 || tags.some((tag) => row.tags.includes(tag))) &&
    (origin === 'all' || row.origin === origin)
  );
}

function sorted(rows: readonly CacheRow[], { sort, descending }: EntriesQuery): readonly CacheRow[] {
  const valueOf = (row: CacheRow): string | number =>
    sort === 'size'
      ? row.sizeBytes
      : sort === 'hits'
        ? (row.hits ?? -1)
        : sort === 'ratio'
          ? (row.ratio ?? 0)
          : sort === 'age'
            ? -(row.computedAtMs ?? 0)
            : sort === 'ttl'
              ? (row.deletedAtMs ?? Number.MAX_SAFE_INTEGER)
              : row[sort];
  const sign = descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [valueOf(left), valueOf(right)];
    return a < b ? -sign : a > b ? sign : 0;
  });
}

function countBy<Name extends string>(names: readonly Name[]): { name: Name; count: number }[] {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

const listings = new Map<string, readonly CacheRow[]>();
let lastListing = 0;

function entriesPage(script: CacheScript, query: EntriesQuery): CallOutput<'cache.entries'> {
  const all = rowsOf(script);
  let id = query.listingId;
  let rows = id === null || script.forgetsListings ? undefined : listings.get(id);
  if (id === null || rows === undefined) {
    lastListing += 1;
    id = `listing ${lastListing}`;
    rows = sorted(
      all.filter((row) => matches(row, query)),
      query,
    );
    listings.set(id, rows);
  }
  return {
    listingId: id,
    atMs: Date.now(),
    rows: rows.slice(query.offset, query.offset + query.limit),
    offset: query.offset,
    matchCount: rows.length,
    matchBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    totalCount: all.length,
    partial: false,
    facets: {
      layers: countBy(all.map(({ layer }) => layer)),
      states: countBy(all.map(({ state }) => state)),
      tags: countBy(all.flatMap(({ tags }) => tags)),
      foreignCount: all.filter(({ origin }) => origin === 'foreign').length,
    },
  };
}

function detailOf(row: CacheRow, nowMs: number): Detail {
  const isForeign = row.origin === 'foreign';
  const payload = {
    section: row.section,
    figures: Object.fromEntries(
      ['dso_days', 'receivables_amount', 'collected_amount'].map((id, index) => [
        id,
        { value: 61.8 + index, unit: index === 0 ? 'days' : 'CLP', trend: [1, 2, 3, null, 5] },
      ]),
    ),
    breakdowns: { ageing: { columns: [{ id: 'bucket', kind: 'text' }], rows: [['0–30'], ['31–60'], ['90+']] } },
    missing: [],
  };
  return {
    row,
    freshness: isForeign
      ? null
      : {
          state: row.state === 'stale' ? 'stale' : 'fresh',
          source: 'redis',
          reason: row.state === 'stale' ? 'ttl-passed' : 'within-ttl',
          reasonDetail: null,
          layer: 'kpis',
          dataAsOfMs: row.dataAsOfMs,
          computedAtMs: row.computedAtMs,
          freshUntilMs: row.freshUntilMs,
          staleUntilMs: row.deletedAtMs,
          sizeBytes: row.sizeBytes,
          computeMs: row.computeMs,
          refresh: { status: 'idle' },
        },
    header: isForeign
      ? null
      : {
          id: 'e-1',
          formatVersion: 3,
          codec: 'zstd',
          checksumOk: true,
          pack: 'edp',
          packVersion: 4,
          meaning: { pack: 'edp', section: row.section, filters: { cliente: row.filters?.[0]?.values ?? [] } },
          keyExplained: true,
        },
    payload:
      row.problem === null
        ? { kind: 'json', value: payload }
        : { kind: 'unreadable', problem: `The checksum is wrong: ${row.problem}` },
    reasons: row.state === 'stale' ? ['Its TTL passed 43 s ago.', 'A refresh waits in the queue kpis.'] : [],
    causes:
      row.state === 'stale'
        ? [
            { code: null, words: 'refresh waits 43 s in kpis' },
            { code: null, words: 'no worker consumes' },
            { code: 'workers_wedged', words: 'worker A wedged since 14:02' },
          ]
        : [],
    timeline: isForeign
      ? []
      : [
          { atMs: nowMs - 43_000, kind: 'requested', words: 'by a read', taskId: 'dashboard:7' },
          { atMs: nowMs - 70_000, kind: 'failed', words: 'worker A lost its lock', taskId: 'dashboard:6' },
          { atMs: nowMs - 660_000, kind: 'stored', words: 'by worker A, 84 ms, 12 kB', taskId: null },
        ],
    companions: row.hasStaleCopy
      ? [
          {
            key: `${row.key}:stale`,
            kind: 'stale-copy',
            sizeBytes: 13_900,
            deletedAtMs: nowMs + 60 * minuteMs,
            value: { total: 12 },
          },
          { key: `${row.key}:meta`, kind: 'meta', sizeBytes: 90, deletedAtMs: null, value: { at: '2026-11-22T14:00' } },
        ]
      : [],
  };
}

export function cacheHandlers(script: CacheScript): Partial<Handlers> {
  const ready = async (): Promise<void> => {
    await script.hold;
    if (script.failure !== null) throw new EngineError('REDIS_UNREACHABLE', script.failure);
  };
  const act = async (call: string, input: unknown): Promise<void> => {
    script.done.push({ call, input });
    if (script.refusal !== null) throw new EngineError('REDIS_UNREACHABLE', script.refusal);
  };
  const own = (): readonly CacheRow[] => rowsOf(script).filter(({ origin }) => origin === 'own');
  const reached = ({ tags, keys }: { tags: readonly string[]; keys: readonly string[] }): readonly CacheRow[] =>
    own().filter((row) => keys.includes(row.key) || row.tags.some((tag) => tags.includes(tag)));
  const inLayer = (layer: string): readonly CacheRow[] => own().filter((row) => layer === 'all' || row.layer === layer);
  const cleanUp = (removed: boolean): CallOutput<'cache.cleanUp'> => ({
    startedAtMs: Date.now() - 120,
    tookMs: 118,
    removed,
    requestedBy: 'console',
    before: { entryCount: 41, sizeBytes: 812_000 },
    after: removed ? { entryCount: 36, sizeBytes: 760_000 } : { entryCount: 41, sizeBytes: 812_000 },
    kinds: script.cleanedUp
      ? []
      : [
          { kind: 'outdated-format', entryCount: 3, sizeBytes: 40_000, sample: ['vigia:c:{0a}:kpis'] },
          { kind: 'orphan', entryCount: 1, sizeBytes: 8_000, sample: ['vigia:c:{0b}:old'] },
          { kind: 'without-expiry', entryCount: 1, sizeBytes: 4_000, sample: ['vigia:c:{0c}:lists'] },
        ],
    complete: true,
  });
  return {
    async 'cache.status'() {
      await ready();
      const status = cacheStatus(Date.now(), rowsOf(script));
      return script.changeStatus(script.isBroken ? { ...status, breaker: 'open' } : status);
    },
    async 'cache.health'() {
      await ready();
      return cacheHealth(Date.now(), script.isBroken);
    },
    async 'cache.entries'(query) {
      script.asked.push(query);
      await ready();
      return entriesPage(script, query);
    },
    async 'cache.entry'({ key }) {
      await ready();
      const row = rowsOf(script).find((each) => each.key === key);
      if (row === undefined) throw new EngineError('CACHE_ENTRY_NOT_FOUND', `No entry ${key}`);
      return script.changeDetail(detailOf(row, Date.now()));
    },
    'cache.invalidatePreview': async (target) => reachOf(reached(target)),
    async 'cache.invalidate'(input) {
      await act('cache.invalidate', input);
      const rows = reached(input);
      return {
        atMs: Date.now(),
        mode: input.mode,
        tags: input.tags,
        keyCount: input.keys.length,
        entryCount: rows.length,
        sizeBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        tookMs: 0.8,
        reason: input.reason,
      };
    },
    async 'cache.refresh'(input) {
      await act('cache.refresh', input);
      return { taskId: 'dashboard:8' };
    },
    'cache.clearPreview': async ({ layer }) => reachOf(inLayer(layer)),
    async 'cache.clear'(input) {
      await act('cache.clear', input);
      const rows = inLayer(input.layer);
      return {
        layer: input.layer,
        removedCount: rows.length,
        removedBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        tookMs: 12,
        complete: true,
      };
    },
    async 'cache.setLayer'(input) {
      await act('cache.setLayer', input);
      return { shared: true };
    },
    async 'cache.warm'(input) {
      await act('cache.warm', input);
      return { taskId: 'dashboard:9', joined: false };
    },
    'cache.cleanUpPreview': async () => cleanUp(false),
    async 'cache.cleanUp'(input) {
      await act('cache.cleanUp', input);
      const report = cleanUp(true);
      script.cleanedUp = true;
      return report;
    },
    'cache.warming': async () => ({
      ...cacheStatus(Date.now(), rowsOf(script)).warming,
      lastReport: warmReport(Date.now()),
    }),
  };
}
