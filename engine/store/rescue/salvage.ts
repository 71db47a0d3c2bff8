/** Carries what can still be read out of a damaged database into the one that took its place, a little at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Connection } from '../connection.ts';
import { DamagedTable } from './damaged-table.ts';
import { RowWriter } from './row-writer.ts';
import { type TableShape, tableShapes } from './table-shapes.ts';

export interface SalvageReport {
  readonly rowCount: number;
  /** Tables of which something could not be read, or could not stand without what was lost. */
  readonly incomplete: readonly string[];
  /** Nothing at all could be read, not even what tables there are. */
  readonly hopeless: boolean;
}

/** The mark of an open file is not one of its contents. */
const ownSettings: readonly unknown[] = ['store.open', 'store.idFloor', 'store.salvage'];

/** Rows that are in the new database already stay as they are, so that it can be begun again. Null: the store was closed. */
export async function salvage(aside: string, to: Connection): Promise<SalvageReport | null> {
  const incomplete = new Set<string>();
  let rowCount = 0;
  let from: Database.Database;
  try {
    from = openDamaged(aside);
  } catch {
    return { rowCount, incomplete: [], hopeless: true };
  }
  try {
    const shapes = tableShapes(to);
    const writer = new RowWriter(to, shapes, 'fill');
    const known = columnsOf(from);
    if (known === null) return { rowCount, incomplete: [], hopeless: true };
    for (const shape of shapes) {
      const columns = shape.columns.filter((column) => known(shape.name).includes(column));
      if (columns.length === 0 || !shape.key.every((column) => columns.includes(column))) continue;
      const table = new DamagedTable(from, shape.name, columns, shape.key);
      for (const rows of table.batches()) {
        await nextTurn();
        if (to.closed) return null;
        const kept = to.atomically(() => rows.filter((row) => isOwn(shape, row) || writer.write(shape, row)).length);
        rowCount += kept;
        if (kept < rows.length) incomplete.add(shape.name);
      }
      if (!table.whole) incomplete.add(shape.name);
    }
    if (!to.closed) recount(to);
    return { rowCount, incomplete: [...incomplete], hopeless: false };
  } finally {
    from.close();
  }
}

/** Also one that was cut short: SQLite then takes the pages that are there. Source: `lockBtree` in btree.c. */
function openDamaged(file: string): Database.Database {
  const database = new Database(file, { readonly: true });
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  return database;
}

function columnsOf(database: Database.Database): ((table: string) => string[]) | null {
  try {
    const read = database.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)');
    read.all('setting');
    return (table) => read.all(table).map(({ name }) => name);
  } catch {
    return null;
  }
}

function isOwn(shape: TableShape, row: Readonly<Record<string, unknown>>): boolean {
  return shape.name === 'setting' && ownSettings.includes(row['key']);
}

/** The ledger of Celery's tasks is kept by their store as it writes. */
function recount(to: Connection): void {
  to.run(
    `UPDATE celery_history SET (task_count, size_bytes) = (SELECT count(*), coalesce(sum(size_bytes), 0) FROM celery_task)`,
  );
}
