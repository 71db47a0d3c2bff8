/** Opens the data folder: makes it, checks that it can be written, and keeps a second instance out of it. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EngineError, messageOf } from '../base/errors.ts';
import { isSameProcess, processMark } from './process-mark.ts';

export interface DataDir {
  readonly path: string;
  /** Lets another instance in. Calling it twice is harmless. */
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly mark: string;
}

const lockName = 'vigia.lock';

/**
 * Makes the folder private to its owner and locks it until {@link DataDir.release}; the lock of a dead process is taken over.
 * @throws EngineError DATA_DIR_NOT_WRITABLE, DATA_DIR_IN_USE
 */
export function openDataDir(path: string): DataDir {
  makeWritable(path);
  const lockFile = join(path, lockName);
  const own: Owner = { pid: process.pid, mark: processMark(process.pid) };
  lock(path, lockFile, own);
  const release = (): void => {
    process.removeListener('exit', release);
    const owner = readOwner(lockFile);
    if (owner?.pid === own.pid && owner.mark === own.mark) rmSync(lockFile, { force: true });
  };
  process.on('exit', release);
  return { path, release };
}

function makeWritable(path: string): void {
  try {
    const isNew = !existsSync(path);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (isNew) chmodSync(path, 0o700);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    // Root may write where the mode forbids it, and a full or read-only disk shows only when it is written.
    const probe = join(path, `.probe-${process.pid}`);
    writeFileSync(probe, 'vigia');
    rmSync(probe);
  } catch (error) {
    throw new EngineError('DATA_DIR_NOT_WRITABLE', `The data folder ${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
      details: { dataDir: path },
    });
  }
}

function lock(path: string, lockFile: string, own: Owner): void {
  // Each turn either takes the lock, finds a living owner, or clears away one dead owner's lock.
  for (;;) {
    if (tryTake(lockFile, own)) return;
    const owner = readOwner(lockFile);
    if (owner && isSameProcess(owner.pid, owner.mark)) {
      throw new EngineError('DATA_DIR_IN_USE', `Another Vigía (process ${owner.pid}) uses the data folder ${path}`, {
        details: { dataDir: path, pid: owner.pid },
      });
    }
    clearAway(lockFile, owner);
  }
}

/** Written beside it first, then linked: the lock appears whole or not at all. */
function tryTake(lockFile: string, own: Owner): boolean {
  const draft = `${lockFile}.${own.pid}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return takeWithoutLinks(lockFile, own, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Some file systems know no hard links. */
function takeWithoutLinks(lockFile: string, own: Owner, linkError: unknown): boolean {
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(linkError))) throw linkError;
  try {
    writeFileSync(lockFile, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the dead lock aside and looks at what was really moved: somebody else may have been faster and be alive. */
function clearAway(lockFile: string, expected: Owner | null): void {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readOwner(aside);
  const isOther = moved !== null && (moved.pid !== expected?.pid || moved.mark !== expected.mark);
  if (isOther && !existsSync(lockFile)) renameSync(aside, lockFile);
  else rmSync(aside, { force: true });
}

/** Null when there is no lock, or one that says nothing. */
function readOwner(file: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('mark' in owner)) return null;
    return typeof owner.pid === 'number' && typeof owner.mark === 'string'
      ? { pid: owner.pid, mark: owner.mark }
      : null;
  } catch {
    // Not there, or cut short by a crash: either way nobody holds it.
    return null;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
