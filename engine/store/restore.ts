/** Puts a backup that was chosen before into the place of the database, at a start and only when it is whole. */
import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf } from '../base/errors.ts';
import { stagedFile } from './backups.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly newestShape: number;
  readonly stamp: () => string;
  readonly tell: (level: 'info' | 'error', message: string) => void;
}

/** Nothing is thrown away: the database before it and a backup that is not whole are kept under another name. */
export function applyRestore({ file, newestShape, stamp, tell }: RestoreOptions): void {
  const staged = stagedFile(file);
  if (!existsSync(staged)) return;
  const problem = problemOf(staged, newestShape);
  try {
    if (problem !== null) {
      const refused = `${file}.restore-refused-${stamp()}`;
      renameSync(staged, refused);
      tell('error', `The backup was not restored: ${problem}. It is at ${refused}; the database is as it was.`);
      return;
    }
    const before = `${file}.before-restore-${stamp()}`;
    const had = existsSync(file);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, before + suffix);
    }
    renameSync(staged, file);
    tell('info', `The local database was restored from a backup.${had ? ` What it was before is at ${before}.` : ''}`);
  } catch (error) {
    tell('error', `The backup ${staged} could not be restored: ${messageOf(error)}`);
  }
}

function problemOf(path: string, newestShape: number): string | null {
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const verdict = String(database.pragma('integrity_check(1)', { simple: true }));
    if (verdict !== 'ok') return `it is damaged (${verdict.replaceAll('\n', ' ')})`;
    const shape = Number(database.pragma('user_version', { simple: true }));
    return shape > 0 && shape <= newestShape
      ? null
      : `its tables have the shape ${shape}, this Vigía knows 1 to ${newestShape}`;
  } catch (error) {
    return `it cannot be read (${messageOf(error)})`;
  } finally {
    database?.close();
  }
}
