/** Writes rows that come from another database: numbers that mean nothing here are replaced by the ones that do. */
import { type Connection, type SqlBinding, sqliteCode } from '../connection.ts';
import type { TableShape } from './table-shapes.ts';

export type CarriedRow = Readonly<Record<string, SqlBinding>>;

/** `fill`: what is here already is newer and stays. `update`: what comes is newer. */
export type WriteMode = 'fill' | 'update';

/** Reads a row that others point to by its number, where the rows come from. */
export type RowSource = (shape: TableShape, number: SqlBinding) => CarriedRow | undefined;

export class RowWriter {
  readonly #to: Connection;
  readonly #mode: WriteMode;
  readonly #shapes: ReadonlyMap<string, TableShape>;
  readonly #source: RowSource;
  /** By table: the number there to the number here. */
  readonly #numbers = new Map<string, Map<SqlBinding, SqlBinding>>();

  /** @param source for rows that are pointed to before they came */
  constructor(to: Connection, shapes: readonly TableShape[], mode: WriteMode, source: RowSource = () => undefined) {
    this.#to = to;
    this.#mode = mode;
    this.#source = source;
    this.#shapes = new Map(shapes.map((shape) => [shape.name, shape]));
  }

  /** False when the row cannot stand here, e.g. because what it points to was lost. */
  write(shape: TableShape, row: CarriedRow): boolean {
    const translated = this.#translated(shape, row);
    if (translated === null) return false;
    try {
      if (shape.natural === null) this.#put(shape, translated);
      else this.#numbersOf(shape.name).set(row[shape.key[0] ?? ''] ?? null, this.#putNatural(shape, translated));
      return true;
    } catch (error) {
      if (sqliteCode(error)?.startsWith('SQLITE_CONSTRAINT')) return false;
      throw error;
    }
  }

  #translated(shape: TableShape, row: CarriedRow): CarriedRow | null {
    const translated: Record<string, SqlBinding> = { ...row };
    for (const [column, table] of shape.references) {
      const there = row[column] ?? null;
      const other = this.#shapes.get(table);
      if (there === null || (other?.natural ?? null) === null || other === undefined) continue;
      const here = this.#numbersOf(table).get(there) ?? this.#fetch(other, there);
      if (here === undefined) return null;
      translated[column] = here;
    }
    return translated;
  }

  #fetch(shape: TableShape, number: SqlBinding): SqlBinding | undefined {
    const row = this.#source(shape, number);
    if (!row || !this.write(shape, row)) return undefined;
    return this.#numbersOf(shape.name).get(number);
  }

  #put({ name, key }: TableShape, row: CarriedRow): void {
    const columns = Object.keys(row);
    this.#to.run(
      `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${this.#onConflict(columns, key)}`,
      ...Object.values(row),
    );
  }

  #onConflict(columns: readonly string[], key: readonly string[]): string {
    const others = columns.filter((column) => !key.includes(column));
    if (this.#mode === 'fill' || others.length === 0) return 'ON CONFLICT DO NOTHING';
    return `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  }

  /** @returns the row's number here */
  #putNatural({ name, key, natural }: TableShape, row: CarriedRow): number {
    const id = key[0] ?? '';
    const places = natural ?? [];
    const known = this.#to.row<{ id: number }>(
      `SELECT ${id} AS id FROM ${name} WHERE ${places.map((column) => `${column} IS ?`).join(' AND ')}`,
      ...places.map((column) => row[column] ?? null),
    );
    const columns = Object.keys(row).filter((column) => column !== id);
    const values = columns.map((column) => row[column] ?? null);
    if (!known) {
      const marks = columns.map(() => '?').join(', ');
      return this.#to.run(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${marks})`, ...values).lastId;
    }
    if (this.#mode === 'update') {
      this.#to.run(
        `UPDATE ${name} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${id} = ?`,
        ...values,
        known.id,
      );
    }
    return known.id;
  }

  #numbersOf(table: string): Map<SqlBinding, SqlBinding> {
    const known = this.#numbers.get(table) ?? new Map<SqlBinding, SqlBinding>();
    this.#numbers.set(table, known);
    return known;
  }
}
