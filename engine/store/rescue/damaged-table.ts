/** Reads what can still be read of a table in a damaged database, from both its ends and over holes. */
import type Database from 'better-sqlite3';
import type { SqlBinding } from '../connection.ts';
import type { CarriedRow } from './row-writer.ts';

const batchRows = 100;
/** Holes in a table that is numbered are leapt over, each time twice as far: a page holds some tens of rows. */
const longestLeap = 2 ** 20;

export class DamagedTable {
  readonly #database: Database.Database;
  readonly #name: string;
  readonly #columns: readonly string[];
  readonly #key: readonly string[];
  #whole = true;

  constructor(database: Database.Database, name: string, columns: readonly string[], key: readonly string[]) {
    this.#database = database;
    this.#name = name;
    this.#columns = columns;
    this.#key = key;
  }

  /** False once something could not be read. */
  get whole(): boolean {
    return this.#whole;
  }

  *batches(): Generator<CarriedRow[], void> {
    let last: SqlBinding[] | null = null;
    for (;;) {
      const rows = this.#read(last, 'ASC');
      if (rows === null) {
        this.#whole = false;
        const leapt: SqlBinding[] | null = this.#leap(last);
        if (leapt === null) break;
        last = leapt;
        continue;
      }
      if (rows.length === 0) return;
      yield rows;
      last = this.#placeOf(rows.at(-1));
    }
    yield* this.#fromTheEnd(last);
  }

  /** Down to `floor`, which was reached from the other end. */
  *#fromTheEnd(floor: SqlBinding[] | null): Generator<CarriedRow[], void> {
    let ceiling: SqlBinding[] | null = null;
    for (;;) {
      const rows: CarriedRow[] | null = this.#read(floor, 'DESC', ceiling);
      if (rows === null || rows.length === 0) return;
      yield rows;
      ceiling = this.#placeOf(rows.at(-1));
    }
  }

  /** A full batch, or else as many rows one by one as there are before the damage; null when not even one. */
  #read(after: SqlBinding[] | null, order: 'ASC' | 'DESC', before: SqlBinding[] | null = null): CarriedRow[] | null {
    const whole = this.#select(after, order, before, batchRows);
    if (whole !== null) return whole;
    const rows: CarriedRow[] = [];
    let [low, high] = [after, before];
    while (rows.length < batchRows) {
      const one = this.#select(low, order, high, 1);
      if (one === null || one.length === 0) break;
      rows.push(...one);
      if (order === 'ASC') low = this.#placeOf(one[0]);
      else high = this.#placeOf(one[0]);
    }
    return rows.length === 0 ? null : rows;
  }

  #select(
    after: SqlBinding[] | null,
    order: 'ASC' | 'DESC',
    before: SqlBinding[] | null,
    limit: number,
  ): CarriedRow[] | null {
    const place = `(${this.#key.join(', ')})`;
    const marks = `(${this.#key.map(() => '?').join(', ')})`;
    const conditions = [...(after ? [`${place} > ${marks}`] : []), ...(before ? [`${place} < ${marks}`] : [])];
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const by = this.#key.map((column) => `${column} ${order}`).join(', ');
    try {
      return this.#database
        .prepare<SqlBinding[], CarriedRow>(
          `SELECT ${this.#columns.join(', ')} FROM ${this.#name}${where} ORDER BY ${by} LIMIT ${limit}`,
        )
        .all(...(after ?? []), ...(before ?? []));
    } catch {
      // Whatever the reason is, there is nothing to be had here; that something is missing is told at the end.
      return null;
    }
  }

  /** A place behind the hole; null in tables that are not numbered, and when nothing comes behind it. */
  #leap(from: SqlBinding[] | null): SqlBinding[] | null {
    const number = from === null ? 0 : from[0];
    if (this.#key.length !== 1 || typeof number !== 'number') return null;
    for (let step = 1; step <= longestLeap; step *= 2) {
      const found = this.#select([number + step], 'ASC', null, 1);
      if (found === null) continue;
      return found.length === 0 ? null : [number + step];
    }
    return null;
  }

  #placeOf(row: CarriedRow | undefined): SqlBinding[] {
    return this.#key.map((column) => row?.[column] ?? null);
  }
}
