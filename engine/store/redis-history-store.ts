/** The past of every Redis server in three tiers: ten seconds for a day, a minute for a week, ten minutes for a year. */
import type { RedisPoint, RedisTier } from '../model/redis-health.ts';
import type { Connection } from './connection.ts';
import { foldStretches, numericColumns, parsedCounts, type RedisStretch } from './redis-fold.ts';
import { foldedPast } from './redis-past.ts';

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

interface Tier {
  readonly stepMs: number;
  readonly keptMs: number;
  readonly number: number;
}

export const redisTiers: Readonly<Record<RedisTier, Tier>> = {
  'ten-seconds': { stepMs: 10 * second, keptMs: day, number: 0 },
  minute: { stepMs: minute, keptMs: 7 * day, number: 1 },
  'ten-minutes': { stepMs: 10 * minute, keptMs: 365 * day, number: 2 },
};

export interface PastQuery {
  readonly connectionId: string;
  /** Null: all of them together. */
  readonly shard: string | null;
  readonly tier: RedisTier;
  /** Of the answer; a multiple of the tier's. */
  readonly stepMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ShardStretch {
  readonly connectionId: string;
  readonly shard: string;
  /** `atMs` is the beginning of its ten seconds. */
  readonly stretch: RedisStretch;
}

const columns = [...numericColumns, 'commands', 'databases'] as const;
const sqlNames = columns.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const selected = columns.map((name, index) => `${sqlNames[index] ?? ''} AS ${name}`).join(', ');
const insert = `INSERT OR REPLACE INTO redis_health (shard_id, tier, at_ms, ${sqlNames.join(', ')})
  VALUES (?, ?, ?, ${columns.map(() => '?').join(', ')})`;

/** Rows that one step of pruning may touch. */
const pruneStep = 500;
/** Pruned once in so many appends: some minutes. */
const appendsPerPrune = 30;
/** Measured with all columns filled, `bench/redis`: what a row takes on disk. */
const bytesPerRow = 330;

export class RedisHistoryStore {
  readonly #connection: Connection;
  readonly #ceilingBytes: number;
  readonly #ids = new Map<string, number>();
  /** Of the connection, when the ids were learnt. */
  #generation = 0;
  #appends = 0;
  #rows: number | null = null;

  constructor(connection: Connection, ceilingBytes: number) {
    this.#connection = connection;
    this.#ceilingBytes = ceilingBytes;
  }

  get ceilingBytes(): number {
    return this.#ceilingBytes;
  }

  /** Keeps ten seconds of some shards; minutes that ended with them are folded. @throws EngineError STORE_UNAVAILABLE */
  append(stretches: readonly ShardStretch[]): void {
    if (stretches.length === 0) return;
    this.#connection.atomically(() => {
      for (const { connectionId, shard, stretch } of stretches) {
        const shardId = this.#idOf(connectionId, shard);
        this.#foldEnded(shardId, 'ten-seconds', 'minute', stretch.atMs);
        this.#put(shardId, redisTiers['ten-seconds'].number, stretch);
      }
    });
    if (this.#rows !== null) this.#rows += stretches.length;
    this.#appends += 1;
    if (this.#appends % appendsPerPrune !== 0) return;
    this.#prune(Math.max(...stretches.map(({ stretch }) => stretch.atMs)));
  }

  /** Of a connection: `shard`, or all of them together, up to the newest ten seconds. @throws EngineError STORE_UNAVAILABLE */
  async past({ connectionId, shard, tier, stepMs, fromMs, toMs }: PastQuery): Promise<RedisPoint[]> {
    const shardIds = this.#connection
      .rows<{ id: number }>(
        'SELECT id FROM redis_shard WHERE connection_id = ? AND (? IS NULL OR address = ?)',
        connectionId,
        shard,
        shard,
      )
      .map(({ id }) => id);
    const { stepMs: tierStepMs, number } = redisTiers[tier];
    const rows = (of: 'asked' | 'finest', shardId: number, firstMs: number, lastMs: number): RedisStretch[] =>
      this.#connection.rows<RedisStretch>(
        `SELECT at_ms AS atMs, ${selected} FROM redis_health
         WHERE shard_id = ? AND tier = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms`,
        shardId,
        of === 'asked' ? number : redisTiers['ten-seconds'].number,
        firstMs,
        lastMs,
      );
    return (await foldedPast({ shardIds, rows, tierStepMs, stepMs, fromMs, toMs })).map(pointOf);
  }

  shards(connectionId: string): string[] {
    return this.#connection
      .rows<{ address: string }>(
        'SELECT address FROM redis_shard WHERE connection_id = ? ORDER BY address',
        connectionId,
      )
      .map(({ address }) => address);
  }

  /** Bytes on disk, estimated: rows times what a row was measured to take. */
  sizeBytes(): number {
    this.#rows ??= this.#connection.row<{ n: number }>('SELECT count(*) AS n FROM redis_health')?.n ?? 0;
    return this.#rows * bytesPerRow;
  }

  /** What the last row of `from` belongs to is over when `nowMs` lies elsewhere: it is folded into `to`, and so on. */
  #foldEnded(shardId: number, from: 'ten-seconds' | 'minute', to: 'minute' | 'ten-minutes', nowMs: number): void {
    const { stepMs } = redisTiers[to];
    const last = this.#connection.row<{ atMs: number | null }>(
      'SELECT max(at_ms) AS atMs FROM redis_health WHERE shard_id = ? AND tier = ?',
      shardId,
      redisTiers[from].number,
    )?.atMs;
    if (last === null || last === undefined) return;
    const startMs = Math.floor(last / stepMs) * stepMs;
    if (startMs === Math.floor(nowMs / stepMs) * stepMs) return;
    const rows = this.#connection.rows<RedisStretch>(
      `SELECT at_ms AS atMs, ${selected} FROM redis_health
       WHERE shard_id = ? AND tier = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms`,
      shardId,
      redisTiers[from].number,
      startMs,
      startMs + stepMs,
    );
    if (rows.length === 0) return;
    if (to === 'minute') this.#foldEnded(shardId, 'minute', 'ten-minutes', startMs);
    this.#put(shardId, redisTiers[to].number, foldStretches(rows, 'time', startMs));
    if (this.#rows !== null) this.#rows += 1;
  }

  #put(shardId: number, tier: number, stretch: RedisStretch): void {
    this.#connection.run(insert, shardId, tier, stretch.atMs, ...columns.map((name) => stretch[name]));
  }

  /** Small steps, so that nobody waits: what is past its time, then the oldest past the ceiling. */
  #prune(nowMs: number): void {
    for (const { number, keptMs } of Object.values(redisTiers)) this.#removeBefore(number, nowMs - keptMs);
    this.#rows = null;
    if (this.sizeBytes() > this.#ceilingBytes) {
      for (const { number } of Object.values(redisTiers)) this.#removeBefore(number, nowMs);
    }
    this.#rows = null;
  }

  #removeBefore(tier: number, beforeMs: number): void {
    this.#connection.run(
      `DELETE FROM redis_health WHERE tier = ? AND at_ms < ? ORDER BY at_ms LIMIT ${pruneStep}`,
      tier,
      beforeMs,
    );
  }

  #idOf(connectionId: string, shard: string): number {
    if (this.#generation !== this.#connection.generation) {
      this.#ids.clear();
      this.#generation = this.#connection.generation;
    }
    const name = `${connectionId}\u0000${shard}`;
    const known =
      this.#ids.get(name) ??
      this.#connection.row<{ id: number }>(
        'SELECT id FROM redis_shard WHERE connection_id = ? AND address = ?',
        connectionId,
        shard,
      )?.id ??
      this.#connection.run('INSERT INTO redis_shard (connection_id, address) VALUES (?, ?)', connectionId, shard)
        .lastId;
    this.#ids.set(name, known);
    return known;
  }
}

function pointOf(stretch: RedisStretch): RedisPoint {
  const { coveredMs, usedBytes, rssBytes, commands, databases, persistenceFailing } = stretch;
  const perS = (count: number | null): number | null =>
    count === null || coveredMs <= 0 ? null : count / (coveredMs / 1_000);
  const { cpuMs } = stretch;
  return {
    atMs: stretch.atMs,
    coveredMs,
    usedBytes,
    rssBytes,
    limitBytes: stretch.limitBytes,
    fragmentationRatio: usedBytes === null || rssBytes === null || usedBytes === 0 ? null : rssBytes / usedBytes,
    hits: stretch.hits,
    misses: stretch.misses,
    opsPerS: perS(stretch.ops),
    evictedPerS: perS(stretch.evicted),
    expiredPerS: perS(stretch.expired),
    netInBytesPerS: perS(stretch.netInBytes),
    netOutBytesPerS: perS(stretch.netOutBytes),
    rejectedConnections: stretch.rejected,
    cpuRatio: cpuMs === null || coveredMs <= 0 ? null : cpuMs / coveredMs,
    clients: stretch.clients,
    blockedClients: stretch.blockedClients,
    keyCount: stretch.keyCount,
    expiringCount: stretch.expiringCount,
    roundTripMs: stretch.roundTripMs,
    p50Ms: stretch.p50Ms,
    p99Ms: stretch.p99Ms,
    replicaCount: stretch.replicaCount,
    replicationLagBytes: stretch.replicationLagBytes,
    replicationLagS: stretch.replicationLagS,
    unsavedChanges: stretch.unsavedChanges,
    persistenceFailing: persistenceFailing === null ? null : persistenceFailing > 0,
    ownCommands: stretch.ownCommands,
    commands: commands === null ? null : parsedCounts(commands),
    databases: databases === null ? null : parsedCounts(databases),
  };
}
