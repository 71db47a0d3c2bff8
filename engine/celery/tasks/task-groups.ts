/** Puts a group's parts together from what Celery leaves of them: no event names a group, only results and saved groups do. */
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../model/celery-record.ts';
import { type CeleryGroup, celeryTaskQuerySchema } from '../../model/celery-task.ts';
import type { ResultBackend } from './result-backend.ts';
import type { TaskTable } from './task-table.ts';

export interface GroupSources {
  readonly brokerId: string;
  readonly table: TaskTable;
  readonly history: CeleryTaskHistory;
  readonly results: Pick<ResultBackend, 'read' | 'savedGroup'>;
}

/** A group's parts are sent one after the other, so they lie side by side; half of these on either side. */
const aroundCount = 100;
/** Parts of a saved group that are looked up. */
const savedCeiling = 200;

/** @param size parts in all, where a chord tells it. @throws EngineError REDIS_*, STORE_UNAVAILABLE */
export async function groupOf(
  sources: GroupSources,
  record: CeleryTaskRecord,
  { groupId, size }: { groupId: string; size: number | null },
): Promise<CeleryGroup> {
  const saved = await sources.results.savedGroup(groupId);
  const parts = new Map([[record.taskId, record]]);
  for (const one of await around(sources, record, groupId)) parts.set(one.taskId, one);
  const savedIds = (saved ?? []).slice(0, savedCeiling);
  for (const one of await known(sources, savedIds)) parts.set(one.taskId, one);
  return {
    groupId,
    size: saved?.length ?? size,
    aroundCount,
    parts: [...parts.values()]
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ taskId, name, state, startedAtMs, finishedAtMs }) => {
        return { taskId, parentId: null, name, state, startedAtMs, finishedAtMs };
      }),
  };
}

/** Those whose result names the group. */
async function around(
  { brokerId, table, history, results }: GroupSources,
  { seq }: CeleryTaskRecord,
  groupId: string,
): Promise<CeleryTaskRecord[]> {
  const half = aroundCount / 2;
  const query = celeryTaskQuerySchema.parse({ brokerId });
  const { records } = await history.step({ query, beforeSeq: seq + half, limit: aroundCount });
  const near = new Map(records.map((record) => [record.taskId, record]));
  for (const task of table.unwritten()) if (Math.abs(task.seq - seq) <= half) near.set(task.taskId, task);
  const found = await results.read([...near.keys()]);
  return [...near.values()].filter((_record, index) => {
    const result = found[index];
    return typeof result === 'object' && result.groupId === groupId;
  });
}

async function known(
  { brokerId, table, history }: GroupSources,
  taskIds: readonly string[],
): Promise<CeleryTaskRecord[]> {
  const missing = taskIds.filter((taskId) => table.held(taskId) === null);
  const kept = missing.length === 0 ? [] : await history.find(brokerId, missing);
  return [...taskIds.flatMap((taskId) => table.held(taskId) ?? []), ...kept];
}
