/** Tells whether a process is still the one that was met before, though numbers are used again. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** Something of a living process that a later one with the same number does not share; empty where it cannot be told. */
export function processMark(pid: number): string {
  if (platform() === 'linux') return linuxMark(pid);
  if (platform() === 'darwin') return darwinMark(pid);
  return '';
}

/** True when the process lives and is the same; one whose mark cannot be told counts as the same. */
export function isSameProcess(pid: number, mark: string): boolean {
  if (!isAlive(pid)) return false;
  const now = processMark(pid);
  return mark === '' || now === '' || now === mark;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Source: proc(5): field 22 of /proc/<pid>/stat is the start in ticks since boot; boot_id tells boots apart. */
function linuxMark(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold spaces.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${started}`;
  } catch {
    // Without /proc there is no mark, which the caller is told.
    return '';
  }
}

function darwinMark(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // ps found no such process: no mark.
    return '';
  }
}
