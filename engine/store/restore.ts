/** Puts a backup that was chosen before into the place of the database, at a start and only when it is whole. */

import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf } from '../base/errors.ts';
import { type Said, said } from '../model/said.ts';
import type { Announce } from './announce.ts';
import { stagedFile } from './backups.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly newestShape: number;
  readonly stamp: () => string;
  readonly tell: Announce;
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
      const message = `The backup was not restored: ${problem.words}. It is at ${refused}; the database is as it was.`;
      tell('error', message, said('notice_restore_refused', { reason: problem.said, refused }));
      return;
    }
    const before = `${file}.before-restore-${stamp()}`;
    const had = existsSync(file);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, before + suffix);
    }
    renameSync(staged, file);
    const message = `The local database was restored from a backup.${had ? ` What it was before is at ${before}.` : ''}`;
    tell('info', message, had ? said('notice_restored_before', { before }) : said('notice_restored'));
  } catch (error) {
    const why = messageOf(error);
    const message = `The backup ${staged} could not be restored: ${why}`;
    tell('error', message, said('notice_restore_failed', { staged, problem: why }));
  }
}

interface Problem {
  readonly words: string;
  readonly said: Said;
}

function problemOf(path: string, newestShape: number): Problem | null {
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const verdict = String(database.pragma('integrity_check(1)', { simple: true }));
    if (verdict !== 'ok') {
      const problem = verdict.replaceAll('\n', ' ');
      return { words: `it is damaged (${problem})`, said: said('restore_damaged', { problem }) };
    }
    const shape = Number(database.pragma('user_version', { simple: true }));
    if (shape > 0 && shape <= newestShape) return null;
    const words = `its tables have the shape ${shape}, this Vigía knows 1 to ${newestShape}`;
    return { words, said: said('restore_other_shape', { shape, newest: newestShape }) };
  } catch (error) {
    const problem = messageOf(error);
    return { words: `it cannot be read (${problem})`, said: said('restore_unreadable', { problem }) };
  } finally {
    database?.close();
  }
}
