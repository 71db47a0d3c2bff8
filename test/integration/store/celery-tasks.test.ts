/** The history of Celery's tasks on a real database: found again, searched as in memory, kept under its ceiling. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../../engine/celery/tasks/matching.ts';
import { type LiveTask, newTask } from '../../../engine/celery/tasks/task-record.ts';
import type { CeleryTaskRecord } from '../../../engine/model/celery-record.ts';
import { type CeleryTaskQuery, celeryTaskQuerySchema, celeryTaskStates } from '../../../engine/model/celery-task.ts';
import type { CeleryTaskStore } from '../../../engine/store/celery-task-store.ts';
import { storeRoom } from '../../support/store-room.ts';

function record(seq: number, more: Partial<CeleryTaskRecord> = {}): CeleryTaskRecord {
  const task: Partial<LiveTask> & CeleryTaskRecord = newTask('broker', `id-${seq}`, seq, seq);
  // What only matters in memory is not written.
  for (const name of ['movedAtMs', 'lastHeardMs', 'owedRetry', 'dirty', 'repairAfterMs'] as const) delete task[name];
  return { ...task, name: 't.add', state: 'SUCCESS', rootId: `id-${seq}`, ...more };
}

function everything(store: CeleryTaskStore, query: CeleryTaskQuery, limit: number): CeleryTaskRecord[] {
  const found: CeleryTaskRecord[] = [];
  let beforeSeq = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const step = store.step({ query, beforeSeq, limit });
    found.push(...step.records);
    if (step.reachedSeq === null) return found;
    beforeSeq = step.reachedSeq;
  }
}

describe('the history of Celery tasks', () => {
  it('gives back what was written, also after the store was opened anew', async () => {
    const room = storeRoom();
    const entry = {
      type: 'task-started',
      atMs: 1,
      heardAtMs: 2,
      worker: 'a@b',
      clock: 3,
      retries: 0,
      late: false,
      note: 'x',
    };
    const written = record(7, {
      traceback: 'Traceback …',
      args: '(1,)',
      rootId: 'id-7',
      parentId: 'p',
      timeline: [entry],
    });
    const first = await room.open();
    first.celeryTasks.write([written, record(8, { rootId: 'id-7', parentId: 'id-7' })]);
    first.close();
    const { celeryTasks } = await room.open();
    expect(celeryTasks.find('broker', 'id-7')).toEqual(written);
    expect(celeryTasks.find('other', 'id-7')).toBeNull();
    expect(celeryTasks.tree('broker', 'id-7', 10).map(({ taskId }) => taskId)).toEqual(['id-7', 'id-8']);
    expect(celeryTasks.lastSeq()).toBe(8);
  });

  it('counts a task once, however often it is written', async () => {
    const { celeryTasks } = await storeRoom().open();
    celeryTasks.write([record(1, { state: 'STARTED' })]);
    expect(celeryTasks.unfinished(10)).toHaveLength(1);
    celeryTasks.write([record(1)]);
    expect(celeryTasks.unfinished(10)).toHaveLength(0);
    expect(celeryTasks.figures().taskCount).toBe(1);
  });

  it('is searched as what is in memory is', async () => {
    const { celeryTasks } = await storeRoom().open();
    const words = ['t.add', 't.%x', 'KPI_sum', 'a_b', null] as const;
    const records = Array.from({ length: 400 }, (_, index) =>
      record(index + 1, {
        name: words[index % 5] ?? null,
        state: celeryTaskStates[index % 8] ?? 'SUCCESS',
        worker: ['w1@x', 'W2@x', null][index % 3] ?? null,
        queue: ['celery', 'kpis'][index % 2] ?? null,
        exception: index % 7 === 0 ? `ValueError('${index}')` : null,
        failureId: index % 7 === 0 ? 'f1' : null,
        doubt: index % 11 === 0 ? 'silent' : null,
        rootId: index % 13 === 0 ? 'id-1' : `id-${index + 1}`,
      }),
    );
    celeryTasks.write(records);
    const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
    const query = fc.record({
      brokerId: fc.constantFrom(null, null, 'broker', 'other'),
      states: fc.subarray([...celeryTaskStates]),
      name: orNull(fc.constantFrom('t.add', 'nope')),
      worker: orNull(fc.constantFrom('w1@x')),
      queue: orNull(fc.constantFrom('kpis')),
      text: fc.constantFrom('', 'add', 'T.ADD', '%', '_', 'w2', 'ID-2', 'error'),
      failureId: orNull(fc.constantFrom('f1')),
      rootId: orNull(fc.constantFrom('id-1')),
      only: fc.constantFrom(null, 'doubtful' as const),
      fromMs: orNull(fc.nat(400)),
      toMs: orNull(fc.nat(400)),
    });
    fc.assert(
      fc.property(query, fc.integer({ min: 1, max: 50 }), (asked, limit) => {
        const full = celeryTaskQuerySchema.parse(asked);
        const wanted = records.filter((one) => matches(one, full)).map(({ seq }) => seq);
        expect(everything(celeryTasks, full, limit).map(({ seq }) => seq)).toEqual(wanted.toReversed());
      }),
    );
  });

  it('counts failures of one kind, from a time on', async () => {
    const { celeryTasks } = await storeRoom().open();
    const failed = (seq: number, failureId: string) =>
      record(seq, { state: 'FAILURE', failureId, exception: 'ValueError(1)', firstSeenMs: seq * 10 });
    celeryTasks.write([failed(2, 'a'), failed(5, 'a'), failed(9, 'b'), record(12)]);
    const counts = (fromMs: number | null) =>
      celeryTasks.failures(fromMs, 10).map(({ failureId, count }) => [failureId, count]);
    expect(counts(null)).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(counts(50)).toHaveLength(2);
    expect(counts(51)).toEqual([['b', 1]]);
    expect(counts(1_000)).toEqual([]);
  });

  it('stays under its ceiling, the oldest first, and its ledger stays true', async () => {
    const store = await storeRoom().open({ celeryHistoryBytes: 1_000_000 });
    const { celeryTasks } = store;
    for (let batch = 0; batch < 100; batch += 1) {
      const records = Array.from({ length: 100 }, (_, index) =>
        record(batch * 100 + index + 1, { traceback: 'x'.repeat(300) }),
      );
      celeryTasks.write(records);
      expect(celeryTasks.figures().sizeBytes).toBeLessThanOrEqual(1_000_000);
    }
    const { taskCount, oldestMs } = celeryTasks.figures();
    expect(everything(celeryTasks, celeryTaskQuerySchema.parse({}), 1_000)).toHaveLength(taskCount);
    expect(taskCount).toBeGreaterThan(500);
    expect(oldestMs).toBeGreaterThan(5_000);
    expect(celeryTasks.find('broker', 'id-10000')).not.toBeNull();
  });
});
