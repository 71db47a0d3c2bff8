/** The line of time of everything that happened, up to a number of events. */
import { saidSchema } from '../model/said.ts';
import { type TimelineEvent, type TimelineQuery, timelineAlertSchema } from '../model/timeline.ts';
import type { Connection, SqlBinding } from './connection.ts';
import { jsonText, parsedJson } from './json-column.ts';

export type NewTimelineEvent = Omit<TimelineEvent, 'id'>;
/** What changes of an event that goes on. */
export type ProlongedEvent = Pick<TimelineEvent, 'untilMs' | 'detail' | 'said' | 'count'>;

type StoredEvent = Omit<TimelineEvent, 'said' | 'alert'> & {
  readonly said: string | null;
  readonly alert: string | null;
};

const columns = 'id, at_ms AS atMs, until_ms AS untilMs, kind, code, tone, subject, detail, said, alert, count';
/** The ceiling is looked at once in so many events. */
const checkEvery = 200;

export class TimelineStore {
  readonly #connection: Connection;
  /** Some 250 bytes each. */
  readonly ceilingCount: number;
  #sinceCheck = 0;

  constructor(connection: Connection, ceilingCount: number) {
    this.#connection = connection;
    this.ceilingCount = ceilingCount;
  }

  /** All or none; answers their ids in their order. @throws EngineError STORE_UNAVAILABLE */
  append(events: readonly NewTimelineEvent[]): number[] {
    const ids = this.#connection.atomically(() => events.map((event) => this.#insert(event)));
    this.#sinceCheck += events.length;
    if (this.#sinceCheck >= checkEvery) this.#keepCeiling();
    return ids;
  }

  /** The event went on. One that is no longer there stays away. @throws EngineError STORE_UNAVAILABLE */
  prolong(id: number, { untilMs, detail, said, count }: ProlongedEvent): void {
    this.#connection.run(
      'UPDATE timeline_event SET until_ms = ?, detail = ?, said = ?, count = ? WHERE id = ?',
      Math.round(untilMs),
      detail,
      jsonText(said),
      count,
      id,
    );
  }

  /** Newest first, at most `limit`; of an event that lasted any part may lie in the wanted time. @throws EngineError STORE_UNAVAILABLE */
  read(query: TimelineQuery): TimelineEvent[] {
    const { fromMs, toMs, kinds, tones, subject, before, limit } = query;
    const conditions: string[] = [];
    const bindings: SqlBinding[] = [];
    const add = (sql: string, ...values: SqlBinding[]): void => {
      conditions.push(sql);
      bindings.push(...values);
    };
    if (fromMs !== null) add('until_ms >= ?', Math.floor(fromMs));
    if (toMs !== null) add('at_ms <= ?', Math.ceil(toMs));
    if (kinds.length > 0) add(`kind IN (${kinds.map(() => '?').join(', ')})`, ...kinds);
    if (tones.length > 0) add(`tone IN (${tones.map(() => '?').join(', ')})`, ...tones);
    if (subject !== null) add('subject = ?', subject);
    if (before !== null) add('(at_ms, id) < (?, ?)', Math.round(before.atMs), before.id);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#connection.rows<StoredEvent>(
      `SELECT ${columns} FROM timeline_event ${where} ORDER BY at_ms DESC, id DESC LIMIT ?`,
      ...bindings,
      limit,
    );
    return rows.map(eventOf);
  }

  #insert({ atMs, untilMs, kind, code, tone, subject, detail, said, alert, count }: NewTimelineEvent): number {
    return this.#connection.run(
      `INSERT INTO timeline_event (at_ms, until_ms, kind, code, tone, subject, detail, said, alert, count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      Math.round(atMs),
      Math.round(untilMs),
      kind,
      code,
      tone,
      subject,
      detail,
      jsonText(said),
      jsonText(alert),
      count,
    ).lastId;
  }

  #keepCeiling(): void {
    this.#sinceCheck = 0;
    this.#connection.run(
      `DELETE FROM timeline_event WHERE id IN
         (SELECT id FROM timeline_event ORDER BY at_ms DESC, id DESC LIMIT 1000 OFFSET ?)`,
      this.ceilingCount,
    );
  }
}

/** What a later version wrote and this one does not know is shown in its English words. */
function eventOf({ said, alert, ...event }: StoredEvent): TimelineEvent {
  return { ...event, said: parsedJson(saidSchema, said), alert: parsedJson(timelineAlertSchema, alert) };
}
