/** Copies of the local database while it is in use, and the choice of one that takes its place at the next start. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Backup, SetAside } from '../model/storage.ts';

/** Beside the database; it is looked for when the database is opened. */
export function stagedFile(file: string): string {
  return `${file}.restore`;
}

export interface BackupParts {
  /** Of the database. */
  readonly file: string;
  /** Other databases that lie in its folder. */
  readonly besides: readonly string[];
  /** Of the tables that this program knows. */
  readonly newestShape: number;
  /** Sortable text of the time. */
  readonly stamp: () => string;
  /** Writes a copy of the database as it is now. */
  readonly copyTo: (path: string) => Promise<void>;
}

const sqliteMagic = 'SQLite format 3\0';
/** Where the header holds `user_version`. Source: https://sqlite.org/fileformat.html#the_database_header */
const shapeOffset = 60;

const reasons: readonly { readonly mark: string; readonly why: SetAside['why'] }[] = [
  { mark: '.corrupt-', why: 'damaged' },
  { mark: '.before-restore-', why: 'before-restore' },
  { mark: '.restore-refused-', why: 'refused-restore' },
  { mark: '.before-v', why: 'before-upgrade' },
];

export class Backups {
  readonly folder: string;
  readonly #parts: BackupParts;

  constructor(parts: BackupParts) {
    this.#parts = parts;
    this.folder = join(dirname(parts.file), 'backups');
  }

  /** Newest first. */
  list(): Backup[] {
    if (!existsSync(this.folder)) return [];
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.db'));
    return names.map((name) => this.#view(name)).sort((a, b) => b.madeAtMs - a.madeAtMs);
  }

  /** @throws EngineError STORE_BACKUP_FAILED */
  async make(): Promise<Backup> {
    const name = `vigia-${this.#parts.stamp()}.db`;
    const draft = join(this.folder, `${name}.part`);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      await this.#parts.copyTo(draft);
      renameSync(draft, join(this.folder, name));
    } catch (error) {
      rmSync(draft, { force: true });
      throw new EngineError('STORE_BACKUP_FAILED', `No backup could be made in ${this.folder}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return this.#view(name);
  }

  /** It takes the place of the database at the next start, which checks it whole first. @throws EngineError STORE_BACKUP_REFUSED */
  async stage(name: string): Promise<void> {
    await stageRestore(this.#known(name), this.#parts.file, this.#parts.newestShape);
  }

  unstage(): void {
    rmSync(stagedFile(this.#parts.file), { force: true });
  }

  staged(): { sizeBytes: number; stagedAtMs: number } | null {
    const found = statSync(stagedFile(this.#parts.file), { throwIfNoEntry: false });
    return found ? { sizeBytes: found.size, stagedAtMs: found.mtimeMs } : null;
  }

  /** @throws EngineError STORE_BACKUP_REFUSED */
  remove(name: string): void {
    rmSync(this.#known(name));
  }

  /** What was set aside and never looked at again, newest first. */
  setAside(): SetAside[] {
    const folder = dirname(this.#parts.file);
    const own = [this.#parts.file, ...this.#parts.besides].map((file) => basename(file));
    return readdirSync(folder)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .flatMap((name) => {
        const why = reasons.find(({ mark }) => own.some((one) => name.startsWith(one + mark)))?.why;
        const found = statSync(join(folder, name), { throwIfNoEntry: false });
        return why && found ? [{ name, why, sizeBytes: found.size, madeAtMs: found.mtimeMs }] : [];
      })
      .sort((a, b) => b.madeAtMs - a.madeAtMs);
  }

  #known(name: string): string {
    const path = join(this.folder, basename(name));
    if (basename(name) === name && existsSync(path)) return path;
    throw new EngineError('STORE_BACKUP_REFUSED', `There is no backup ${name} in ${this.folder}`);
  }

  #view(name: string): Backup {
    const path = join(this.folder, name);
    const { size, mtimeMs } = statSync(path);
    const shape = shapeOf(path);
    return { name, sizeBytes: size, madeAtMs: mtimeMs, shape, problem: problemOf(shape, this.#parts.newestShape) };
  }
}

/** @throws EngineError STORE_BACKUP_REFUSED */
export async function stageRestore(from: string, file: string, newestShape: number): Promise<void> {
  const problem = problemOf(shapeOf(from), newestShape);
  if (problem !== null) throw new EngineError('STORE_BACKUP_REFUSED', `${from} cannot be restored: ${problem}`);
  const draft = `${stagedFile(file)}.part`;
  try {
    await copyFile(from, draft);
    renameSync(draft, stagedFile(file));
  } catch (error) {
    rmSync(draft, { force: true });
    throw new EngineError('STORE_BACKUP_FAILED', `${from} could not be copied beside ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function problemOf(shape: number | null, newest: number): string | null {
  if (shape === null) return 'it is not a SQLite database';
  if (shape === 0) return 'it is not a database of Vigía';
  return shape > newest ? `it was written by a newer Vigía (shape ${shape}, this one knows ${newest})` : null;
}

function shapeOf(path: string): number | null {
  try {
    const header = Buffer.alloc(100);
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
    return header.toString('latin1', 0, 16) === sqliteMagic ? header.readUInt32BE(shapeOffset) : null;
  } catch {
    // What cannot be read cannot be restored either.
    return null;
  }
}
