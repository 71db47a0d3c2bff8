/** How many tasks stay in memory, whatever the disk does. */
import { expect, test } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { CeleryEvent } from '../../../engine/celery/events/decode-event.ts';
import { TaskTable } from '../../../engine/celery/tasks/task-table.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../../engine/model/celery-record.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function room() {
  const written: CeleryTaskRecord[] = [];
  const history: Partial<CeleryTaskHistory> = {
    find: () => null,
    write: (records) => void written.push(...records),
  };
  const clock = new ManualClock();
  let seq = 0;
  const table = new TaskTable({
    brokerId: 'broker',
    // The table asks for no more of it than this.
    history: history as CeleryTaskHistory,
    nextSeq: () => (seq += 1),
    onMoved: () => undefined,
    clock,
    logger: silentLogger,
    limits: { finished: 10, unfinished: 1_000, unwritten: 1_000 },
  });
  return { table, written };
}

function ended(taskId: string): CeleryEvent {
  return {
    ...{ type: 'task-succeeded', node: 'a@b', pid: 1, clock: 1, sentAtMs: 1_000, heardAtMs: 1_000 },
    taskId,
    fields: {},
  };
}

test('tasks that waited for the disk leave the memory once they are written, though no further event comes', () => {
  const { table, written } = room();
  for (let task = 0; task < 300; task += 1) table.take(ended(`t${task}`), 1_000);
  expect(table.size).toBe(300);
  while (table.writeBatch(true));
  expect(written).toHaveLength(300);
  expect(table.size).toBe(10);
});

test('what the disk did not get is counted, and what it has is not', () => {
  const { table, written } = room();
  for (let task = 0; task < 1_200; task += 1) table.take(ended(`t${task}`), 1_000);
  while (table.writeBatch(true));
  expect(written).toHaveLength(1_000);
  expect(table.skippedCount).toBe(200);
});
