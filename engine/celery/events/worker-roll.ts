/** The workers as their events show them: when they spoke, what they said, which signals they send. */
import type { Clock } from '../../base/clock.ts';
import type { CelerySignal } from '../../model/celery-events.ts';
import type { ClockSkews } from './clock-skews.ts';
import type { CeleryEvent } from './decode-event.ts';
import { type LossFound, LossWatch } from './loss-watch.ts';
import { Throughput } from './throughput.ts';

/** One process under a node name; two at once are a mistake of whoever started them. */
interface Process {
  readonly pid: number | null;
  readonly firstHeardMs: number;
  lastBeatMs: number;
  /** When its count of tasks went down, the last few times. */
  countFellMs: number[];
  processed: number | null;
  active: number | null;
}

/** Times are of the clock that never jumps. */
export interface HeardWorker {
  readonly node: string;
  readonly firstHeardMs: number;
  /** Null when no heartbeat was heard. */
  lastBeatMs: number | null;
  /** How often it promises a heartbeat. */
  beatEveryMs: number;
  saidOfflineMs: number | null;
  active: number | null;
  processed: number | null;
  loadAverage: number[] | null;
  version: string | null;
  pid: number | null;
  /** When `processed` was seen to rise, or a task event showed work. */
  lastProgressMs: number | null;
  lastTaskEventMs: number | null;
  readonly processes: Map<number | null, Process>;
  readonly losses: LossWatch;
  readonly throughput: Throughput;
  cutSinceBeat: boolean;
}

export interface WorkerRollOptions {
  readonly clock: Clock;
  readonly skews: ClockSkews;
  readonly onLoss: (found: LossFound) => void;
  readonly onBeat: (worker: HeardWorker) => void;
}

const usualBeatMs = 2_000;
/** Workers remembered; gone ones make room first. */
const workerCeiling = 2_000;
/** Two processes of one name have both spoken within this many heartbeats. */
const doubleBeats = 3;
const progressEvents: readonly string[] = ['task-started', 'task-succeeded', 'task-failed', 'task-retried'];

export class WorkerRoll {
  readonly #options: WorkerRollOptions;
  readonly #workers = new Map<string, HeardWorker>();

  constructor(options: WorkerRollOptions) {
    this.#options = options;
  }

  list(): readonly HeardWorker[] {
    return [...this.#workers.values()];
  }

  get(node: string): HeardWorker | null {
    return this.#workers.get(node) ?? null;
  }

  /** The subscription was interrupted: what every worker says next has a hole before it. */
  cut(): void {
    for (const worker of this.#workers.values()) worker.cutSinceBeat = true;
  }

  /** Long gone: it leaves the roll and stays in the history of its tasks. */
  forget(node: string): void {
    this.#workers.delete(node);
  }

  take(event: CeleryEvent): void {
    // A program that only sends tasks is no worker.
    if (event.type === 'task-sent') return;
    const nowMs = this.#options.clock.monotonicMs();
    const worker = this.#workers.get(event.node) ?? this.#add(event.node, nowMs);
    if (event.type.startsWith('worker-')) this.#ofWorker(worker, event, nowMs);
    else {
      worker.lastTaskEventMs = nowMs;
      if (progressEvents.includes(event.type)) worker.lastProgressMs = nowMs;
      worker.losses.sawEvent(event.type);
    }
  }

  signals(worker: HeardWorker): { heartbeats: CelerySignal; taskEvents: CelerySignal } {
    const heard = this.#options.clock.monotonicMs() - worker.firstHeardMs;
    const silentStart = heard > 5 * worker.beatEveryMs ? 'off' : 'unknown';
    return { heartbeats: worker.lastBeatMs === null ? silentStart : 'on', taskEvents: worker.losses.taskEvents };
  }

  /**
   * Two processes that both speak under one name: each was heard after the other was known, which a restarted one's
   * predecessor is not. Two of the same pid, in two containers, show by a count of tasks that goes down again and again.
   */
  isDouble(worker: HeardWorker): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const processes = [...worker.processes.values()].filter(
      ({ lastBeatMs }) => nowMs - lastBeatMs < doubleBeats * worker.beatEveryMs,
    );
    const newest = Math.max(...processes.map(({ firstHeardMs }) => firstHeardMs));
    const talking = processes.filter(({ lastBeatMs }) => lastBeatMs > newest);
    return (
      talking.length > 1 || processes.some(({ countFellMs }) => (countFellMs.at(-2) ?? -Infinity) > nowMs - 60_000)
    );
  }

  #add(node: string, nowMs: number): HeardWorker {
    const worker: HeardWorker = {
      node,
      firstHeardMs: nowMs,
      lastBeatMs: null,
      beatEveryMs: usualBeatMs,
      saidOfflineMs: null,
      active: null,
      processed: null,
      loadAverage: null,
      version: null,
      pid: null,
      lastProgressMs: null,
      lastTaskEventMs: null,
      processes: new Map(),
      losses: new LossWatch(),
      throughput: new Throughput(),
      cutSinceBeat: false,
    };
    if (this.#workers.size >= workerCeiling) {
      const silent = [...this.#workers.values()].toSorted((a, b) => (a.lastBeatMs ?? 0) - (b.lastBeatMs ?? 0))[0];
      if (silent) this.#workers.delete(silent.node);
    }
    this.#workers.set(node, worker);
    return worker;
  }

  #ofWorker(worker: HeardWorker, event: CeleryEvent, nowMs: number): void {
    worker.losses.sawEvent(event.type);
    if (event.type === 'worker-offline') {
      worker.processes.delete(event.pid);
      // With two of one name the other one is still there.
      if (worker.processes.size === 0) worker.saidOfflineMs = nowMs;
      return;
    }
    if (event.type !== 'worker-heartbeat' && event.type !== 'worker-online') return;
    if (event.type === 'worker-online') worker.saidOfflineMs = null;
    // A draining worker goes on beating for a moment after its goodbye.
    if (worker.saidOfflineMs !== null && worker.pid !== event.pid) worker.saidOfflineMs = null;
    const { fields } = event;
    const active = numberOf(fields['active']);
    const processed = numberOf(fields['processed']);
    const process = this.#process(worker, event.pid, nowMs);
    worker.lastBeatMs = nowMs;
    worker.pid = event.pid;
    worker.version = typeof fields['sw_ver'] === 'string' ? fields['sw_ver'] : worker.version;
    // An extra one on request says a period that is not the worker's own, and no figures.
    if (active === null || processed === null) return;
    worker.beatEveryMs = beatEvery(fields['freq']);
    if (process.processed !== null && processed < process.processed) {
      process.countFellMs = [...process.countFellMs.slice(-3), nowMs];
    }
    if (process.processed !== null && processed > process.processed) worker.lastProgressMs = nowMs;
    process.processed = processed;
    process.active = active;
    this.#sumUp(worker, nowMs);
    worker.throughput.saw(worker.processed ?? 0, nowMs);
    worker.loadAverage = loadOf(fields['loadavg']);
    this.#lookForLoss(worker, processed, event.clock);
    this.#options.onBeat(worker);
  }

  #process(worker: HeardWorker, pid: number | null, nowMs: number): Process {
    const known = worker.processes.get(pid);
    const process = known ?? {
      pid,
      firstHeardMs: nowMs,
      lastBeatMs: nowMs,
      countFellMs: [],
      processed: null,
      active: null,
    };
    process.lastBeatMs = nowMs;
    if (!known) worker.processes.set(pid, process);
    for (const [other, { lastBeatMs }] of worker.processes) {
      if (nowMs - lastBeatMs > doubleBeats * worker.beatEveryMs) worker.processes.delete(other);
    }
    return process;
  }

  #sumUp(worker: HeardWorker, nowMs: number): void {
    const speaking = [...worker.processes.values()].filter(
      ({ lastBeatMs }) => nowMs - lastBeatMs <= doubleBeats * worker.beatEveryMs,
    );
    worker.active = speaking.reduce((sum, { active }) => sum + (active ?? 0), 0);
    worker.processed = speaking.reduce((sum, { processed }) => sum + (processed ?? 0), 0);
  }

  #lookForLoss(worker: HeardWorker, processed: number, clock: number): void {
    // Two processes' counts and clocks cannot be told apart event by event.
    if (worker.processes.size > 1) {
      worker.losses.restart();
      return;
    }
    const found = worker.losses.sawBeat(processed, clock, worker.cutSinceBeat);
    if (found !== null) this.#options.onLoss(found);
    worker.cutSinceBeat = false;
  }
}

function beatEvery(freq: unknown): number {
  const seconds = numberOf(freq);
  return seconds === null || seconds <= 0 ? usualBeatMs : Math.min(seconds, 3_600) * 1_000;
}

function loadOf(value: unknown): number[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
