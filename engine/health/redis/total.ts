/** Adds the shards of a cluster up to one picture. */
import type {
  RedisCommandUse,
  RedisFigures,
  RedisHealth,
  RedisShardHealth,
  RoundTrips,
} from '../../model/redis-health.ts';
import { windowOfAll, windowsMs } from './counter-ring.ts';

type Known = RedisShardHealth & { readonly figures: RedisFigures };

/** Null before a server was seen; of one server what that one says. */
export function totalOf(shards: readonly RedisShardHealth[]): RedisHealth['total'] {
  const known = shards.filter((shard): shard is Known => shard.figures !== null);
  const [first] = known;
  if (first === undefined) return null;
  const { address: _address, problem: _problem, ...one } = first;
  if (known.length === 1) return one;
  const buckets = new Map<number, number>();
  for (const { histogram } of known) {
    for (const { upToMs, count } of histogram?.buckets ?? []) buckets.set(upToMs, (buckets.get(upToMs) ?? 0) + count);
  }
  const ordered = [...buckets].toSorted(([a], [b]) => a - b);
  const count = ordered.reduce((sum, [, more]) => sum + more, 0);
  const histograms = known.flatMap(({ histogram }) => histogram ?? []);
  return {
    ...one,
    atMs: Math.min(...known.map(({ atMs }) => atMs ?? 0)),
    figures: figuresOfAll(known.map(({ figures }) => figures)),
    windows: windowsMs.map((windowMs, at) =>
      windowOfAll(
        known.flatMap(({ windows }) => windows[at] ?? []),
        windowMs,
      ),
    ),
    commands: commandsOfAll(known.map(({ commands }) => commands)),
    roundTrips: known
      .flatMap(({ roundTrips }) => roundTrips ?? [])
      .reduce<RoundTrips | null>((worst, one) => (worst === null || one.p99Ms > worst.p99Ms ? one : worst), null),
    latencyEvents: known.flatMap(({ latencyEvents }) => latencyEvents).toSorted((a, b) => b.atMs - a.atMs),
    histogram:
      histograms.length === 0
        ? null
        : {
            windowMs: Math.max(...histograms.map(({ windowMs }) => windowMs)),
            count,
            p50Ms: quantile(ordered, count, 0.5),
            p99Ms: quantile(ordered, count, 0.99),
            buckets: ordered.map(([upToMs, more]) => ({ upToMs, count: more })),
          },
  };
}

function quantile(ordered: readonly (readonly [number, number])[], count: number, part: number): number | null {
  let seen = 0;
  for (const [upToMs, more] of ordered) {
    seen += more;
    if (seen >= part * count) return upToMs;
  }
  return null;
}

function figuresOfAll(all: readonly RedisFigures[]): RedisFigures {
  const sum = (pick: (figures: RedisFigures) => number | null | undefined): number | null => {
    const known = all.map(pick).filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const least = (pick: (figures: RedisFigures) => number | null): number | null => {
    const known = all.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  const most = (pick: (figures: RedisFigures) => number | null): number | null => {
    const known = all.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const every = (pick: (figures: RedisFigures) => boolean | null): boolean | null => {
    const known = all.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.every(Boolean);
  };
  const some = (pick: (figures: RedisFigures) => boolean | null): boolean | null => {
    const known = all.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.some(Boolean);
  };
  const databases = Map.groupBy(
    all.flatMap(({ databases: own }) => own),
    ({ db }) => db,
  );
  return {
    uptimeS: least(({ uptimeS }) => uptimeS),
    memory: memoryOfAll(all, sum),
    clients: {
      connected: sum(({ clients }) => clients.connected),
      blocked: sum(({ clients }) => clients.blocked),
      max: least(({ clients }) => clients.max),
      rejectedSinceStart: sum(({ clients }) => clients.rejectedSinceStart),
    },
    persistence: {
      loading: some(({ persistence }) => persistence.loading),
      lastSaveAtMs: least(({ persistence }) => persistence.lastSaveAtMs),
      lastSaveOk: every(({ persistence }) => persistence.lastSaveOk),
      unsavedChanges: sum(({ persistence }) => persistence.unsavedChanges),
      saving: some(({ persistence }) => persistence.saving),
      appendOnly: every(({ persistence }) => persistence.appendOnly),
      lastAppendOk: every(({ persistence }) => persistence.lastAppendOk),
      lastRewriteOk: every(({ persistence }) => persistence.lastRewriteOk),
      lastForkMs: most(({ persistence }) => persistence.lastForkMs),
    },
    replication: {
      role: all[0]?.replication.role ?? null,
      masterLinkUp: every(({ replication }) => replication.masterLinkUp),
      masterSilentS: most(({ replication }) => replication.masterSilentS),
      replicas: all.flatMap(({ replication }) => replication.replicas),
    },
    databases: [...databases].map(([db, own]) => ({
      db,
      keyCount: own.reduce((total, { keyCount }) => total + keyCount, 0),
      expiringCount: own.reduce((total, { expiringCount }) => total + expiringCount, 0),
      averageTtlMs: own.length === 1 ? (own[0]?.averageTtlMs ?? null) : null,
    })),
    keyCount: all.reduce((total, { keyCount }) => total + keyCount, 0),
    roundTripMs: most(({ roundTripMs }) => roundTripMs),
  };
}

function memoryOfAll(
  all: readonly RedisFigures[],
  sum: (pick: (figures: RedisFigures) => number | null | undefined) => number | null,
): RedisFigures['memory'] {
  const [first] = all;
  const usedBytes = sum(({ memory }) => memory?.usedBytes);
  if (first?.memory === null || first === undefined || usedBytes === null) return null;
  const rssBytes = sum(({ memory }) => memory?.rssBytes);
  const limits = all.map(({ memory }) => memory?.limit ?? null);
  const limited = limits.flatMap((limit) => (limit?.kind === 'limited' ? limit.bytes : []));
  const bytes = limited.reduce((total, more) => total + more, 0);
  const ratios = all.flatMap(({ memory }) => memory?.fragmentationRatio ?? []);
  return {
    usedBytes,
    peakBytes: sum(({ memory }) => memory?.peakBytes),
    rssBytes,
    fragmentationRatio: ratios.length === 0 ? null : Math.max(...ratios),
    datasetBytes: sum(({ memory }) => memory?.datasetBytes),
    clientBytes: sum(({ memory }) => memory?.clientBytes),
    // One shard without a limit is a whole without one; shards on one machine share its memory.
    limit:
      limited.length === all.length
        ? { kind: 'limited', bytes, usedRatio: usedBytes / bytes }
        : { kind: 'none', systemBytes: null },
    policy: first.memory.policy,
  };
}

function commandsOfAll(lists: readonly (readonly RedisCommandUse[])[]): RedisCommandUse[] {
  const busyOf = ({ perS, meanMs }: RedisCommandUse): number => perS * meanMs;
  const all = lists.flat();
  const busy = all.reduce((sum, use) => sum + busyOf(use), 0);
  const worst = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return [...Map.groupBy(all, ({ command }) => command)]
    .map(([command, uses]) => {
      const perS = uses.reduce((sum, use) => sum + use.perS, 0);
      const own = uses.reduce((sum, use) => sum + busyOf(use), 0);
      return {
        command,
        perS,
        meanMs: perS === 0 ? 0 : own / perS,
        timeShare: busy === 0 ? 0 : own / busy,
        rejected: uses.reduce((sum, use) => sum + use.rejected, 0),
        failed: uses.reduce((sum, use) => sum + use.failed, 0),
        p50Ms: worst(uses.map(({ p50Ms }) => p50Ms)),
        p99Ms: worst(uses.map(({ p99Ms }) => p99Ms)),
      };
    })
    .toSorted((a, b) => b.timeShare - a.timeShare)
    .slice(0, 30);
}
