/** Keeps the history of alerts within its age and its size, as people set them; what is open or still to be told stays. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AlertRetentionLimits,
  type AlertRetentionView,
  alertRetentionLimitsSchema,
  defaultAlertRetention,
} from '../model/alert-retention.ts';
import type { Connection } from './connection.ts';
import type { SettingStore } from './setting-store.ts';

const settingKey = 'alerts.retention';
/** Rows that one step may touch: a few milliseconds. */
const stepRows = 400;
/** Keys of an index that are counted in one turn: a millisecond or two. */
const countedAtOnce = 20_000;
/** The newest rows speak for all. */
const measuredRows = 200;
/** Fixed columns, and the row's place in five indexes. Measured: 50,000 rows, page count. */
const bytesPerTransition = 190;
const bytesPerMessage = 190;

export class AlertRetention {
  readonly #connection: Connection;
  readonly #settings: Pick<SettingStore, 'get' | 'set' | 'remove'>;

  constructor(connection: Connection, settings: Pick<SettingStore, 'get' | 'set' | 'remove'>) {
    this.#connection = connection;
    this.#settings = settings;
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  async view(): Promise<AlertRetentionView> {
    const { transitionCount, sizeBytes } = await this.#size();
    const oldest = this.#connection.row<{ atMs: number | null }>('SELECT min(at_ms) AS atMs FROM alert_transition');
    const isDefault = this.#kept() === null;
    return { ...this.#limits(), isDefault, transitionCount, sizeBytes, oldestAtMs: oldest?.atMs ?? null };
  }

  /** Null: as the program brings it. Holds from the next pruning on. @throws EngineError STORE_UNAVAILABLE */
  set(limits: AlertRetentionLimits | null): void {
    if (limits === null) this.#settings.remove(settingKey);
    else this.#settings.set(settingKey, JSON.stringify(limits));
  }

  /** Before which nothing is kept. @throws EngineError STORE_UNAVAILABLE */
  keptSinceMs(nowMs: number): number {
    return nowMs - this.#limits().keepMs;
  }

  /** What is too old, then the oldest of what is too much; answers how many went. @throws EngineError STORE_UNAVAILABLE */
  async prune(nowMs: number): Promise<number> {
    return (await this.removeBefore(this.keptSinceMs(nowMs))) + (await this.#keepCeiling());
  }

  /** The oldest first, until there is enough room. @throws EngineError STORE_UNAVAILABLE */
  async removeBefore(beforeMs: number, enough: () => boolean = () => false): Promise<number> {
    let removed = 0;
    for (let step = stepRows; step === stepRows && !enough(); removed += step) {
      step = this.#removeOldest(beforeMs, stepRows);
      await nextTurn();
    }
    return removed;
  }

  async #keepCeiling(): Promise<number> {
    const { ceilingBytes } = this.#limits();
    const { transitionCount, sizeBytes } = await this.#size();
    if (sizeBytes <= ceilingBytes) return 0;
    let left = Math.ceil(((sizeBytes - ceilingBytes) / sizeBytes) * transitionCount);
    let removed = 0;
    while (left > 0) {
      const step = this.#removeOldest(Number.MAX_SAFE_INTEGER, Math.min(left, stepRows));
      if (step === 0) break;
      left -= step;
      removed += step;
      await nextTurn();
    }
    return removed;
  }

  /** An alert that fires has its beginning there, and a message that is still owed its words. */
  #removeOldest(beforeMs: number, limit: number): number {
    const held = this.#connection.rows<{ id: number }>(
      `SELECT firing_id AS id FROM alert_state WHERE firing_id IS NOT NULL
       UNION SELECT transition_id FROM outbox WHERE state = 'due'`,
    );
    const sql = `DELETE FROM alert_transition WHERE id IN
      (SELECT id FROM alert_transition WHERE at_ms < ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY at_ms, id LIMIT ?)`;
    return this.#connection.run(sql, beforeMs, JSON.stringify(held.map(({ id }) => id)), limit).changes;
  }

  async #size(): Promise<{ transitionCount: number; sizeBytes: number }> {
    const transitionCount = await this.#count('alert_transition');
    const messageCount = await this.#count('outbox');
    const mean = this.#connection.row<{ bytes: number | null }>(
      `SELECT avg(length(rule_id) * 4 + length(title) + length(evidence) + length(words)
         + ifnull(length(cause), 0) + ifnull(length(chain), 0) + ifnull(length(facts), 0)) AS bytes
       FROM (SELECT * FROM alert_transition ORDER BY at_ms DESC, id DESC LIMIT ${measuredRows})`,
    );
    const perTransition = bytesPerTransition + (mean?.bytes ?? 0);
    return { transitionCount, sizeBytes: Math.round(transitionCount * perTransition + messageCount * bytesPerMessage) };
  }

  /** In turns: a count of a million takes a tenth of a second. */
  async #count(table: 'alert_transition' | 'outbox'): Promise<number> {
    let [count, last] = [0, 0];
    for (let step = countedAtOnce; step === countedAtOnce; count += step) {
      const found = this.#connection.row<{ n: number; last: number | null }>(
        `SELECT count(*) AS n, max(id) AS last FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${countedAtOnce})`,
        last,
      );
      step = found?.n ?? 0;
      last = found?.last ?? last;
      await nextTurn();
    }
    return count;
  }

  #limits(): AlertRetentionLimits {
    return this.#kept() ?? defaultAlertRetention;
  }

  /** Null also where another version wrote what this one does not take. */
  #kept(): AlertRetentionLimits | null {
    const text = this.#settings.get(settingKey);
    return text === null ? null : (alertRetentionLimitsSchema.safeParse(JSON.parse(text)).data ?? null);
  }
}
