/** Ends a private server that an earlier, killed console left behind, and never anything else. */
import { readFileSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { parseInfo } from './info.ts';
import { readPidRecord, removeFile, type ServerFiles } from './server-folder.ts';
import { askSocket } from './socket-reply.ts';

const askDeadlineMs = 250;
const pollMs = 10;

/**
 * Whoever listens on our socket is ours: its folder admits nobody else. A server that does not answer is known by its
 * pid and by the socket in its command line. The caller holds the data folder, so no other console uses the server.
 */
export async function endOrphan(clock: Clock, files: ServerFiles, logger: Logger): Promise<void> {
  const pid = (await listeningPid(clock, files.socketPath)) ?? recordedPid(files);
  if (pid !== null) {
    logger.warn('A private Redis server of an earlier run is still there and is ended', { pid });
    await endProcess(clock, pid, 2_000);
  }
  removeFile(files.socketPath);
  removeFile(files.pidFile);
}

async function listeningPid(clock: Clock, socketPath: string): Promise<number | null> {
  const info = await askSocket(clock, socketPath, 'INFO server', askDeadlineMs);
  const pid = info === null ? null : parseInfo(info).processId;
  return pid !== null && pid > 1 && pid !== process.pid ? pid : null;
}

function recordedPid(files: ServerFiles): number | null {
  const record = readPidRecord(files.pidFile);
  if (record === null || !isAlive(record.pid)) return null;
  const commandLine = commandLineOf(record.pid);
  return commandLine.includes('redis-server') && commandLine.includes(record.socketPath) ? record.pid : null;
}

/** Empty where it cannot be known: then nothing is ended. Source: proc(5); Redis keeps its socket in its title. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Asks with SIGTERM, on which Redis saves what it is told to save; insists with SIGKILL after `graceMs`. */
export async function endProcess(clock: Clock, pid: number, graceMs: number): Promise<void> {
  send(pid, 'SIGTERM');
  const untilMs = clock.monotonicMs() + graceMs;
  while (isAlive(pid)) {
    if (clock.monotonicMs() > untilMs) {
      send(pid, 'SIGKILL');
      return;
    }
    await clock.sleep(pollMs);
  }
}

/** False also for a process that has ended but was not yet collected by its parent. */
export function isAlive(pid: number): boolean {
  if (!send(pid, 0)) return false;
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(status);
  } catch {
    return send(pid, 0);
  }
}

/** False when there is no such process, or it is not ours to signal. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
