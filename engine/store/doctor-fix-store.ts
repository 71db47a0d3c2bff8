/** Fixes of the doctor that were applied, with what it takes to undo them; the newest are kept. */
import { z } from 'zod';
import { type AppliedFix, appliedFixSchema } from '../model/doctor.ts';
import type { Connection } from './connection.ts';

const kept = 500;
const row = z.object({ fix: z.string() });

export class DoctorFixStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  list(): AppliedFix[] {
    return this.#connection
      .rows('SELECT fix FROM doctor_fix ORDER BY at_ms DESC, fix_id DESC')
      .map((found) => appliedFixSchema.parse(JSON.parse(row.parse(found).fix)));
  }

  /** A fix of the same id is replaced. @throws EngineError STORE_UNAVAILABLE */
  put(fix: AppliedFix): void {
    this.#connection.atomically(() => {
      this.#connection.run(
        'INSERT OR REPLACE INTO doctor_fix (fix_id, at_ms, fix) VALUES (?, ?, ?)',
        fix.fixId,
        Math.round(fix.atMs),
        JSON.stringify(fix),
      );
      this.#connection.run(
        'DELETE FROM doctor_fix WHERE fix_id NOT IN (SELECT fix_id FROM doctor_fix ORDER BY at_ms DESC LIMIT ?)',
        kept,
      );
    });
  }
}
