/** A scheduler in memory: queues that take every job, a ledger, a board, and a clock that the test moves. */
import { EngineError } from '../../engine/base/errors.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import type { ScheduleSpec } from '../../engine/model/schedule.ts';
import type { TaskState, TaskStatus } from '../../engine/model/task.ts';
import type { KnownRun } from '../../engine/scheduler/run-record.ts';
import { Scheduler, type SchedulerOptions } from '../../engine/scheduler/scheduler.ts';
import { builtIn } from '../../engine/scheduler/schedules.ts';
import type { ManualClock } from './manual-clock.ts';
import type { MemoryBoard } from './memory-board.ts';
import type { MemoryLedger } from './memory-ledger.ts';

/** Queues that take every job, until they are told not to. */
export class TestQueues {
  readonly taken: { runKey: string; atMs: number }[] = [];
  reachable = true;
  readonly #clock: ManualClock;
  readonly #tasks = new Map<string, TaskStatus>();
  readonly #listeners = new Set<(status: TaskStatus) => void>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  enqueue: SchedulerOptions['queues']['enqueue'] = async (_job, _data, options) => {
    if (!this.reachable) throw new EngineError('QUEUE_UNREACHABLE', 'No broker');
    const runKey = options?.runKey ?? '';
    const taskId = `kpis:${runKey}`;
    const joined = this.#tasks.has(taskId);
    if (!joined) {
      this.taken.push({ runKey, atMs: this.#clock.now() });
      this.#tasks.set(taskId, this.#status(taskId, 'STARTED'));
    }
    return { taskId, joined };
  };

  onTaskChanged: SchedulerOptions['queues']['onTaskChanged'] = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  status: SchedulerOptions['queues']['status'] = async (taskId) => {
    const status = this.#tasks.get(taskId);
    if (!status) throw new EngineError('QUEUE_TASK_NOT_FOUND', 'No task');
    return status;
  };

  end(taskId: string, state: TaskState = 'SUCCESS', error: string | null = null): void {
    const startedAtMs = this.#tasks.get(taskId)?.startedAtMs ?? this.#clock.now();
    const status = { ...this.#status(taskId, state), startedAtMs, finishedAtMs: this.#clock.now(), error };
    this.#tasks.set(taskId, status);
    for (const listener of this.#listeners) listener(status);
  }

  endAll(): void {
    for (const [taskId, { state }] of this.#tasks) if (state === 'STARTED') this.end(taskId);
  }

  /** As a broker that lost its data. */
  forget(taskId: string): void {
    this.#tasks.delete(taskId);
  }

  #status(taskId: string, state: TaskState): TaskStatus {
    const atMs = this.#clock.now();
    return {
      taskId,
      queue: 'kpis',
      job: 'refresh-kpis',
      state,
      progress: { ratio: 1, step: null, stepsDone: 0, stepCount: 0, parts: [] },
      createdAtMs: atMs,
      startedAtMs: atMs,
      finishedAtMs: null,
      attempt: 1,
      maxAttempts: 4,
      error: null,
      attempts: [],
      nextAttemptAtMs: null,
      position: null,
      estimatedWaitMs: null,
    };
  }
}

export interface TestSchedulerParts {
  readonly clock: ManualClock;
  readonly queues: TestQueues;
  readonly ledger: MemoryLedger;
  readonly board: MemoryBoard;
  readonly spec?: Partial<ScheduleSpec>;
  readonly id?: string;
  readonly edits?: SchedulerOptions['edits'];
  readonly onTrouble?: (run: KnownRun) => void;
}

/** One built-in schedule, `kpis`, every ten minutes where the test does not say otherwise. */
export function testScheduler(parts: TestSchedulerParts): Scheduler {
  const { clock, queues, ledger, board, spec = {}, id = 'one', edits = memoryEdits(), onTrouble } = parts;
  return new Scheduler({
    builtIns: { kpis: { ...builtIn('KPIs', 'refresh-kpis', 600_000), ...spec } },
    edits,
    jobOf: () => ({ job: 'clean-up', data: {} }),
    queues,
    board: board.for(clock),
    ledger,
    clock,
    logger: silentLogger,
    schedulerId: id,
    host: 'host',
    pid: 1,
    ...(onTrouble ? { onTrouble } : {}),
  });
}

export function memoryEdits(): SchedulerOptions['edits'] {
  let kept: string | null = null;
  return {
    load: () => kept,
    save: (text) => {
      kept = text;
    },
  };
}
