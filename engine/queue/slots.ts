/** How a worker process shares its slots between its queues, so that none can take another's. */
import { type QueueName, queueNames } from '../model/task.ts';

export type QueueSlots = Readonly<Partial<Record<QueueName, number>>>;

/** Background work gets a quarter at most; dashboards, which somebody looks at, get what does not divide evenly. */
const backgroundShare = 4;

/**
 * Slots by queue: at least one each, so more than `concurrency` in all when there are more queues than slots.
 * @param concurrency jobs at once in all
 */
export function slotsFor(queues: readonly QueueName[], concurrency: number): QueueSlots {
  const served = queueNames.filter((queue) => queues.includes(queue));
  if (served.length === 1) return Object.fromEntries(served.map((queue) => [queue, Math.max(1, concurrency)]));
  const background = served.includes('background') ? Math.max(1, Math.floor(concurrency / backgroundShare)) : 0;
  const rest = concurrency - background;
  const kpis = served.includes('kpis') ? Math.max(1, served.includes('dashboard') ? Math.floor(rest / 2) : rest) : 0;
  const dashboard = served.includes('dashboard') ? Math.max(1, rest - kpis) : 0;
  const shares: Record<QueueName, number> = { kpis, dashboard, background };
  return Object.fromEntries(served.map((queue) => [queue, shares[queue]]));
}

export function slotCount(slots: QueueSlots): number {
  return Object.values(slots).reduce((sum, count) => sum + count, 0);
}
