/** How figures of a server that were taken at several times, or at several shards, become one. */

/** As kept: what happened is summed, so that any number of points can be added up. A null was not known. */
export interface RedisStretch {
  readonly atMs: number;
  readonly coveredMs: number;
  readonly usedBytes: number | null;
  readonly rssBytes: number | null;
  readonly limitBytes: number | null;
  readonly hits: number | null;
  readonly misses: number | null;
  readonly ops: number | null;
  readonly evicted: number | null;
  readonly expired: number | null;
  readonly netInBytes: number | null;
  readonly netOutBytes: number | null;
  readonly rejected: number | null;
  readonly cpuMs: number | null;
  readonly clients: number | null;
  readonly blockedClients: number | null;
  readonly keyCount: number | null;
  readonly expiringCount: number | null;
  readonly roundTripMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly replicaCount: number | null;
  readonly replicationLagBytes: number | null;
  readonly replicationLagS: number | null;
  readonly unsavedChanges: number | null;
  /** 1: some of it failed last; 0: all is well. */
  readonly persistenceFailing: number | null;
  readonly ownCommands: number;
  /** JSON of calls by command; null when not known. */
  readonly commands: string | null;
  /** JSON of keys by database. */
  readonly databases: string | null;
}

type Numeric = Exclude<keyof RedisStretch, 'atMs' | 'commands' | 'databases'>;
type Rule = 'last' | 'sum' | 'max';

/** Over time, and over shards. */
export const foldRules = {
  coveredMs: ['sum', 'max'],
  usedBytes: ['max', 'sum'],
  rssBytes: ['max', 'sum'],
  limitBytes: ['last', 'sum'],
  hits: ['sum', 'sum'],
  misses: ['sum', 'sum'],
  ops: ['sum', 'sum'],
  evicted: ['sum', 'sum'],
  expired: ['sum', 'sum'],
  netInBytes: ['sum', 'sum'],
  netOutBytes: ['sum', 'sum'],
  rejected: ['sum', 'sum'],
  cpuMs: ['sum', 'sum'],
  clients: ['max', 'sum'],
  blockedClients: ['max', 'sum'],
  keyCount: ['last', 'sum'],
  expiringCount: ['last', 'sum'],
  roundTripMs: ['max', 'max'],
  p50Ms: ['max', 'max'],
  p99Ms: ['max', 'max'],
  replicaCount: ['last', 'sum'],
  replicationLagBytes: ['max', 'max'],
  replicationLagS: ['max', 'max'],
  unsavedChanges: ['last', 'sum'],
  persistenceFailing: ['max', 'max'],
  ownCommands: ['sum', 'sum'],
} as const satisfies Record<Numeric, readonly [Rule, Rule]>;

export const numericColumns = Object.keys(foldRules) as Numeric[];

const commandsKept = 8;

/** @param stretches in the order of time, at least one */
export function foldStretches(stretches: readonly RedisStretch[], over: 'time' | 'shards', atMs: number): RedisStretch {
  const figure = (name: Numeric): number | null => {
    const rule: Rule = foldRules[name][over === 'time' ? 0 : 1];
    const all = stretches.map((one) => one[name]);
    // One shard without a limit is a whole without one.
    if (name === 'limitBytes' && over === 'shards' && all.includes(null)) return null;
    const known = all.filter((value) => value !== null);
    if (known.length === 0) return null;
    if (rule === 'last') return name === 'limitBytes' ? (all.at(-1) ?? null) : (known.at(-1) ?? null);
    return rule === 'max' ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0);
  };
  const figures = Object.fromEntries(numericColumns.map((name) => [name, figure(name)]));
  return {
    ...(figures as unknown as Omit<RedisStretch, 'atMs' | 'commands' | 'databases'>),
    atMs,
    commands: mostCalled(stretches.map(({ commands }) => commands)),
    databases:
      over === 'time'
        ? (stretches.findLast(({ databases }) => databases !== null)?.databases ?? null)
        : added(stretches.map(({ databases }) => databases)),
  };
}

/** The most called by name, the rest as `other`. */
export function mostCalled(texts: readonly (string | null)[]): string | null {
  const sum = added(texts);
  if (sum === null) return null;
  const { other = 0, ...named } = parsedCounts(sum);
  const ordered = Object.entries(named).toSorted(([, a], [, b]) => b - a);
  const rest = ordered.slice(commandsKept).reduce((total, [, count]) => total + count, other);
  const kept = ordered.slice(0, commandsKept);
  return JSON.stringify(Object.fromEntries(rest > 0 ? [...kept, ['other', rest]] : kept));
}

export function parsedCounts(text: string): Record<string, number> {
  // Written by this file and by the sampler only.
  return JSON.parse(text) as Record<string, number>;
}

function added(texts: readonly (string | null)[]): string | null {
  const known = texts.filter((text) => text !== null);
  if (known.length === 0) return null;
  const sum: Record<string, number> = {};
  for (const text of known) {
    for (const [name, count] of Object.entries(parsedCounts(text))) sum[name] = (sum[name] ?? 0) + count;
  }
  return JSON.stringify(sum);
}
