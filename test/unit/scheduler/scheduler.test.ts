import { beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import type { KnownRun } from '../../../engine/scheduler/run-record.ts';
import { upcoming } from '../../../engine/scheduler/schedule-view.ts';
import type { Scheduler } from '../../../engine/scheduler/scheduler.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryBoard } from '../../support/memory-board.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { memoryEdits, TestQueues, type TestSchedulerParts, testScheduler } from '../../support/scheduler-room.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 2, 31, 12);

let clock: ManualClock;
let queues: TestQueues;
let ledger: MemoryLedger;
let board: MemoryBoard;

beforeEach(() => {
  clock = new ManualClock(noon + minute);
  queues = new TestQueues(clock);
  ledger = new MemoryLedger();
  board = new MemoryBoard();
});

function schedulerOf(more: Partial<TestSchedulerParts> = {}): Scheduler {
  return testScheduler({ clock, queues, ledger, board, ...more });
}

const dueAt = (minutes: number): string => `kpis@${noon + minutes * minute}`;
const takenKeys = (): string[] => queues.taken.map(({ runKey }) => runKey);
const outcomes = (): string[] => ledger.runs.map(({ outcome }) => outcome);

/** Time passes in steps, and every task ends at once. */
async function pass(minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 1) {
    await clock.advance(minute);
    queues.endAll();
  }
}

describe('the scheduler', () => {
  it('knows the next run from the start and runs each due time once', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    expect(scheduler.list()).toMatchObject([
      {
        id: 'kpis',
        job: 'refresh-kpis',
        queue: 'kpis',
        inWords: 'every 10 min',
        builtIn: true,
        edited: false,
        nextRunAtMs: noon + 10 * minute,
        lastRunAtMs: null,
        lastOutcome: 'never',
      },
    ]);
    await pass(31);
    expect(queues.taken).toEqual([
      { runKey: dueAt(10), atMs: noon + 10 * minute },
      { runKey: dueAt(20), atMs: noon + 20 * minute },
      { runKey: dueAt(30), atMs: noon + 30 * minute },
    ]);
    expect(outcomes()).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await scheduler.stop();
  });

  it('starts each run later by its jitter', async () => {
    const scheduler = schedulerOf({ spec: { jitterMs: 4 * minute } });
    scheduler.start();
    await pass(65);
    expect(takenKeys()).toEqual([10, 20, 30, 40, 50, 60].map(dueAt).slice(0, queues.taken.length));
    expect(queues.taken.length).toBeGreaterThanOrEqual(5);
    const late = queues.taken.map(({ runKey, atMs }) => atMs - Number(runKey.split('@')[1]));
    expect(late.every((ms) => ms >= 0 && ms <= 4 * minute + 15_000)).toBe(true);
    expect(Math.max(...late)).toBeGreaterThan(minute);
    await scheduler.stop();
  });

  it('tries a due time again while the broker is away, on one line of the ledger', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    queues.reachable = false;
    board.reachable = false;
    await clock.advance(9 * minute + 30_000);
    expect(ledger.runs).toMatchObject([{ outcome: 'failed', error: 'No broker', taskId: null }]);
    expect(scheduler.status()).toMatchObject({ role: 'alone', acting: null });
    queues.reachable = true;
    board.reachable = true;
    await clock.advance(15_000);
    expect(takenKeys()).toEqual([dueAt(10)]);
    expect(ledger.runs).toMatchObject([{ outcome: 'running', error: null, lateMs: 45_000 }]);
    await scheduler.stop();
  });

  it('records how its tasks ended', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await clock.advance(9 * minute);
    await clock.advance(2_000);
    queues.end(`kpis:${dueAt(10)}`);
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'succeeded', lastDurationMs: 2_000, lastLateMs: 0 });
    await clock.advance(10 * minute);
    queues.end(`kpis:${dueAt(20)}`, 'FAILURE', 'No source');
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'failed', lastError: 'No source' });
    await scheduler.stop();
  });

  it('asks for the end of tasks that ended, or were lost, while it was closed', async () => {
    const first = schedulerOf();
    first.start();
    await clock.advance(9 * minute);
    await first.stop();
    queues.end(`kpis:${dueAt(10)}`);
    expect(outcomes()).toEqual(['running']);
    const second = schedulerOf();
    second.start();
    await clock.advance(minute);
    expect(outcomes()).toEqual(['succeeded']);
    await clock.advance(9 * minute);
    queues.forget(`kpis:${dueAt(20)}`);
    await clock.advance(minute);
    expect(ledger.runs.at(-1)).toMatchObject({ outcome: 'failed', error: 'The broker no longer knows this task' });
    await second.stop();
  });

  it('goes on when the clock is set back', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await pass(9);
    clock.suspend(-5 * 60 * minute);
    await pass(10);
    expect(takenKeys()).toEqual([dueAt(10), dueAt(-280)]);
    await scheduler.stop();
  });

  it('queues nothing after it was stopped, and leaves no timer', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    await scheduler.stop();
    await clock.advance(60 * minute);
    expect(queues.taken).toEqual([]);
    expect(scheduler.status().role).toBe('stopped');
    expect(clock.timerCount).toBe(0);
  });

  it('goes on when the ledger cannot be written', async () => {
    ledger.append = () => {
      throw new EngineError('STORE_UNAVAILABLE', 'The disk is full');
    };
    const scheduler = schedulerOf();
    scheduler.start();
    await pass(20);
    expect(queues.taken).toHaveLength(2);
    expect(scheduler.list()[0]?.lastOutcome).toBe('succeeded');
    await scheduler.stop();
  });
});

describe('after a sleep', () => {
  async function sleepTwoHours(more: Partial<TestSchedulerParts>): Promise<Scheduler> {
    const scheduler = schedulerOf(more);
    scheduler.start();
    await pass(10);
    clock.suspend(120 * minute);
    await clock.advance(15_000);
    return scheduler;
  }

  it('once runs the latest due time; the others are missed, as signals and notices learn', async () => {
    const troubles: KnownRun[] = [];
    const scheduler = await sleepTwoHours({ onTrouble: (run) => troubles.push(run) });
    expect(takenKeys()).toEqual([dueAt(10), dueAt(130)]);
    expect(ledger.runs[1]).toMatchObject({ outcome: 'missed', dueMs: noon + 120 * minute, dueCount: 11, taskId: null });
    expect(ledger.runs[1]?.error).toContain('11 runs missed');
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'running', missedCount: 11 });
    expect(scheduler.troubles(noon)).toEqual({ missed: 11, overran: 0 });
    expect(troubles.map(({ outcome }) => outcome)).toEqual(['missed']);
    await scheduler.stop();
  });

  it('skip runs nothing until the next due time, also after a restart', async () => {
    const scheduler = await sleepTwoHours({ spec: { catchUp: 'skip' } });
    expect(takenKeys()).toEqual([dueAt(10)]);
    expect(ledger.runs[1]).toMatchObject({ outcome: 'missed', dueCount: 12, dueMs: noon + 130 * minute });
    await scheduler.stop();
    const again = schedulerOf({ spec: { catchUp: 'skip' } });
    again.start();
    await pass(10);
    expect(takenKeys()).toEqual([dueAt(10), dueAt(140)]);
    expect(outcomes().filter((outcome) => outcome === 'missed')).toHaveLength(1);
    await again.stop();
  });

  it('all runs every due time, none is missed and none skipped', async () => {
    const scheduler = await sleepTwoHours({ spec: { catchUp: 'all' } });
    expect(takenKeys()).toEqual(Array.from({ length: 13 }, (_, n) => dueAt(10 + n * 10)));
    expect(new Set(outcomes())).toEqual(new Set(['succeeded', 'running']));
    await scheduler.stop();
  });

  it('catches up at the start after a time in which the program was closed', async () => {
    const first = schedulerOf();
    first.start();
    await pass(10);
    await first.stop();
    clock.suspend(60 * minute);
    const second = schedulerOf();
    second.start();
    await clock.advance(1_000);
    expect(takenKeys()).toEqual([dueAt(10), dueAt(70)]);
    expect(outcomes()).toEqual(['succeeded', 'missed', 'running']);
    await second.stop();
  });

  it('knows what was missed also of a schedule that never had the time to run', async () => {
    const edits = memoryEdits();
    const first = schedulerOf({ edits });
    first.start();
    const { timing: _timing, ...spec } = first.catalog.get('kpis').spec;
    first.add('own', { ...spec, title: 'Own', timing: { kind: 'every', everyMs: 5 * minute } });
    await first.stop();
    clock.suspend(15 * minute);
    const second = schedulerOf({ edits });
    second.start();
    await clock.advance(1_000);
    const own = ledger.runs.filter(({ scheduleId }) => scheduleId === 'own');
    expect(own).toMatchObject([
      { outcome: 'missed', dueCount: 2, dueMs: noon + 10 * minute },
      { outcome: 'running', dueMs: noon + 15 * minute },
    ]);
    await second.stop();
  });

  it('does not make up for the time in which a schedule was paused, whoever looks', async () => {
    const edits = memoryEdits();
    const first = schedulerOf({ edits });
    first.start();
    await pass(10);
    first.edit('kpis', { paused: true });
    await pass(60);
    first.edit('kpis', { paused: false });
    await first.stop();
    clock.suspend(2 * minute);
    const second = schedulerOf({ edits });
    second.start();
    await clock.advance(1_000);
    expect(outcomes()).toEqual(['succeeded']);
    await second.stop();
  });
});

describe('a run that takes longer than its period', () => {
  it('overran, and the runs due meanwhile are skipped', async () => {
    const troubles: KnownRun[] = [];
    const scheduler = schedulerOf({ onTrouble: (run) => troubles.push(run) });
    scheduler.start();
    await clock.advance(25 * minute);
    expect(takenKeys()).toEqual([dueAt(10)]);
    expect(ledger.runs).toMatchObject([
      { outcome: 'overran', endedAtMs: null },
      { outcome: 'skipped', dueMs: noon + 20 * minute },
    ]);
    expect(ledger.runs[1]?.error).toContain('still going');
    queues.end(`kpis:${dueAt(10)}`);
    expect(ledger.runs[0]).toMatchObject({ outcome: 'overran', endedAtMs: noon + 26 * minute });
    await clock.advance(5 * minute);
    expect(takenKeys()).toEqual([dueAt(10), dueAt(30)]);
    expect(scheduler.troubles(noon)).toEqual({ missed: 0, overran: 1 });
    expect(troubles.map(({ outcome }) => outcome)).toEqual(['overran']);
    await scheduler.stop();
  });
});

describe('a user', () => {
  it('pauses and resumes, and the time between is not made up for', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    expect(scheduler.edit('kpis', { paused: true })).toMatchObject({ paused: true, edited: true, nextRunAtMs: null });
    await pass(60);
    expect(queues.taken).toEqual([]);
    scheduler.edit('kpis', { paused: false });
    await pass(10);
    expect(takenKeys()).toEqual([dueAt(70)]);
    expect(outcomes()).toEqual(['succeeded']);
    await scheduler.stop();
  });

  it('changes a timing and takes it back', async () => {
    const scheduler = schedulerOf();
    scheduler.start();
    scheduler.edit('kpis', { timing: { kind: 'cron', pattern: '*/3 * * * *', timeZone: 'America/Santiago' } });
    await pass(9);
    expect(takenKeys()).toEqual([3, 6, 9].map(dueAt));
    expect(scheduler.reset('kpis')).toMatchObject({ edited: false, inWords: 'every 10 min' });
    await pass(10);
    expect(takenKeys()).toEqual([3, 6, 9, 20].map(dueAt));
    await scheduler.stop();
  });

  it('adds one of their own, finds it again after a restart, and removes it', async () => {
    const edits = memoryEdits();
    const first = schedulerOf({ edits });
    first.start();
    const { timing: _timing, ...spec } = first.catalog.get('kpis').spec;
    first.add('own', { ...spec, title: 'Own', timing: { kind: 'every', everyMs: 2 * minute } });
    await first.stop();
    const second = schedulerOf({ edits });
    second.start();
    await clock.advance(5 * minute);
    expect(takenKeys()).toContain(`own@${noon + 2 * minute}`);
    second.remove('own');
    expect(second.list().map(({ id }) => id)).toEqual(['kpis']);
    await second.stop();
  });

  it('is refused what cannot be', () => {
    const scheduler = schedulerOf();
    const { spec } = scheduler.catalog.get('kpis');
    const codeOf = (work: () => unknown): unknown => {
      try {
        work();
      } catch (error) {
        return error instanceof EngineError ? error.code : error;
      }
      return null;
    };
    expect(codeOf(() => scheduler.add('kpis', spec))).toBe('SCHEDULE_EXISTS');
    expect(codeOf(() => scheduler.remove('kpis'))).toBe('SCHEDULE_BUILT_IN');
    expect(codeOf(() => scheduler.edit('none', {}))).toBe('SCHEDULE_NOT_FOUND');
    expect(codeOf(() => scheduler.remove('constructor'))).toBe('SCHEDULE_NOT_FOUND');
    const timing = { kind: 'cron', pattern: 'soon', timeZone: 'UTC' } as const;
    expect(codeOf(() => scheduler.edit('kpis', { timing }))).toBe('SCHEDULE_TIMING_INVALID');
  });

  it('runs one now, beside the plan and although it is paused', async () => {
    const scheduler = schedulerOf({ spec: { paused: true } });
    scheduler.start();
    const { taskId } = await scheduler.runNow('kpis', 'id');
    expect(taskId).toBe('kpis:kpis@now-id');
    queues.end(taskId);
    expect(scheduler.list()[0]).toMatchObject({ lastOutcome: 'succeeded', lastRunAtMs: noon + minute });
    await scheduler.stop();
  });

  it('sees the next day on a timeline', async () => {
    const scheduler = schedulerOf();
    const day = await upcoming(scheduler.catalog.list(), clock.now(), clock.now() + 24 * 60 * minute, 300);
    expect(day.runs).toHaveLength(144);
    expect(day.runs[0]).toEqual({ scheduleId: 'kpis', dueMs: noon + 10 * minute });
    expect(day.truncated).toEqual([]);
    const short = await upcoming(scheduler.catalog.list(), clock.now(), clock.now() + 24 * 60 * minute, 120);
    expect(short).toMatchObject({ truncated: ['kpis'] });
    expect(short.runs).toHaveLength(120);
  });
});

describe('two schedulers on one broker', () => {
  it('see each other, only one acts, and both have the runs on record', async () => {
    const otherLedger = new MemoryLedger();
    const one = schedulerOf();
    const two = schedulerOf({ id: 'two', ledger: otherLedger });
    one.start();
    await clock.advance(1_000);
    two.start();
    await pass(31);
    expect(one.status()).toMatchObject({ role: 'acting', others: [{ schedulerId: 'two' }] });
    expect(two.status()).toMatchObject({
      role: 'standby',
      acting: { schedulerId: 'one' },
      others: [{ schedulerId: 'one' }],
    });
    expect(takenKeys()).toEqual([10, 20, 30].map(dueAt));
    expect(otherLedger.runs.map(({ taskId }) => taskId)).toEqual(ledger.runs.map(({ taskId }) => taskId));
    expect(otherLedger.runs.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    await one.stop();
    await two.stop();
  });

  it('hand over: at once after an orderly end, and when the acting one falls silent', async () => {
    const one = schedulerOf();
    const two = schedulerOf({ id: 'two', ledger: new MemoryLedger() });
    one.start();
    await clock.advance(1_000);
    two.start();
    await pass(15);
    await one.stop();
    await clock.advance(5_000);
    expect(two.status()).toMatchObject({ role: 'acting', others: [] });
    const three = schedulerOf({ id: 'three', ledger: new MemoryLedger() });
    three.start();
    await pass(10);
    expect(three.status().role).toBe('standby');
    // It is gone without a word: its board is cut off.
    const silent = board.for(clock);
    board.for = () => silent;
    await two.stop();
    await pass(20);
    expect(three.status().role).toBe('acting');
    expect(takenKeys()).toEqual([10, 20, 30, 40].map(dueAt));
    await three.stop();
  });

  it('share what a user changes, whichever console it was done on', async () => {
    const one = schedulerOf();
    const two = schedulerOf({ id: 'two', ledger: new MemoryLedger() });
    one.start();
    await clock.advance(1_000);
    two.start();
    await clock.advance(5_000);
    two.edit('kpis', { paused: true });
    await clock.advance(10_000);
    expect(one.list()[0]).toMatchObject({ paused: true });
    await pass(30);
    expect(queues.taken).toEqual([]);
    one.edit('kpis', { paused: false, title: 'Again' });
    await clock.advance(10_000);
    expect(two.list()[0]).toMatchObject({ paused: false, title: 'Again' });
    await one.stop();
    await two.stop();
  });
});
