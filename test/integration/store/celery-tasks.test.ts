/** The history of Celery's tasks on a real database: found again, searched as in memory, kept under its ceiling. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { matches } from '../../../engine/celery/tasks/matching.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../../engine/model/celery-record.ts';
import { type CeleryTaskQuery, celeryTaskQuerySchema, celeryTaskStates } from '../../../engine/model/celery-task.ts';
import { celeryRecord as record } from '../../support/celery-record.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

async function everything(
  history: CeleryTaskHistory,
  query: CeleryTaskQuery,
  limit: number,
): Promise<CeleryTaskRecord[]> {
  const found: CeleryTaskRecord[] = [];
  let beforeSeq = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const step = await history.step({ query, beforeSeq, limit });
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
    await first.celeryTasks.write([written, record(8, { rootId: 'id-7', parentId: 'id-7' })]);
    first.close();
    const { celeryTasks } = await room.open();
    expect(await celeryTasks.find('broker', ['id-7', 'id-none'])).toEqual([written]);
    expect(await celeryTasks.find('other', ['id-7'])).toEqual([]);
    expect((await celeryTasks.tree('broker', 'id-7', 10)).map(({ taskId }) => taskId)).toEqual(['id-7', 'id-8']);
  });

  it('counts a task once, however often it is written', async () => {
    const { celeryTasks } = await storeRoom().open();
    await celeryTasks.write([record(1, { state: 'STARTED' })]);
    expect(await celeryTasks.unfinished('broker', 10)).toHaveLength(1);
    expect(await celeryTasks.unfinished('other', 10)).toHaveLength(0);
    await celeryTasks.write([record(1)]);
    expect(await celeryTasks.unfinished('broker', 10)).toHaveLength(0);
    expect(await everything(celeryTasks, celeryTaskQuerySchema.parse({}), 10)).toHaveLength(1);
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
    await celeryTasks.write(records);
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
    await fc.assert(
      fc.asyncProperty(query, fc.integer({ min: 1, max: 50 }), async (asked, limit) => {
        const full = celeryTaskQuerySchema.parse(asked);
        const wanted = records.filter((one) => matches(one, full)).map(({ seq }) => seq);
        const found = await everything(celeryTasks, full, limit);
        expect(found.map(({ seq }) => seq)).toEqual(wanted.toReversed());
      }),
    );
  });

  it('counts failures of one kind, from a time on', async () => {
    const { celeryTasks } = await storeRoom().open();
    const failed = (seq: number, failureId: string) =>
      record(seq, { state: 'FAILURE', failureId, exception: 'ValueError(1)', firstSeenMs: seq * 10 });
    await celeryTasks.write([failed(2, 'a'), failed(5, 'a'), failed(9, 'b'), record(12)]);
    const counts = async (fromMs: number | null) =>
      (await celeryTasks.failures(fromMs, 10)).map(({ failureId, count }) => [failureId, count]);
    expect(await counts(null)).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(await counts(50)).toHaveLength(2);
    expect(await counts(51)).toEqual([['b', 1]]);
    expect(await counts(1_000)).toEqual([]);
  });

  it('stays under its ceiling, the oldest first, and its ledger stays true', async () => {
    const room = storeRoom();
    const store = await room.open({ celeryHistoryBytes: 1_000_000 });
    for (let batch = 0; batch < 100; batch += 1) {
      const records = Array.from({ length: 100 }, (_, index) =>
        record(batch * 100 + index + 1, { traceback: 'x'.repeat(300) }),
      );
      await store.celeryTasks.write(records);
      expect(store.celeryTasks.figures().sizeBytes).toBeLessThanOrEqual(1_000_000);
    }
    store.close();
    const { celeryTasks } = await room.open({ celeryHistoryBytes: 1_000_000 });
    const kept = await everything(celeryTasks, celeryTaskQuerySchema.parse({}), 1_000);
    const { taskCount, oldestMs, sizeBytes } = celeryTasks.figures();
    expect(sizeBytes).toBeLessThanOrEqual(1_000_000);
    expect(kept).toHaveLength(taskCount);
    expect(taskCount).toBeGreaterThan(500);
    expect(oldestMs).toBeGreaterThan(5_000);
    expect(await celeryTasks.find('broker', ['id-10000'])).toHaveLength(1);
  });

  it('gives each task a place of its own, after all those of before', async () => {
    const room = storeRoom(systemClock);
    const first = await room.open();
    const places = [first.celeryTasks.nextSeq(), first.celeryTasks.nextSeq()];
    await first.celeryTasks.write(places.map((seq) => record(seq)));
    first.close();
    const second = await room.open();
    expect(second.celeryTasks.nextSeq()).toBeGreaterThan(Math.max(...places));
    // Also where the clock was set back meanwhile, as soon as the history told.
    second.close();
    const third = await room.open({ clock: new ManualClock(0) });
    await third.celeryTasks.find('broker', []);
    expect(third.celeryTasks.nextSeq()).toBe(Math.max(...places) + 1);
  });

  it('knows which tasks it surely has not, also after a restart and after the oldest were let go', async () => {
    const room = storeRoom();
    const first = await room.open();
    await first.celeryTasks.write(Array.from({ length: 300 }, (_, index) => record(index + 1)));
    first.close();
    const { celeryTasks } = await room.open();
    await celeryTasks.find('broker', []);
    await until(() => !celeryTasks.mayHave('never heard of'));
    const known = Array.from({ length: 600 }, (_, index) => celeryTasks.mayHave(`id-${index + 1}`));
    expect(known.slice(0, 300).every((may) => may)).toBe(true);
    expect(known.slice(300).some((may) => may)).toBe(false);
  });
});
