/** Estimates how long a waiting job still waits, from what the workers of its queue measured. */
import type { QueueName } from '../model/task.ts';
import type { WorkerReport } from './fleet.ts';

/**
 * Every slot begins a job each mean run time, so the one at `position` is begun after `position / slots` of them.
 * Null without a worker that takes jobs of the queue, or before any of them has ended one.
 * @param position 1: next to be begun
 */
export function estimateWaitMs(
  queue: QueueName,
  position: number,
  reports: readonly Pick<WorkerReport, 'slots' | 'runs' | 'goodbye' | 'retiring' | 'activeJobs'>[],
): number | null {
  const serving = reports.filter(({ slots, goodbye, retiring }) => (slots[queue] ?? 0) > 0 && !goodbye && !retiring);
  const slots = serving.reduce((sum, report) => sum + (report.slots[queue] ?? 0), 0);
  const busy = serving.reduce((sum, { activeJobs }) => sum + activeJobs.filter((job) => isOf(queue, job)).length, 0);
  const meanMs = meanRunMs(queue, serving);
  if (slots === 0 || meanMs === null) return null;
  const aheadOfFree = position - Math.max(0, slots - busy);
  return aheadOfFree <= 0 ? 0 : Math.round((aheadOfFree * meanMs) / slots);
}

function isOf(queue: QueueName, { taskId }: { taskId: string }): boolean {
  return taskId.startsWith(`${queue}:`);
}

/** Weighted by how many runs stand behind each worker's mean. */
function meanRunMs(queue: QueueName, reports: readonly Pick<WorkerReport, 'runs'>[]): number | null {
  const measured = reports.flatMap(({ runs }) => runs[queue] ?? []);
  const count = measured.reduce((sum, run) => sum + run.count, 0);
  if (count === 0) return null;
  return measured.reduce((sum, run) => sum + run.meanMs * run.count, 0) / count;
}
