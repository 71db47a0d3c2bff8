/** How many tasks stay in memory, whatever the disk does. */
import { expect, test } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { CeleryEvent } from '../../../engine/celery/events/decode-event.ts';
import { newTask } from '../../../engine/celery/tasks/task-record.ts';
import { TaskTable } from '../../../engine/celery/tasks/task-table.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../../engine/model/celery-record.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function room() {
  let seq = 0;
  const written: CeleryTaskRecord[] = [];
  const kept = new Map<string, CeleryTaskRecord>();
  const asked: string[] = [];
  /** What becomes of the next batches; none is kept for later. */
  const outcome = { fails: false, findFails: false, waits: null as Promise<void> | null };
  const history: Partial<CeleryTaskHistory> = {
    nextSeq: () => (seq += 1),
    mayHave: (taskId) => kept.has(taskId),
    async find(_brokerId, taskIds) {
      asked.push(...taskIds);
      await outcome.waits;
      if (outcome.findFails) throw new Error('no thread');
      return taskIds.flatMap((taskId) => kept.get(taskId) ?? []);
    },
    async write(records) {
      const copies = structuredClone([...records]);
      await outcome.waits;
      if (outcome.fails) throw new Error('no thread');
      written.push(...copies);
    },
  };
  const clock = new ManualClock();
  const table = new TaskTable({
    brokerId: 'broker',
    // The table asks for no more of it than this.
    history: history as CeleryTaskHistory,
    onMoved: () => undefined,
    clock,
    logger: silentLogger,
    limits: { finished: 10, unfinished: 1_000, unwritten: 1_000 },
  });
  return { table, written, kept, asked, outcome, clock };
}

async function drained({ table, clock }: ReturnType<typeof room>): Promise<void> {
  const all = table.writeAll(new AbortController().signal);
  while (table.unwrittenCount > 0) await clock.advance(10);
  await clock.advance(10);
  await all;
}

function heard(taskId: string, type = 'task-succeeded'): CeleryEvent {
  return {
    ...{ type, node: 'a@b', pid: 1, clock: 1, sentAtMs: 1_000, heardAtMs: 1_000 },
    taskId,
    fields: {},
  };
}

test('tasks that waited for the disk leave the memory once they are written, though no further event comes', async () => {
  const it = room();
  for (let task = 0; task < 300; task += 1) it.table.take(heard(`t${task}`), 1_000);
  expect(it.table.size).toBe(300);
  await drained(it);
  expect(it.written).toHaveLength(300);
  expect(it.table.size).toBe(10);
});

test('what the disk did not get is counted, and what it has is not', async () => {
  const it = room();
  for (let task = 0; task < 1_200; task += 1) it.table.take(heard(`t${task}`), 1_000);
  await drained(it);
  expect(it.written).toHaveLength(1_000);
  expect(it.table.skippedCount).toBe(200);
});

test('a batch that was refused stays unwritten and is written later, as it is then', async () => {
  const it = room();
  it.outcome.fails = true;
  it.table.take(heard('a', 'task-received'), 1_000);
  await it.clock.advance(2_000);
  it.table.write();
  await it.clock.advance(0);
  expect(it.table.isUnwritten('a')).toBe(true);
  it.outcome.fails = false;
  it.table.take(heard('a'), 1_500);
  await drained(it);
  expect(it.written.map(({ taskId, state }) => [taskId, state])).toEqual([['a', 'SUCCESS']]);
});

test('a task that changes while it is written stands for the history until its newer state is written too', async () => {
  const it = room();
  const gate = Promise.withResolvers<void>();
  it.outcome.waits = gate.promise;
  it.table.take(heard('a', 'task-received'), 1_000);
  await it.clock.advance(2_000);
  it.table.write();
  it.table.take(heard('a'), 1_500);
  expect([...it.table.unwritten()]).toHaveLength(1);
  expect(it.table.unwrittenCount).toBe(1);
  // The one under way is not passed by a newer one.
  it.table.write();
  gate.resolve();
  await drained(it);
  expect(it.written.map(({ state }) => state)).toEqual(['RECEIVED', 'SUCCESS']);
  expect(it.table.isUnwritten('a')).toBe(false);
});

test('events of a task that only the history knows wait for its answer and go on from there', async () => {
  const it = room();
  const before = { ...newTask('broker', 'old', 77, 500), name: 't.add', state: 'STARTED' as const };
  it.kept.set('old', before);
  it.table.take(heard('old', 'task-retried'), 1_000);
  it.table.take(heard('old'), 1_100);
  it.table.take(heard('new'), 1_100);
  expect(it.table.held('old')).toBeNull();
  expect(it.table.held('new')).not.toBeNull();
  await it.clock.advance(0);
  expect(it.table.held('old')).toMatchObject({ seq: 77, name: 't.add', state: 'SUCCESS' });
  // One question for both events, none for a task that the history surely has not.
  expect(it.asked).toEqual(['old']);
});

test('a history that is away is asked again with the next rounds, and events are heard when it is back', async () => {
  const it = room();
  it.kept.set('old', { ...newTask('broker', 'old', 77, 500), name: 't.add', state: 'STARTED' as const });
  it.outcome.findFails = true;
  it.table.take(heard('old', 'task-retried'), 1_000);
  await it.clock.advance(0);
  expect(it.asked).toEqual(['old']);
  it.table.write();
  await it.clock.advance(0);
  expect(it.asked).toEqual(['old', 'old']);
  expect(it.table.held('old')).toBeNull();
  it.outcome.findFails = false;
  it.table.take(heard('old'), 1_100);
  it.table.write();
  await it.clock.advance(0);
  expect(it.table.held('old')).toMatchObject({ seq: 77, name: 't.add', state: 'SUCCESS' });
});

test('a history that stays away does not hold events back for ever', async () => {
  const it = room();
  it.kept.set('old', newTask('broker', 'old', 77, 500));
  it.outcome.findFails = true;
  it.table.take(heard('old'), 1_000);
  await it.clock.advance(5_000);
  it.table.write();
  await it.clock.advance(0);
  expect(it.table.held('old')).toMatchObject({ seq: 1, state: 'SUCCESS' });
});
