/** A Celery task as the history gives it back, for tests of the history. */
import { type LiveTask, newTask } from '../../engine/celery/tasks/task-record.ts';
import type { CeleryTaskRecord } from '../../engine/model/celery-record.ts';

export function celeryRecord(seq: number, more: Partial<CeleryTaskRecord> = {}): CeleryTaskRecord {
  const task: Partial<LiveTask> & CeleryTaskRecord = newTask('broker', `id-${seq}`, seq, seq);
  // What only matters in memory is not written.
  for (const name of ['movedAtMs', 'lastHeardMs', 'owedRetry', 'dirty', 'repairAfterMs'] as const) delete task[name];
  return { ...task, name: 't.add', state: 'SUCCESS', rootId: `id-${seq}`, ...more };
}
