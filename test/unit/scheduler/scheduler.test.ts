import { beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { TaskState, TaskStatus } from '../../../engine/model/task.ts';
import { Scheduler, type SchedulerOptions } from '../../../engine/scheduler/scheduler.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 2, 31, 12);

/** Queues that take every job, until they are told not to. */
class TestQueues {
  readonly taken: { runKey: string; atMs: number }[] = [];
  reachable = true;
  readonly #clock: ManualClock;
  readonly #ended = new Map<string, TaskStatus>();
  #listener: (status: TaskStatus) => void = () => undefined;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  enqueue: SchedulerOptions['queues']['enqueue'] = async (_job, _data, options) => {
    if (!this.reachable) throw new EngineError('QUEUE_UNREACHABLE', 'No broker');
    const runKey = options?.runKey ?? '';
    this.taken.push({ runKey, atMs: this.#clock.now() });
    return { taskId: `kpis:${runKey}`, joined: false };
  };

  onTaskChanged: SchedulerOptions['queues']['onTaskChanged'] = (listener) => {
    this.#listener = listener;
    return () => undefined;
  };

  status: SchedulerOptions['queues']['status'] = async (taskId) => {
    const status = this.#ended.get(taskId);
    if (!status) throw new EngineError('QUEUE_TASK_NOT_FOUND', 'No task');
    return status;
  };

  end(taskId: string, state: TaskState, error: string | null = null): void {
    const atMs = this.#clock.now();
    const progress = { ratio: 1, step: null, stepsDone: 0, stepCount: 0 };
    const times = { createdAtMs: atMs, startedAtMs: atMs, finishedAtMs: atMs };
    const status: TaskStatus = {
      ...times,
      taskId,
      queue: 'kpis',
      job: 'refresh-kpis',
      state,
      progress,
      attempt: 1,
      maxAttempts: 4,
      error,
    };
    this.#ended.set(taskId, status);
    this.#listener(status);
  }
}

let clock: ManualClock;
let queues: TestQueues;
let ledger: MemoryLedger;

beforeEach(() => {
  clock = new ManualClock(noon + minute);
  queues = new TestQueues(clock);
  ledger = new MemoryLedger();
});

function schedulerOf(): Scheduler {
  return new Scheduler({
    schedules: [{ id: 'kpis', job: 'refresh-kpis', everyMs: 10 * minute }],
    jobOf: () => ({ job: 'clean-up', data: {} }),
    queues,
    ledger,
    clock,
    logger: silentLogger,
  });
}

const dueAt = (minutes: number): string => `kpis@${noon + minutes * minute}`;

describe('the scheduler', () => {
  it('knows the next run from the start and runs each due time once', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    expect(scheduler.list()).toEqual([
      {
        id: 'kpis',
        job: 'refresh-kpis',
        every: 'every 10 min',
        everyMs: 10 * minute,
        nextRunAtMs: noon + 10 * minute,
        lastRunAtMs: null,
        lastOutcome: 'never',
        lastLateMs: null,
      },
    ]);
    await clock.advance(31 * minute);
    expect(queues.taken).toEqual([
      { runKey: dueAt(10), atMs: noon + 10 * minute },
      { runKey: dueAt(20), atMs: noon + 20 * minute },
      { runKey: dueAt(30), atMs: noon + 30 * minute },
    ]);
    await scheduler.stop();
  });

  it('makes one run of a sleep of two hours and records the others as missed', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(10 * minute);
    clock.suspend(120 * minute);
    await clock.advance(15_000);
    expect(queues.taken.map(({ runKey }) => runKey)).toEqual([dueAt(10), dueAt(130)]);
    const missed = ledger.runs.filter(({ outcome }) => outcome === 'missed');
    expect(missed).toMatchObject([{ dueMs: noon + 20 * minute, startedAtMs: null, lateMs: null, taskId: null }]);
    expect(missed[0]?.error).toContain('11 runs missed');
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'running', lastLateMs: minute + 15_000 });
    await scheduler.stop();
  });

  it('catches up once at the start after a time in which it was closed', async () => {
    ledger.append({
      scheduleId: 'kpis',
      dueMs: noon - 60 * minute,
      startedAtMs: noon - 60 * minute,
      endedAtMs: noon - 60 * minute,
      outcome: 'succeeded',
      lateMs: 0,
      taskId: 'kpis:old',
      error: null,
    });
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(1_000);
    expect(queues.taken.map(({ runKey }) => runKey)).toEqual([dueAt(0)]);
    expect(ledger.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'missed', 'running']);
    await scheduler.stop();
  });

  it('records how its tasks ended', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(9 * minute);
    queues.end(`kpis:${dueAt(10)}`, 'SUCCESS');
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'succeeded', lastRunAtMs: noon + 10 * minute });
    await clock.advance(10 * minute);
    queues.end(`kpis:${dueAt(20)}`, 'FAILURE', 'No source');
    expect(ledger.runs).toMatchObject([
      { outcome: 'succeeded', endedAtMs: noon + 10 * minute, lateMs: 0 },
      { outcome: 'failed', error: 'No source' },
    ]);
    await scheduler.stop();
  });

  it('tries a due time again while the broker is away, on one line of the ledger', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    queues.reachable = false;
    await clock.advance(9 * minute + 30_000);
    expect(ledger.runs).toMatchObject([{ outcome: 'failed', error: 'No broker', taskId: null }]);
    queues.reachable = true;
    await clock.advance(15_000);
    expect(queues.taken.map(({ runKey }) => runKey)).toEqual([dueAt(10)]);
    expect(ledger.runs).toMatchObject([{ outcome: 'running', error: null, lateMs: 45_000 }]);
    await scheduler.stop();
  });

  it('asks for the end of tasks that ended while it was closed', async () => {
    const first = schedulerOf();
    first.start();
    await clock.advance(19 * minute);
    await first.stop();
    queues.onTaskChanged(() => undefined);
    queues.end(`kpis:${dueAt(10)}`, 'SUCCESS');
    expect(ledger.runs.map(({ outcome }) => outcome)).toEqual(['running', 'running']);
    const second = schedulerOf();
    second.start();
    await clock.advance(1_000);
    expect(ledger.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'failed']);
    await second.stop();
  });

  it('goes on when the clock is set back', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(9 * minute);
    clock.suspend(-5 * 60 * minute);
    await clock.advance(10 * minute);
    expect(queues.taken.map(({ runKey }) => runKey)).toEqual([dueAt(10), dueAt(-280)]);
    await scheduler.stop();
  });

  it('queues nothing after it was stopped', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await scheduler.stop();
    await clock.advance(60 * minute);
    expect(queues.taken).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });

  it('goes on when the ledger cannot be written', async () => {
    ledger.append = () => {
      throw new EngineError('STORE_UNAVAILABLE', 'The disk is full');
    };
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(20 * minute);
    expect(queues.taken).toHaveLength(2);
    expect(scheduler.list()[0]?.lastOutcome).toBe('running');
    await scheduler.stop();
  });
});
