/** Brings a database to the newest shape: a copy of an existing one first, then all steps or none. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Migration } from './migrations.ts';

/** Copies made before earlier upgrades that are kept beside the database. */
const keptCopies = 2;

export function schemaVersion(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

export function newestVersion(steps: readonly Migration[]): number {
  return Math.max(0, ...steps.map((step) => step.version));
}

/**
 * Applies the steps that are missing, in one transaction.
 * @throws EngineError STORE_MIGRATION_FAILED with the database as it was
 */
export function applyMigrations(database: Database.Database, steps: readonly Migration[]): void {
  const from = schemaVersion(database);
  const missing = steps.filter((step) => step.version > from);
  const apply = database.transaction(() => {
    for (const step of missing) applyStep(database, step);
  });
  apply.immediate();
}

function applyStep(database: Database.Database, step: Migration): void {
  try {
    database.exec(step.sql);
    if (database.pragma('foreign_key_check', { simple: true }) !== undefined) {
      throw new Error('rows point to rows that are not there');
    }
    database.pragma(`user_version = ${step.version}`);
  } catch (error) {
    throw new EngineError(
      'STORE_MIGRATION_FAILED',
      `Step ${step.version} (${step.name}) of the local database failed: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Copies an existing database that is about to be changed; answers the copy's path, or null when nothing is to be done.
 * @throws EngineError STORE_MIGRATION_FAILED when the copy cannot be made: without it nothing is changed
 */
export async function copyBeforeUpgrade(
  database: Database.Database,
  file: string,
  steps: readonly Migration[],
  stamp: string,
): Promise<string | null> {
  const from = schemaVersion(database);
  const newest = newestVersion(steps);
  if (from === 0 || from >= newest) return null;
  const copy = `${file}.before-v${newest}-${stamp}`;
  try {
    await database.backup(copy);
  } catch (error) {
    throw new EngineError('STORE_MIGRATION_FAILED', `No copy could be made at ${copy}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  removeOldCopies(file);
  return copy;
}

function removeOldCopies(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.before-v`;
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => stampOf(a).localeCompare(stampOf(b)));
  for (const name of copies.slice(0, -keptCopies)) rmSync(join(folder, name), { force: true });
}

function stampOf(copyName: string): string {
  return copyName.slice(copyName.lastIndexOf('-') + 1);
}
