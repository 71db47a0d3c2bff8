/** Where the numbers of new rows begin in a database that begins empty while an older one has rows of its own. */
import type Database from 'better-sqlite3';
import type { Connection } from '../connection.ts';

const floorKey = 'store.idFloor';

/** The time grows faster than rows do, so what is numbered from it comes after whatever the older database holds. */
export function startNumbersAt(database: Database.Database, nowMs: number): void {
  const tables = database
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    .all();
  // The table of counters is there only where one of these is.
  for (const { name } of tables) {
    database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(name, nowMs);
  }
  database
    .prepare('INSERT OR REPLACE INTO setting (key, value, updated_at_ms) VALUES (?, ?, ?)')
    .run(floorKey, String(nowMs), nowMs);
}

/** For rows that are numbered elsewhere. */
export function numberFloor(connection: Connection): number {
  return Number(connection.row<{ value: string }>('SELECT value FROM setting WHERE key = ?', floorKey)?.value ?? 0);
}
