/** Runs real Celery workers of the system's Python against a broker of the test, with a small application of their own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

/** The system's own interpreter: another python3 first on PATH does not have the packages. */
const python = process.env['VIGIA_TEST_PYTHON'] ?? '/usr/bin/python3';

export interface CeleryWorkerOptions {
  /** Full node name. */
  readonly node: string;
  readonly queues?: readonly string[];
  readonly pool?: 'prefork' | 'threads' | 'solo';
  readonly concurrency?: number;
  /** Sends task events from the start (`-E`). */
  readonly events?: boolean;
  /** More arguments of `celery worker`, e.g. `['--autoscale', '4,1']`. */
  readonly args?: readonly string[];
  /** Settings of the application for this worker alone, e.g. `{ worker_enable_remote_control: false }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The system's time as this worker sees it, off by so much; needs libfaketime. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CeleryWorkerProcess {
  readonly node: string;
  /** Of the main process, which leads a process group of its own. */
  readonly pid: number;
  readonly hasEnded: boolean;
  /** Everything it has written. */
  log(): string;
  /** To the main process alone. */
  signal(name: NodeJS.Signals): void;
  /** To the main process and its pool. */
  signalGroup(name: NodeJS.Signals): void;
  /** Warm shutdown, then SIGKILL for the whole group; answers when the main process is gone. */
  stop(): Promise<void>;
}

export interface CeleryApp {
  readonly folder: string;
  /** Started and ready: it has subscribed to control, or, with control off, said that it is ready. */
  worker(options: CeleryWorkerOptions): Promise<CeleryWorkerProcess>;
  /** Sends tasks as an application would; answers the ids, in order. One Python process for all of them. */
  send(...tasks: readonly CelerySend[]): Promise<string[]>;
  /** Runs Python with `app`, `json` and Celery's primitives at hand; what it prints comes back. */
  python(code: string): Promise<string>;
  /** `celery -A app …` as a person would type it; standard output. */
  command(...args: readonly string[]): Promise<string>;
  /** Stops every worker that still runs and removes the folder. */
  stop(): Promise<void>;
}

export interface CelerySend {
  readonly task: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly queue?: string;
  readonly countdownS?: number;
  readonly expiresS?: number;
  readonly priority?: number;
  readonly compression?: string;
  readonly taskId?: string;
}

export interface CeleryAppOptions {
  /** As Celery takes it, e.g. `redis://127.0.0.1:6390/0`. */
  readonly broker: string;
  readonly backend?: string;
  /** Settings of the application for everybody. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const application = `
import json, os, time
from celery import Celery, chain, chord, group
app = Celery("t", broker=os.environ["T_BROKER"], backend=os.environ["T_BACKEND"])
app.conf.update(task_send_sent_event=True, worker_prefetch_multiplier=2)
app.conf.update(json.loads(os.environ["T_SETTINGS"]))

@app.task(name="t.add")
def add(a, b): return a + b

@app.task(name="t.sleep")
def sleep(seconds, tag=None): time.sleep(seconds); return seconds

@app.task(name="t.late", acks_late=True)
def late(seconds): time.sleep(seconds); return seconds

@app.task(name="t.fail")
def fail(message="kaboom"): raise ValueError(message)

@app.task(name="t.retry", bind=True, max_retries=3)
def retry(self, times=1, countdown=0.1):
    if self.request.retries < times: raise self.retry(countdown=countdown, exc=ValueError("again"))
    return self.request.retries

@app.task(name="t.echo")
def echo(*args, **kwargs): return len(json.dumps([args, kwargs]))

@app.task(name="t.total")
def total(values): return sum(values)

@app.task(name="t.limited", rate_limit="2/m")
def limited(): return 1
`;

/** Imported by one-off programs; `python -c` alone has no name for the module of its tasks. */
const prelude = 'import json, sys\nfrom app import *\n';

const sendProgram = `${prelude}
for one in json.loads(sys.stdin.read()):
    options = {key: one[key] for key in ("queue", "priority", "compression", "task_id") if one.get(key) is not None}
    if one.get("countdown") is not None: options["countdown"] = one["countdown"]
    if one.get("expires") is not None: options["expires"] = one["expires"]
    print(app.tasks[one["task"]].apply_async(one["args"], one["kwargs"], **options).id)
`;

const startDeadlineMs = 30_000;
const stopDeadlineMs = 12_000;
const programDeadlineMs = 30_000;

/** Writes the application; nothing runs yet. */
export async function createCeleryApp(options: CeleryAppOptions): Promise<CeleryApp> {
  const folder = await mkdtemp(join(tmpdir(), 'vigia-celery-'));
  await writeFile(join(folder, 'app.py'), application);
  const workers = new Set<CeleryWorkerProcess>();
  const envWith = (settings: Readonly<Record<string, unknown>> = {}): NodeJS.ProcessEnv => ({
    ...process.env,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    // Celery refuses to run as root with pickle otherwise; the tests may run as root in a container.
    C_FORCE_ROOT: '1',
    T_BROKER: options.broker,
    T_BACKEND: options.backend ?? options.broker,
    T_SETTINGS: JSON.stringify({ ...options.settings, ...settings }),
  });
  const run = async (args: readonly string[], input = ''): Promise<string> => {
    const running = promisify(execFile)(python, args, {
      cwd: folder,
      env: envWith(),
      timeout: programDeadlineMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    running.child.stdin?.end(input);
    return (await running).stdout;
  };
  return {
    folder,
    async worker(wanted) {
      const worker = await startWorker(folder, { ...envWith(wanted.settings), ...wanted.env }, wanted);
      workers.add(worker);
      return worker;
    },
    async send(...tasks) {
      const told = tasks.map(({ task, args = [], kwargs = {}, countdownS, expiresS, taskId, ...rest }) => ({
        ...rest,
        ...{ task, args, kwargs, countdown: countdownS, expires: expiresS, task_id: taskId },
      }));
      return (await run(['-c', sendProgram], JSON.stringify(told))).trim().split('\n');
    },
    python: (code) => run(['-c', prelude + code]),
    command: (...args) => run(['-m', 'celery', '-A', 'app', ...args]),
    async stop() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startWorker(
  folder: string,
  env: NodeJS.ProcessEnv,
  options: CeleryWorkerOptions,
): Promise<CeleryWorkerProcess> {
  const { node, queues = ['celery'], pool = 'prefork', concurrency = 2, events = true, args = [] } = options;
  const given = ['-n', node, '-Q', queues.join(','), '-P', pool, '-c', String(concurrency), '-l', 'INFO'];
  const child = spawn(
    python,
    ['-m', 'celery', '-A', 'app', 'worker', ...given, '--without-mingle', ...(events ? ['-E'] : []), ...args],
    // A group of its own, so that a killed main process does not leave its pool behind.
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-200_000);
    });
  }
  child.once('error', (error) => {
    log += `\ncannot be started: ${error.message}`;
  });
  const worker: CeleryWorkerProcess = {
    node,
    pid: child.pid ?? 0,
    get hasEnded() {
      return hasEnded(child);
    },
    log: () => log,
    signal: (name) => void child.kill(name),
    signalGroup: (name) => signalGroup(child, name),
    stop: () => stopWorker(child),
  };
  try {
    await until(() => hasEnded(child) || / ready\.\s/.test(log), startDeadlineMs, `the Celery worker ${node}`);
    if (hasEnded(child)) throw new Error(`The Celery worker ${node} ended at once`);
  } catch (error) {
    await stopWorker(child);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
  }
  return worker;
}

async function stopWorker(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // A stopped process takes no TERM before it goes on.
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), stopDeadlineMs);
    await gone;
    clearTimeout(kill);
  }
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // Nobody of the group is left.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
