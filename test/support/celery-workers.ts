/** Real Celery workers (Debian's) for one test file: each a process in a folder of its own, stopped by its pid. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

const python = '/usr/bin/python3';

/** `wait` runs until its file is there; `forever` cannot be told to end. */
const application = `
import os, time
from celery import Celery, chain, chord, group
app = Celery("t", broker=os.environ["T_BROKER"], backend=os.environ["T_BACKEND"])
app.conf.update(task_send_sent_event=True, worker_prefetch_multiplier=2, broker_connection_retry_on_startup=True,
                worker_enable_remote_control=os.environ.get("T_CONTROL") != "off", result_extended=True)

@app.task(name="t.add")
def add(a, b, **rest): return a + b

@app.task(name="t.sleep")
def sleep(s): time.sleep(s)

@app.task(name="t.fail")
def fail(text): raise ValueError(text)

@app.task(name="t.retry", bind=True, max_retries=3)
def retry(self, times):
    if self.request.retries < times: raise self.retry(countdown=0, exc=RuntimeError("try again"))
    return self.request.retries

@app.task(name="t.forever")
def forever():
    while True: time.sleep(1)

@app.task(name="t.parent", bind=True)
def parent(self): return [add.delay(1, 2).id, add.delay(3, 4).id]

@app.task(name="t.total")
def total(values): return sum(values)

@app.task(name="t.wait")
def wait(path, value):
    while not os.path.exists(path): time.sleep(0.05)
    return value
`;

export interface CeleryWorker {
  readonly node: string;
  readonly pid: number;
  /** To the worker itself. */
  signal(name: NodeJS.Signals): void;
  /** SIGKILL to it and to its pool's processes, as when a container ends. */
  kill(): void;
  /** Resolves when the process is gone. */
  ended(): Promise<void>;
  log(): string;
}

export interface WorkerOptions {
  readonly node?: string;
  /** Arguments after those that every test worker has. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another way to the broker than the fleet's, e.g. through a proxy. */
  readonly brokerUrl?: string;
  /** Sends task events. */
  readonly events?: boolean;
}

export interface CeleryFleet {
  /** Started, not yet ready. */
  start(options?: WorkerOptions): Promise<CeleryWorker>;
  /** Runs Python after the application's definitions, e.g. `add.delay(1, 2)`; answers what it printed. */
  python(code: string): Promise<string>;
  stop(): Promise<void>;
}

/** @param brokerUrl `redis://…`; results go there too */
export function celeryFleet(brokerUrl: string): CeleryFleet {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-celery-'));
  writeFileSync(join(folder, 'app.py'), application);
  const environment = { PATH: '/usr/bin:/bin', HOME: folder, T_BROKER: brokerUrl, T_BACKEND: brokerUrl };
  const workers: { process: ChildProcess; ended: Promise<void> }[] = [];
  let started = 0;
  return {
    async start({ node, args = [], env = {}, brokerUrl: ownUrl, events = true } = {}) {
      started += 1;
      const name = node ?? `w${started}@test`;
      const log = join(folder, `worker-${started}.log`);
      const program = ['-m', 'celery', '-A', 'app', 'worker', '-n', name, '-l', 'INFO', '-f', log, '--without-mingle'];
      const child = spawn(python, [...program, ...(events ? ['-E'] : []), ...args], {
        cwd: folder,
        env: { ...environment, ...(ownUrl === undefined ? {} : { T_BROKER: ownUrl }), ...env },
        stdio: 'ignore',
        // A group of its own, so that its pool's processes can be ended with it.
        detached: true,
      });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      workers.push({ process: child, ended });
      const text = (): string => {
        try {
          return readFileSync(log, 'utf8');
        } catch {
          return '';
        }
      };
      await until(() => text().includes(' ready.') || child.exitCode !== null, 20_000, `Celery worker ${name}`);
      if (child.exitCode !== null) throw new Error(`The Celery worker ${name} ended: ${text()}`);
      return {
        node: name,
        pid: child.pid ?? 0,
        signal: (signal) => void child.kill(signal),
        kill: () => endGroup(child.pid),
        ended: () => ended,
        log: text,
      };
    },
    async python(code) {
      const { stdout } = await promisify(execFile)(python, ['-c', `from app import *\n${code}`], {
        cwd: folder,
        env: environment,
      });
      return stdout.trim();
    },
    async stop() {
      for (const { process: worker } of workers) endGroup(worker.pid);
      await Promise.all(workers.map(({ ended }) => ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The group of a process that this file started. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of it is left.
  }
}
