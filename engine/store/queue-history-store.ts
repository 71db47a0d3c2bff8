/** The past of every queue in three tiers: a minute for two days, an hour for thirty, a day for a year. */
import type { HistoryPoint, HistoryTier, QueueId } from '../model/queue.ts';
import type { PastQueue } from '../model/review.ts';
import type { Connection } from './connection.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Tier {
  readonly stepMs: number;
  readonly keptMs: number;
  readonly number: number;
}

export const historyTiers: Readonly<Record<HistoryTier, Tier>> = {
  minute: { stepMs: minute, keptMs: 2 * day, number: 0 },
  hour: { stepMs: hour, keptMs: 30 * day, number: 1 },
  day: { stepMs: day, keptMs: 365 * day, number: 2 },
};

/** How a column of several points becomes one: the last of counts, the sum of jobs, the worst of times. */
const columns = {
  waiting: 'last',
  active: 'last',
  delayed: 'last',
  failed: 'last',
  addedJobs: 'sum',
  startedJobs: 'sum',
  finishedJobs: 'sum',
  failedJobs: 'sum',
  oldestWaitingMs: 'max',
  waitP95Ms: 'max',
  runP95Ms: 'max',
  workers: 'last',
  sizeBytes: 'last',
} as const satisfies Record<Exclude<keyof HistoryPoint, 'atMs'>, 'last' | 'sum' | 'max'>;

const names = Object.keys(columns) as (keyof typeof columns)[];
const sqlNames = names.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const selected = names.map((name, index) => `${sqlNames[index] ?? ''} AS ${name}`).join(', ');

/** Rows that one step of pruning may touch. */
const pruneStep = 500;
/** Measured: thirteen small figures with their index. */
const bytesPerRow = 130;

export class QueueHistoryStore {
  readonly #connection: Connection;
  #rows: number | null = null;
  #appends = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Keeps one minute of some queues and adds it to their hour and their day, in one transaction.
   * @throws EngineError STORE_UNAVAILABLE
   */
  append(minutes: readonly { readonly queue: QueueId; readonly point: HistoryPoint }[]): void {
    if (minutes.length === 0) return;
    this.#connection.atomically(() => {
      for (const { queue, point } of minutes) {
        const queueId = this.#idOf(queue);
        for (const tier of Object.values(historyTiers)) this.#add(queueId, tier, point);
      }
    });
    this.#appends += 1;
  }

  /** Oldest first, at most 3,000 points; stretches that nobody looked at are missing. @throws EngineError STORE_UNAVAILABLE */
  read(queue: QueueId, tier: HistoryTier, fromMs: number, toMs: number): HistoryPoint[] {
    const { number, stepMs } = historyTiers[tier];
    return this.#connection.rows<HistoryPoint>(
      `SELECT at_ms AS atMs, ${selected} FROM queue_history
       WHERE queue_id = (SELECT id FROM queue WHERE connection_id = ? AND prefix = ? AND name = ?)
         AND tier = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms LIMIT 3000`,
      queue.connectionId,
      queue.prefix,
      queue.name,
      number,
      Math.floor(fromMs / stepMs) * stepMs,
      toMs,
    );
  }

  /**
   * Every queue as it stood at `atMs`, by the finest tier that still holds it, the longest first; at most 500. Queues that
   * nobody looked at then are missing.
   * @throws EngineError STORE_UNAVAILABLE
   */
  at(atMs: number): PastQueue[] {
    const found = new Map<number, PastQueue>();
    for (const { number, stepMs } of Object.values(historyTiers)) {
      const rows = this.#connection.rows<PastQueue & { id: number }>(
        `SELECT queue.id, connection_id AS connectionId, prefix, name, at_ms AS atMs, ${stepMs} AS stretchMs,
           waiting, active, delayed, failed, workers, oldest_waiting_ms AS oldestWaitingMs
         FROM queue JOIN queue_history ON queue_id = queue.id AND tier = ? AND at_ms =
           (SELECT max(at_ms) FROM queue_history WHERE queue_id = queue.id AND tier = ? AND at_ms <= ? AND at_ms > ?)
         ORDER BY waiting DESC, name LIMIT 500`,
        ...[number, number, Math.floor(atMs), Math.floor(atMs) - 2.5 * stepMs],
      );
      for (const { id, ...queue } of rows) if (!found.has(id)) found.set(id, queue);
    }
    return [...found.values()].slice(0, 500);
  }

  /** Removes one small step of what is past its tier's time; answers how many rows, 0 when there is nothing more. */
  pruneStep(nowMs: number): number {
    let removed = 0;
    for (const { number, keptMs } of Object.values(historyTiers)) {
      removed += this.#connection.run(
        `DELETE FROM queue_history WHERE tier = ? AND at_ms < ? ORDER BY at_ms LIMIT ${pruneStep}`,
        number,
        nowMs - keptMs,
      ).changes;
    }
    if (removed > 0) this.#rows = null;
    return removed;
  }

  /** Bytes on disk, estimated: rows times what a row and its place in the index take; counted anew every ten minutes of history. */
  sizeBytes(): number {
    if (this.#rows === null || this.#appends >= 10) {
      this.#rows = this.#connection.row<{ n: number }>('SELECT count(*) AS n FROM queue_history')?.n ?? 0;
      this.#appends = 0;
    }
    return this.#rows * bytesPerRow;
  }

  #add(queueId: number, { number, stepMs }: Tier, point: HistoryPoint): void {
    const values = names.map((name) => point[name]);
    this.#connection.run(upsert, queueId, number, Math.floor(point.atMs / stepMs) * stepMs, ...values);
  }

  #idOf({ connectionId, prefix, name }: QueueId): number {
    const bindings = [connectionId, prefix, name] as const;
    const known = this.#connection.row<{ id: number }>(
      'SELECT id FROM queue WHERE connection_id = ? AND prefix = ? AND name = ?',
      ...bindings,
    );
    if (known) return known.id;
    return this.#connection.run('INSERT INTO queue (connection_id, prefix, name) VALUES (?, ?, ?)', ...bindings).lastId;
  }
}

/** An aggregate of SQLite over a null and a number is the number. */
const upsert = `INSERT INTO queue_history (queue_id, tier, at_ms, ${sqlNames.join(', ')})
  VALUES (?, ?, ?, ${names.map(() => '?').join(', ')})
  ON CONFLICT (queue_id, tier, at_ms) DO UPDATE SET ${names
    .map((name, index) => {
      const column = sqlNames[index] ?? '';
      const [old, now] = [`queue_history.${column}`, `excluded.${column}`];
      switch (columns[name]) {
        case 'last':
          return `${column} = coalesce(${now}, ${old})`;
        case 'sum':
          return `${column} = CASE WHEN ${old} IS NULL THEN ${now} ELSE ${old} + coalesce(${now}, 0) END`;
        case 'max':
          return `${column} = CASE WHEN ${old} IS NULL OR ${now} > ${old} THEN coalesce(${now}, ${old}) ELSE ${old} END`;
      }
    })
    .join(', ')}`;
