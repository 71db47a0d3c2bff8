/** Runs a program of ours as a user would, and watches what it says, what it starts and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface Program {
  readonly pid: number;
  /** Everything said so far, both streams. */
  output(): string;
  /** Waits for a line that matches; answers the match. @throws Error when it ends first */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** To the program alone. */
  signal(signal: NodeJS.Signals): void;
  /** To it and all that it shares a terminal with: what Ctrl+C does. */
  signalGroup(signal: NodeJS.Signals): void;
  /** It and everything that it started, and that these started. */
  family(): number[];
  ended(timeoutMs?: number): Promise<Ended>;
  /** Ends the whole family without asking. */
  destroy(): void;
}

export function runProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  cwd: string,
): Program {
  // A group of its own, as a shell gives each command line.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const closed = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, output })));
  const pid = child.pid ?? 0;
  // When the first of a family dies, the others are found by no parent any more.
  const met = new Set<number>();
  const family = (): number[] => {
    const found = familyOf(pid);
    for (const member of found) met.add(member);
    return found;
  };
  return {
    pid,
    output: () => output,
    async says(pattern, timeoutMs = 20_000) {
      await until(() => pattern.test(output) || child.exitCode !== null, timeoutMs, `${pattern} in:\n${output}`);
      const match = new RegExp(pattern.source, pattern.flags.replace('g', '')).exec(output);
      if (match) return match;
      throw new Error(`It ended with ${child.exitCode} and never said ${pattern}:\n${output}`);
    },
    signal: (signal) => child.kill(signal),
    signalGroup: (signal) => process.kill(-pid, signal),
    family,
    async ended(timeoutMs = 20_000) {
      await until(() => hasEnded(child), timeoutMs, `the end of ${command} ${args.join(' ')}`);
      return await closed;
    },
    destroy() {
      family();
      for (const member of met) if (isAlive(member)) kill(member);
    },
  };
}

export function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  // A zombie has ended; only its parent has not looked yet.
  return stat !== null && stat.state !== 'Z';
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Source: proc(5), fields 3 and 4 of /proc/<pid>/stat: state and parent. */
function familyOf(pid: number): number[] {
  if (!isAlive(pid)) return [];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat) parents.set(Number(name), stat.parent);
  }
  const found = [pid];
  for (const member of found) for (const [child, parent] of parents) if (parent === member) found.push(child);
  return found;
}

function statOf(pid: number): { state: string; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    // It ended between being listed and being read.
    return null;
  }
}
