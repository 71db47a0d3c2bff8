/** Remembers which rows changed while the database lives in memory, and brings them back into its file. */
import type { Connection, SqlBinding } from '../connection.ts';
import { type CarriedRow, RowWriter } from './row-writer.ts';
import { type TableShape, tableShapes } from './table-shapes.ts';

interface Change {
  readonly place: number;
  readonly name: string;
  readonly key: string;
}

/** From now on; the log itself lives and dies with the connection. */
export function logChanges(memory: Connection): void {
  memory.exec('CREATE TEMP TABLE away (place INTEGER PRIMARY KEY, name TEXT, "key" TEXT, UNIQUE (name, "key"))');
  for (const { name, key } of tableShapes(memory)) {
    const note = (row: 'NEW' | 'OLD'): string =>
      `INSERT OR IGNORE INTO away (name, "key") VALUES ('${name}', json_array(${key.map((column) => `${row}.${column}`).join(', ')}));`;
    memory.exec(`
      CREATE TEMP TRIGGER away_${name}_added AFTER INSERT ON main.${name} BEGIN ${note('NEW')} END;
      CREATE TEMP TRIGGER away_${name}_changed AFTER UPDATE ON main.${name} BEGIN ${note('OLD')} ${note('NEW')} END;
      CREATE TEMP TRIGGER away_${name}_removed AFTER DELETE ON main.${name} BEGIN ${note('OLD')} END;`);
  }
}

export class BringingBack {
  readonly #memory: Connection;
  readonly #file: Connection;
  readonly #shapes: ReadonlyMap<string, TableShape>;
  readonly #writer: RowWriter;
  #rowCount = 0;
  #refusedCount = 0;

  constructor(memory: Connection, file: Connection) {
    this.#memory = memory;
    this.#file = file;
    const shapes = tableShapes(memory);
    this.#shapes = new Map(shapes.map((shape) => [shape.name, shape]));
    this.#writer = new RowWriter(file, shapes, 'update', (shape, number) => this.#rowAt(shape, [number]));
  }

  /** Rows brought so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Rows that the file would not take. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Brings some changes, the oldest first; true when none is left. @throws what the file's disk says */
  step(limit: number): boolean {
    const changes = this.#memory.rows<Change>('SELECT place, name, "key" FROM away ORDER BY place LIMIT ?', limit);
    this.#file.atomically(() => {
      for (const change of changes) this.#bring(change);
    });
    // One that changes again while it is brought comes to the end of the log, so that the places say what was brought.
    this.#memory.atomically(() => {
      for (const { place } of changes) this.#memory.run('DELETE FROM away WHERE place = ?', place);
    });
    return changes.length < limit;
  }

  #bring({ name, key }: Change): void {
    const shape = this.#shapes.get(name);
    if (!shape) return;
    const values = JSON.parse(key) as SqlBinding[];
    const row = this.#rowAt(shape, values);
    this.#rowCount += 1;
    if (row) {
      if (!this.#writer.write(shape, row)) this.#refusedCount += 1;
      return;
    }
    // What others may still point to in the file is left to the clean-up.
    if (shape.natural === null) this.#file.run(`DELETE FROM ${name} WHERE ${places(shape)}`, ...values);
  }

  #rowAt(shape: TableShape, key: readonly SqlBinding[]): CarriedRow | undefined {
    return this.#memory.row<CarriedRow>(
      `SELECT ${shape.columns.join(', ')} FROM ${shape.name} WHERE ${places(shape)}`,
      ...key,
    );
  }
}

function places({ key }: TableShape): string {
  return key.map((column) => `${column} = ?`).join(' AND ');
}
