/** Whether a job lies so deep in a long list that taking it out would hold Redis up for all others. */
import type { QueueId } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { queueKey } from '../inspect/queue-layout.ts';
import { countOf } from '../inspect/replies.ts';

/** Entries from the head that Redis compares in some 1 to 3 ms. */
export const reachedEntries = 50_000;
const lists = ['wait', 'paused', 'active'] as const;
const sets = ['completed', 'waiting-children', 'delayed', 'failed', 'prioritized'] as const;

/**
 * BullMQ looks for a job in the sets first, then in one list after the other from the head, until it has found it.
 * Null when it is found soon enough; else the length of the list that would have to be walked.
 * Source: `includes/removeJobFromAnyState.lua` of bullmq 6.
 */
export async function lengthInTheWay(commands: BrokerCommands, queue: QueueId, jobId: string): Promise<number | null> {
  const lengths = await Promise.all(lists.map((list) => commands.call('LLEN', queueKey(queue, list)).then(countOf)));
  if (lengths.every((length) => length <= reachedEntries)) return null;
  const scores = await Promise.all(sets.map((set) => commands.call('ZSCORE', queueKey(queue, set), jobId)));
  if (scores.some((score) => score !== null)) return null;
  for (const [index, list] of lists.entries()) {
    const length = lengths[index] ?? 0;
    const at = await commands.call('LPOS', queueKey(queue, list), jobId, 'MAXLEN', reachedEntries);
    if (at !== null) return null;
    if (length > reachedEntries) return length;
  }
  return null;
}
