/** Reads a task from the broker: its record, the errors of its tries, and when its turn will come. */
import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import type { QueueName, TaskStatus } from '../model/task.ts';
import { readAttempts } from './attempts.ts';
import type { BrokerCommands } from './broker.ts';
import { findRevoked, type WorkerReport } from './fleet.ts';
import { type BullState, bullStateSchema, taskIdOf, taskStatusOf } from './task-status.ts';
import { estimateWaitMs } from './wait-estimate.ts';

/** Further back a place in the list is not looked for: the broker would walk the whole list. */
const deepestPosition = 10_000;
/** Source: BullMQ, `getDelayedScore`: the time in the upper bits. */
const delayedScale = 0x1000;

/** Null when there is no such task. */
export async function readTask(
  commands: BrokerCommands,
  queue: Queue,
  { queue: name, jobId }: { queue: QueueName; jobId: string },
  reports: () => Promise<readonly WorkerReport[]>,
): Promise<TaskStatus | null> {
  const [job, found, revoked] = await Promise.all([
    queue.getJob(jobId) as Promise<Job | undefined>,
    queue.getJobState(jobId),
    findRevoked(commands, taskIdOf(name, jobId)),
  ]);
  if (!job) return revoked;
  const state = bullStateSchema.catch('unknown').parse(found);
  const [attempts, position, nextAttemptAtMs] = await Promise.all([
    readAttempts(commands, queue.toKey(jobId), job.attemptsStarted),
    revoked ? null : positionOf(commands, queue, jobId, state),
    state === 'delayed' ? delayedUntilMs(commands, queue, jobId) : null,
  ]);
  const estimatedWaitMs = position === null ? null : estimateWaitMs(name, position, await reports());
  const surroundings = { attempts, position, nextAttemptAtMs, estimatedWaitMs };
  return taskStatusOf(name, job, state, revoked !== null, surroundings) ?? revoked;
}

/** Jobs without a priority go first, from the end of their list; then the others by priority and age. */
async function positionOf(
  commands: BrokerCommands,
  queue: Queue,
  jobId: string,
  state: BullState,
): Promise<number | null> {
  const wait = queue.toKey('wait');
  if (state === 'waiting') {
    const place = await commands.call('LPOS', wait, jobId, 'RANK', -1, 'MAXLEN', deepestPosition);
    if (typeof place !== 'number') return null;
    return z.number().parse(await commands.call('LLEN', wait)) - place;
  }
  if (state !== 'prioritized') return null;
  const [ahead, rank] = await Promise.all([
    commands.call('LLEN', wait),
    commands.call('ZRANK', queue.toKey('prioritized'), jobId),
  ]);
  return typeof ahead === 'number' && typeof rank === 'number' ? ahead + rank + 1 : null;
}

async function delayedUntilMs(commands: BrokerCommands, queue: Queue, jobId: string): Promise<number | null> {
  const score = await commands.call('ZSCORE', queue.toKey('delayed'), jobId);
  return score === null ? null : Math.floor(Number(score) / delayedScale);
}
