/** Gathers the looks of ten seconds at one server into the stretch that the history keeps. */
import type { RedisFigures } from '../../model/redis-health.ts';
import type { CommandCounters, RedisCounters } from '../../redis/info-figures.ts';
import { mostCalled, type RedisStretch } from '../../store/redis-fold.ts';
import { type Counted, isAnew } from './counter-ring.ts';

export const stretchMs = 10_000;
/** Over a longer pause nobody knows when something happened: it is no part of the history. */
const longestStepMs = 30_000;

type Counts = Pick<
  RedisStretch,
  'hits' | 'misses' | 'ops' | 'evicted' | 'expired' | 'netInBytes' | 'netOutBytes' | 'rejected' | 'cpuMs'
>;

const none: Counts = {
  ...{ hits: null, misses: null, ops: null, evicted: null, expired: null },
  ...{ netInBytes: null, netOutBytes: null, rejected: null, cpuMs: null },
};
const countNames = Object.keys(none) as (keyof Counts)[];

export interface Look {
  readonly atMs: number;
  readonly counted: Counted;
  readonly figures: RedisFigures;
  /** Null where this look did not ask. */
  readonly commands: ReadonlyMap<string, CommandCounters> | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly ownCommands: number;
}

export class TenSeconds {
  #startMs: number | null = null;
  #before: Counted | null = null;
  #beforeCommands: ReadonlyMap<string, CommandCounters> | null = null;
  #counts: Counts = none;
  #coveredMs = 0;
  #own = 0;
  #looks: Look[] = [];
  #commands: string | null = null;

  /** Answers the stretch before when `look` begins another. */
  take(look: Look): RedisStretch | null {
    const startMs = Math.floor(look.atMs / stretchMs) * stretchMs;
    const ended = this.#startMs !== null && startMs !== this.#startMs ? this.end() : null;
    this.#startMs = startMs;
    this.#count(look.counted);
    this.#own += look.ownCommands;
    // Only the last and the most are of interest.
    this.#looks.push(look);
    if (look.commands !== null) this.#countCommands(look.commands);
    return ended;
  }

  /** What was gathered so far; null when nothing was. */
  end(): RedisStretch | null {
    const last = this.#looks.at(-1);
    if (last === undefined || this.#startMs === null) return null;
    const looks = this.#looks;
    const most = (pick: (look: Look) => number | null | undefined): number | null => {
      const known = looks.map(pick).filter((value) => value !== null && value !== undefined);
      return known.length === 0 ? null : Math.max(...known);
    };
    const { figures } = last;
    const { memory, persistence, replication, databases } = figures;
    const failing = [persistence.lastSaveOk, persistence.lastAppendOk, persistence.lastRewriteOk];
    const stretch: RedisStretch = {
      ...this.#counts,
      atMs: this.#startMs,
      coveredMs: Math.round(this.#coveredMs),
      usedBytes: most((look) => look.figures.memory?.usedBytes),
      rssBytes: memory?.rssBytes ?? null,
      limitBytes: memory?.limit.kind === 'limited' ? memory.limit.bytes : null,
      clients: most((look) => look.figures.clients.connected),
      blockedClients: most((look) => look.figures.clients.blocked),
      keyCount: figures.keyCount,
      expiringCount: databases.reduce((sum, { expiringCount }) => sum + expiringCount, 0),
      roundTripMs: rounded(most((look) => look.figures.roundTripMs)),
      p50Ms: most((look) => look.p50Ms),
      p99Ms: most((look) => look.p99Ms),
      replicaCount: replication.replicas.length,
      replicationLagBytes: most((look) => worst(look.figures.replication.replicas.map(({ lagBytes }) => lagBytes))),
      replicationLagS: most((look) => worst(look.figures.replication.replicas.map(({ lagS }) => lagS))),
      unsavedChanges: persistence.unsavedChanges,
      persistenceFailing: failing.every((ok) => ok === null) ? null : failing.includes(false) ? 1 : 0,
      ownCommands: this.#own,
      commands: this.#commands,
      databases: JSON.stringify(Object.fromEntries(databases.map(({ db, keyCount }) => [db, keyCount]))),
    };
    this.#looks = [];
    [this.#counts, this.#coveredMs, this.#own, this.#commands] = [none, 0, 0, null];
    return stretch;
  }

  #count(now: Counted): void {
    const before = this.#before;
    this.#before = now;
    if (before === null || isAnew(before.counters, now.counters)) {
      this.#beforeCommands = null;
      return;
    }
    const stepMs = now.monotonicMs - before.monotonicMs;
    if (stepMs > longestStepMs) return;
    this.#coveredMs += stepMs;
    this.#counts = Object.fromEntries(
      countNames.map((name) => [name, added(this.#counts[name], before.counters, now.counters, name)]),
    ) as unknown as Counts;
  }

  #countCommands(now: ReadonlyMap<string, CommandCounters>): void {
    const before = this.#beforeCommands;
    this.#beforeCommands = now;
    if (before === null) return;
    const calls = [...now]
      .map(([name, { calls: count }]): [string, number] => [name, count - (before.get(name)?.calls ?? 0)])
      .filter(([, count]) => count > 0);
    this.#commands = mostCalled([this.#commands, JSON.stringify(Object.fromEntries(calls))]);
  }
}

function added(sum: number | null, before: RedisCounters, now: RedisCounters, name: keyof Counts): number | null {
  const [from, to] = [before[name], now[name]];
  if (from === null || to === null) return sum;
  const more = (sum ?? 0) + Math.max(0, to - from);
  return name === 'cpuMs' ? rounded(more) : more;
}

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** To the microsecond: a shorter number takes less room. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000) / 1_000;
}
