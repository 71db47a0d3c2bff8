/** Keeps the local database within its ages and its size: old rows go in small steps, so that nobody waits for them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AlertRetention } from './alert-retention.ts';
import type { Connection } from './connection.ts';
import { QueueHistoryStore } from './queue-history-store.ts';
import { SampleThinning } from './sample-thinning.ts';
import { SnapshotHistory } from './snapshot-history.ts';
import { SnapshotThinning, snapshotTiers } from './snapshot-thinning.ts';

export interface StoreLimits {
  /** Ceiling of the whole file; past it the oldest samples, snapshots and records go early. */
  readonly sizeBytes: number;
  /** Samples stay as they were taken for this long, then become means of one minute. */
  readonly rawSampleMs: number;
  readonly sampleMs: number;
  /** Thinned on the way: all of a day, one an hour for thirty days, then one a day. */
  readonly snapshotHistoryMs: number;
  /** Ceiling of snapshots, contents and rows; past it the oldest of the history go early. */
  readonly snapshotBytes: number;
  /** What stood around the values: links, source, workers. */
  readonly surroundingsMs: number;
  /** When somebody last had a KPI on screen. */
  readonly lookMs: number;
  /** Last known values in all; the ones computed longest ago go first. */
  readonly snapshotCount: number;
  readonly scheduleRunMs: number;
  readonly auditMs: number;
  readonly noticeMs: number;
  /** Each attempt to tell of an alert. */
  readonly deliveryMs: number;
  /** Each event of the line of time. */
  readonly timelineMs: number;
}

const day = 24 * 3_600_000;

export const defaultStoreLimits: StoreLimits = {
  sizeBytes: 512 * 1024 * 1024,
  rawSampleMs: day,
  sampleMs: 90 * day,
  snapshotHistoryMs: 365 * day,
  snapshotBytes: 128 * 1024 * 1024,
  surroundingsMs: 365 * day,
  lookMs: 365 * day,
  snapshotCount: 5_000,
  scheduleRunMs: 90 * day,
  auditMs: 365 * day,
  noticeMs: 90 * day,
  deliveryMs: 90 * day,
  timelineMs: 90 * day,
};

/** Rows that went, by what they were. */
export interface PruneCounts {
  samplesThinned: number;
  samples: number;
  snapshots: number;
  snapshotsThinned: number;
  snapshotHistory: number;
  surroundings: number;
  looks: number;
  payloads: number;
  transitions: number;
  acknowledgements: number;
  scheduleRuns: number;
  audit: number;
  notices: number;
  deliveries: number;
  timeline: number;
  gaps: number;
  queueHistory: number;
}

/** Rows that one step may touch: a few milliseconds, under what the engine's thread may be held. */
const stepRows = 400;
/** Free pages that are kept for what comes next. */
const sparePages = 250;
/** Pages given back to the file system in one step. */
const stepPages = 200;

export class Retention {
  readonly #connection: Connection;
  readonly #limits: StoreLimits;
  readonly #thinning: SampleThinning;
  readonly #snapshotThinning: SnapshotThinning;
  readonly #history: SnapshotHistory;
  readonly #alerts: AlertRetention;

  constructor(connection: Connection, limits: StoreLimits, alerts: AlertRetention) {
    this.#connection = connection;
    this.#thinning = new SampleThinning(connection);
    this.#snapshotThinning = new SnapshotThinning(connection);
    this.#history = new SnapshotHistory(connection);
    this.#limits = limits;
    this.#alerts = alerts;
  }

  /** Everything that is too old or too much at `nowMs`. @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  async prune(nowMs: number): Promise<PruneCounts> {
    const counts: PruneCounts = {
      samplesThinned: await this.#thinSamples(nowMs - this.#limits.rawSampleMs),
      samples: await this.#pruneSamples(nowMs - this.#limits.sampleMs),
      snapshots: await this.#pruneSnapshots(),
      snapshotHistory: await this.#oldest('snapshot_history', 'computed_at_ms', nowMs - this.#limits.snapshotHistoryMs),
      snapshotsThinned: await this.#thinSnapshots(nowMs),
      surroundings: await this.#oldest('surroundings', 'seen_until_ms', nowMs - this.#limits.surroundingsMs),
      looks: await this.#oldest('look', 'seen_at_ms', nowMs - this.#limits.lookMs),
      payloads: 0,
      transitions: await this.#alerts.prune(nowMs),
      acknowledgements: await this.#oldest('acknowledgement', 'cleared_at_ms', this.#alerts.keptSinceMs(nowMs)),
      scheduleRuns: await this.#oldest('schedule_run', 'due_ms', nowMs - this.#limits.scheduleRunMs),
      audit: await this.#oldest('audit', 'at_ms', nowMs - this.#limits.auditMs),
      notices: await this.#oldest('notice', 'at_ms', nowMs - this.#limits.noticeMs),
      gaps: await this.#oldest('observation_gap', 'from_ms', this.#alerts.keptSinceMs(nowMs)),
      deliveries: await this.#oldest('delivery', 'at_ms', nowMs - this.#limits.deliveryMs),
      timeline: await this.#oldest('timeline_event', 'at_ms', nowMs - this.#limits.timelineMs),
      queueHistory: await this.#pruneQueueHistory(nowMs),
    };
    counts.payloads = await this.#prunePayloads();
    await this.#keepSnapshotCeiling(counts);
    await this.#keepCeiling(nowMs, counts);
    await this.#giveBackPages();
    return counts;
  }

  get snapshotCeilingBytes(): number {
    return this.#limits.snapshotBytes;
  }

  get ceilingBytes(): number {
    return this.#limits.sizeBytes;
  }

  /** Bytes in use: pages that hold something. */
  usedBytes(): number {
    const pages = Number(this.#connection.pragma('page_count')) - Number(this.#connection.pragma('freelist_count'));
    return pages * Number(this.#connection.pragma('page_size'));
  }

  async #keepCeiling(nowMs: number, counts: PruneCounts): Promise<void> {
    const fits = (): boolean => this.usedBytes() <= this.#limits.sizeBytes;
    // The last hour of samples and the last day of history are never given up for space.
    for (const keepMs of [30 * day, 7 * day, day, day / 24]) {
      if (fits()) return;
      const recordsBefore = nowMs - Math.max(keepMs, day);
      counts.samples += await this.#pruneSamples(nowMs - keepMs, fits);
      counts.snapshotHistory += await this.#oldest('snapshot_history', 'computed_at_ms', recordsBefore, fits);
      counts.surroundings += await this.#oldest('surroundings', 'seen_until_ms', recordsBefore, fits);
      counts.payloads += await this.#prunePayloads();
      counts.audit += await this.#oldest('audit', 'at_ms', recordsBefore, fits);
      counts.timeline += await this.#oldest('timeline_event', 'at_ms', recordsBefore, fits);
      counts.transitions += await this.#alerts.removeBefore(recordsBefore, fits);
    }
  }

  /** The oldest twentieth at a time, so that contents that are shared with newer snapshots cost few rounds. */
  async #keepSnapshotCeiling(counts: PruneCounts): Promise<void> {
    for (;;) {
      const { sizeBytes, snapshotCount } = this.#history.figures();
      if (sizeBytes <= this.#limits.snapshotBytes || snapshotCount === 0) return;
      let left = Math.ceil(snapshotCount / 20);
      while (left > 0) {
        const step = Math.min(left, stepRows);
        const sql = 'DELETE FROM snapshot_history WHERE true ORDER BY computed_at_ms LIMIT ?';
        counts.snapshotHistory += this.#connection.run(sql, step).changes;
        left -= step;
        await nextTurn();
      }
      counts.payloads += await this.#prunePayloads();
    }
  }

  async #thinSnapshots(nowMs: number): Promise<number> {
    let removed = 0;
    for (const tier of snapshotTiers) {
      for (let step = this.#snapshotThinning.step(tier, nowMs); step !== null; ) {
        removed += step;
        await nextTurn();
        step = this.#snapshotThinning.step(tier, nowMs);
      }
    }
    return removed;
  }

  async #thinSamples(untilMs: number): Promise<number> {
    let removed = 0;
    for (const { id } of this.#connection.rows<{ id: number }>('SELECT id FROM signal')) {
      let step = this.#thinning.step(id, untilMs);
      while (step !== null) {
        removed += step;
        await nextTurn();
        step = this.#thinning.step(id, untilMs);
      }
    }
    return removed;
  }

  async #pruneSamples(beforeMs: number, enough = never): Promise<number> {
    let removed = 0;
    for (const { id } of this.#connection.rows<{ id: number }>('SELECT id FROM signal')) {
      const sql = `DELETE FROM sample WHERE signal_id = ? AND at_ms < ? ORDER BY at_ms LIMIT ${stepRows}`;
      removed += await this.#steps(sql, [id, beforeMs], enough);
    }
    return removed;
  }

  async #pruneSnapshots(): Promise<number> {
    return this.#steps(
      `DELETE FROM snapshot WHERE redis_key IN
         (SELECT redis_key FROM snapshot ORDER BY computed_at_ms DESC LIMIT ${stepRows} OFFSET ?)`,
      [this.#limits.snapshotCount],
    );
  }

  /** Contents that nothing points to. */
  async #prunePayloads(): Promise<number> {
    let removed = 0;
    let after: Buffer | null = Buffer.alloc(0);
    while (after !== null) {
      const rows: PayloadRow[] = this.#connection.rows<PayloadRow>(
        `SELECT id, content_hash AS hash,
           EXISTS (SELECT 1 FROM snapshot WHERE payload_id = payload.id)
             OR EXISTS (SELECT 1 FROM snapshot_history WHERE payload_id = payload.id)
             OR EXISTS (SELECT 1 FROM surroundings WHERE payload_id = payload.id) AS used
         FROM payload WHERE content_hash > ? ORDER BY content_hash LIMIT ${stepRows}`,
        after,
      );
      const orphans = rows.filter((row) => row.used === 0);
      this.#connection.atomically(() => {
        for (const { id } of orphans) this.#connection.run('DELETE FROM payload WHERE id = ?', id);
      });
      removed += orphans.length;
      after = rows.at(-1)?.hash ?? null;
      await nextTurn();
    }
    return removed;
  }

  async #pruneQueueHistory(nowMs: number): Promise<number> {
    const history = new QueueHistoryStore(this.#connection);
    let removed = 0;
    for (let step = history.pruneStep(nowMs); step > 0; step = history.pruneStep(nowMs)) {
      removed += step;
      await nextTurn();
    }
    return removed;
  }

  async #giveBackPages(): Promise<void> {
    while (Number(this.#connection.pragma('freelist_count')) > sparePages) {
      this.#connection.exec(`PRAGMA incremental_vacuum(${stepPages})`);
      await nextTurn();
    }
  }

  /** Removes the rows of `table` from before `beforeMs`, oldest first. */
  async #oldest(table: string, timeColumn: string, beforeMs: number, enough = never): Promise<number> {
    const sql = `DELETE FROM ${table} WHERE ${timeColumn} < ? ORDER BY ${timeColumn} LIMIT ${stepRows}`;
    return this.#steps(sql, [beforeMs], enough);
  }

  /** Runs a bounded DELETE until it finds nothing more or there is enough room, letting others work in between. */
  async #steps(sql: string, bindings: readonly number[], enough = never): Promise<number> {
    let removed = 0;
    while (!enough()) {
      const { changes } = this.#connection.run(sql, ...bindings);
      removed += changes;
      if (changes === 0) break;
      await nextTurn();
    }
    return removed;
  }
}

const never = (): boolean => false;

interface PayloadRow {
  id: number;
  hash: Buffer;
  used: number;
}
