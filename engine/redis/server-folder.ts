/** The files of a private server: where they lie, who may read them, and which process a pid file speaks of. */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError, messageOf } from '../base/errors.ts';
import type { RedisRole } from '../model/health.ts';

export interface ServerFiles {
  readonly folder: string;
  readonly socketPath: string;
  readonly pidFile: string;
  readonly logFile: string;
}

/** Source: `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const longestSocketPathBytes = 103;
const logRotateBytes = 5 * 1024 * 1024;

const pidRecordSchema = z.object({ pid: z.number().int().min(2), socketPath: z.string() });
export type PidRecord = z.infer<typeof pidRecordSchema>;

/** Makes the folders, readable by their owner only. @throws EngineError DATA_DIR_NOT_WRITABLE, REDIS_START_FAILED */
export function prepareServerFiles(dataDir: string, role: RedisRole): ServerFiles {
  const home = join(dataDir, 'redis');
  const folder = join(home, role);
  try {
    for (const path of [home, folder]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      chmodSync(path, 0o700);
    }
    const logFile = join(home, `${role}.log`);
    rotateLog(logFile);
    return { folder, socketPath: socketPathFor(home, role), pidFile: join(home, `${role}.pid`), logFile };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('DATA_DIR_NOT_WRITABLE', `The folder ${home} cannot be prepared: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Redis appends to its log with the mode it finds; the last 5 MB and the 5 MB before are kept. */
function rotateLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logRotateBytes) renameSync(logFile, `${logFile}.1`);
  writeFileSync(logFile, '', { flag: 'a', mode: 0o600 });
}

function socketPathFor(home: string, role: RedisRole): string {
  const near = join(home, `${role}.sock`);
  if (Buffer.byteLength(near) <= longestSocketPathBytes) return near;
  return join(shortFolder(home), `${role}.sock`);
}

/** The same for the same data folder, so that a server left behind is found again. */
function shortFolder(home: string): string {
  const owner = process.getuid?.() ?? 0;
  const path = join(tmpdir(), `vigia-${owner}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const facts = lstatSync(path);
  if (!facts.isDirectory() || facts.uid !== owner || (facts.mode & 0o077) !== 0) {
    throw new EngineError(
      'REDIS_START_FAILED',
      `The folder ${path} for the private Redis sockets exists but is not ours alone. Remove it and start again.`,
    );
  }
  return path;
}

export function writePidRecord(pidFile: string, record: PidRecord): void {
  writeFileSync(pidFile, JSON.stringify(record), { mode: 0o600 });
}

/** Null when there is none or it cannot be read. */
export function readPidRecord(pidFile: string): PidRecord | null {
  try {
    return pidRecordSchema.parse(JSON.parse(readFileSync(pidFile, 'utf8')));
  } catch {
    return null;
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** The end of a server's log, for an error message. */
export function logTail(logFile: string, lineCount = 3): string {
  try {
    return readFileSync(logFile, 'utf8').trim().split('\n').slice(-lineCount).join(' | ');
  } catch (error) {
    return `its log cannot be read (${messageOf(error)})`;
  }
}
