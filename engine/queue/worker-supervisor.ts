/** Keeps a number of worker processes alive: replaces what ends or is worn out, kills what hangs, stops all in bounded time. */
import { fork } from 'node:child_process';
import { hostname } from 'node:os';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { TimedQuery } from '../model/source-query.ts';
import type { JobRescue } from './job-rescue.ts';
import { type HardLimitMs, JobWatch } from './job-watch.ts';
import { settleWithin } from './settle-within.ts';
import { type ChildMessage, type ChildSettings, childMessageSchema } from './worker-channel.ts';
import { type ExitFacts, howItEnded, restartIn, type WorkerExit } from './worker-exit.ts';
import {
  emptySlot,
  exited,
  hasExited,
  type Slot,
  viewOf,
  type Worker,
  type WorkerProcessView,
  workersOf,
} from './worker-slot.ts';

export interface WorkerSupervisorOptions {
  /** The program of a worker process; it calls `serveWorkerProcess`. */
  readonly entryPath: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent over the private channel, never as an argument. */
  readonly settings: ChildSettings;
  readonly processCount: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes the jobs of a process that died; without it BullMQ's own check finds them, later. */
  readonly rescue?: Pick<JobRescue, 'take'> | null;
  /** After it the process of a job is killed; null: never. */
  readonly hardLimitMs?: HardLimitMs;
  /** A process that does not answer for so long is killed; null: never. */
  readonly silenceMs?: number | null;
  /** How often limits are looked at. */
  readonly watchMs?: number;
  /** How long active jobs may go on after a stop; null: the process's own idea. Below `graceMs`. */
  readonly drainMs?: number | null;
  /** How long a process may take to stop before it is killed. */
  readonly graceMs?: number;
  /** Pause before a crashed process is replaced: doubles from `firstMs`, and begins anew after a minute of life. */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
}

const killedMs = 500;
const exitsKept = 50;

export class WorkerSupervisor {
  readonly #options: Required<WorkerSupervisorOptions>;
  readonly #emitter: Emitter<{
    exit: WorkerExit;
    ready: WorkerProcessView;
    changed: WorkerProcessView;
    query: TimedQuery;
  }>;
  readonly #slots: Slot[] = [];
  /** Places that were given up; their processes still finish their jobs. */
  readonly #closedSlots = new Set<Slot>();
  readonly #exits: WorkerExit[] = [];
  #processCount: number;
  #stopWatch: Stop = () => undefined;
  #watchedMs = 0;
  #started = false;
  #stopping: Promise<void> | null = null;

  constructor(options: WorkerSupervisorOptions) {
    this.#options = {
      args: [],
      env: {},
      rescue: null,
      hardLimitMs: () => null,
      silenceMs: null,
      watchMs: 500,
      drainMs: null,
      graceMs: 3_400,
      backoff: { firstMs: 500, longestMs: 30_000 },
      ...options,
    };
    this.#processCount = options.processCount;
    const { logger } = options;
    this.#emitter = new Emitter((error) => logger.error('A worker listener failed', { error: messageOf(error) }));
  }

  start(): void {
    if (this.#started || this.#stopping) return;
    this.#started = true;
    this.#watchedMs = this.#options.clock.monotonicMs();
    this.#stopWatch = this.#options.clock.every(this.#options.watchMs, () => this.#watch());
    this.#fill();
  }

  /** More processes start at once; what is too many takes no new job, finishes and ends. */
  scale(processCount: number): void {
    this.#processCount = processCount;
    if (!this.#started || this.#stopping) return;
    for (const slot of this.#slots.splice(processCount)) this.#close(slot);
    this.#fill();
  }

  get processCount(): number {
    return this.#processCount;
  }

  /** True while it is to keep processes and none of them has ended yet: then whoever is missing may still come. */
  get isUntried(): boolean {
    return this.#processCount > 0 && this.#exits.length === 0;
  }

  onExit(listener: (exit: WorkerExit) => void): Stop {
    return this.#emitter.on('exit', listener);
  }

  /** Told when a process listens to its queues. */
  onReady(listener: (view: WorkerProcessView) => void): Stop {
    return this.#emitter.on('ready', listener);
  }

  /** Told when a process is ready or begins to retire. */
  onChanged(listener: (view: WorkerProcessView) => void): Stop {
    return this.#emitter.on('changed', listener);
  }

  /** Told of each query that a process has asked the source. */
  onQuery(listener: (query: TimedQuery) => void): Stop {
    return this.#emitter.on('query', listener);
  }

  processes(): WorkerProcessView[] {
    return this.#all().flatMap((worker) => viewOf(worker) ?? []);
  }

  /** Latest first, at most fifty. */
  exits(): readonly WorkerExit[] {
    return this.#exits;
  }

  /** SIGTERM to all, SIGKILL to whoever is left after the grace; resolves when none is left, within 4 s. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  #all(): Worker[] {
    return [...this.#slots, ...this.#closedSlots].flatMap(workersOf);
  }

  #fill(): void {
    while (this.#slots.length < this.#processCount) {
      const slot = emptySlot();
      this.#slots.push(slot);
      this.#launch(slot);
    }
  }

  #close(slot: Slot): void {
    slot.closed = true;
    slot.disarmRestart();
    const { current } = slot;
    if (!current) return;
    this.#closedSlots.add(slot);
    current.retiring ??= 'the number of processes was lowered';
    this.#letGo(current);
    if (current.workerId === null) current.child.kill('SIGTERM');
  }

  #launch(slot: Slot): void {
    const { entryPath, args, env, settings, clock, logger, hardLimitMs, silenceMs, drainMs } = this.#options;
    const child = fork(entryPath, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker: Worker = {
      child,
      slot,
      startedAtMs: clock.now(),
      watch: new JobWatch(hardLimitMs, silenceMs, clock.monotonicMs()),
      workerId: null,
      retiring: null,
      killed: null,
    };
    slot.current = worker;
    child.on('message', (message) => this.#heard(worker, message));
    child.on('error', (error) => logger.error('A worker process could not be reached', { error: messageOf(error) }));
    // A program that cannot be started at all gives an error and no exit.
    child.once('error', () => child.pid === undefined && this.#ended(worker, null, null));
    child.once('exit', (code, signal) => this.#ended(worker, code, signal));
    child.send({ kind: 'vigia:settings', settings, recycledCount: slot.recycledCount, drainMs }, (error) => {
      if (error) logger.warn('A worker process did not take its settings', { error: messageOf(error) });
    });
    logger.info('A worker process started', { pid: child.pid });
  }

  #heard(worker: Worker, sent: unknown): void {
    const parsed = childMessageSchema.safeParse(sent);
    if (!parsed.success) return;
    const message: ChildMessage = parsed.data;
    switch (message.kind) {
      case 'vigia:ready':
        worker.workerId = message.workerId;
        for (const left of worker.slot.leaving) this.#letGo(left);
        this.#tell(worker, ['ready', 'changed']);
        return;
      case 'vigia:pulse':
        worker.watch.heard(message, this.#options.clock.monotonicMs());
        return;
      case 'vigia:query':
        this.#emitter.emit('query', message.query);
        return;
      case 'vigia:retiring':
        this.#replace(worker, message.why);
        return;
    }
  }

  #tell(worker: Worker, events: readonly ('ready' | 'changed')[]): void {
    const view = viewOf(worker);
    if (view) for (const event of events) this.#emitter.emit(event, view);
  }

  /** The replacement is started first; the old one takes jobs until the new one does. */
  #replace(worker: Worker, why: string): void {
    const { slot } = worker;
    if (worker.retiring !== null) {
      if (slot.closed) this.#letGo(worker);
      return;
    }
    worker.retiring = why;
    this.#options.logger.info('A worker process is being replaced', { pid: worker.child.pid, why });
    this.#tell(worker, ['changed']);
    if (this.#stopping || slot.closed || slot.current !== worker) {
      this.#letGo(worker);
      return;
    }
    slot.leaving.add(worker);
    slot.recycledCount += 1;
    this.#launch(slot);
  }

  #letGo({ child }: Worker): void {
    if (child.connected) child.send({ kind: 'vigia:retire' }, () => undefined);
  }

  #watch(): void {
    const { clock, watchMs } = this.#options;
    const nowMs = clock.monotonicMs();
    const lateMs = nowMs - this.#watchedMs - watchMs;
    this.#watchedMs = nowMs;
    // When this process was itself held up, what its children told it has not been read yet.
    if (lateMs > watchMs) return;
    for (const worker of this.#all()) {
      if (worker.killed) continue;
      worker.killed = worker.watch.judge(nowMs);
      if (!worker.killed) continue;
      this.#options.logger.warn('A worker process is killed', { pid: worker.child.pid, why: worker.killed.why });
      worker.child.kill('SIGKILL');
    }
  }

  #ended(worker: Worker, code: number | null, signal: string | null): void {
    const { slot, workerId } = worker;
    const wasCurrent = slot.current === worker;
    if (!wasCurrent && !slot.leaving.delete(worker)) return;
    if (wasCurrent) slot.current = null;
    if (slot.closed && workersOf(slot).length === 0) this.#closedSlots.delete(slot);
    const { clock, logger } = this.#options;
    const facts: ExitFacts = { worker, code, signal, atMs: clock.now(), stopping: this.#stopping !== null };
    const ended = howItEnded(facts);
    const restartInMs = wasCurrent && !slot.closed ? restartIn(slot, ended, this.#options.backoff) : null;
    const exit: WorkerExit = { ...ended, restartInMs };
    this.#exits.splice(0, this.#exits.length, exit, ...this.#exits.slice(0, exitsKept - 1));
    if (exit.reason === 'crashed' || exit.reason === 'killed') logger.warn('A worker process crashed', { ...exit });
    else logger.info('A worker process ended', { ...exit });
    if (restartInMs !== null) slot.disarmRestart = clock.after(restartInMs, () => this.#launch(slot));
    if (workerId !== null && (exit.reason === 'crashed' || exit.reason === 'killed' || code !== 0)) {
      const guilty = worker.killed?.guilty ?? new Map<string, string>();
      const hardLimitMs = worker.killed ? this.#options.hardLimitMs : null;
      void this.#options.rescue?.take({ workerId, host: hostname(), why: exit.why, guilty, hardLimitMs });
    }
    this.#emitter.emit('exit', exit);
  }

  async #stopAll(): Promise<void> {
    const { clock, graceMs, logger } = this.#options;
    this.#stopWatch();
    for (const slot of this.#slots) slot.disarmRestart();
    const left = this.#all();
    const gone = Promise.all(left.map(exited));
    for (const { child } of left) child.kill('SIGTERM');
    if (await settleWithin(clock, graceMs, gone)) return;
    for (const worker of left.filter((candidate) => !hasExited(candidate))) {
      logger.warn('A worker process did not stop in time and is killed', { pid: worker.child.pid });
      worker.child.kill('SIGKILL');
    }
    await settleWithin(clock, killedMs, gone);
  }
}
