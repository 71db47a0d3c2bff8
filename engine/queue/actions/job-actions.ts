/** What is done with one job, through BullMQ's own scripts: each is short, whatever the queue's length. */
import type { JobsOptions } from 'bullmq';
import type { QueueId } from '../../model/queue.ts';
import type { ActionRequest } from '../../model/queue-action.ts';
import type { BrokerCommands } from '../broker.ts';
import { findJob } from '../inspect/job-state.ts';
import { queueKey } from '../inspect/queue-layout.ts';
import { countOf, maybeTextsOf } from '../inspect/replies.ts';
import { many } from '../inspect/words.ts';
import type { BullQueues } from './bull-queues.ts';
import { lengthInTheWay, reachedEntries } from './deep-in-list.ts';

export interface JobOutcome {
  /** Null when it was done. */
  readonly skipped: string | null;
  /** The new job of `duplicate`. */
  readonly createdJobId: string | null;
}

export interface JobWork {
  readonly commands: BrokerCommands;
  readonly bull: BullQueues;
  readonly queue: QueueId;
  readonly jobId: string;
}

export type JobActionRequest = Extract<ActionRequest, { target: unknown }>;

/** A job with more children than this would be removed in one long script with all of them. */
const removedChildren = 100;
const done: JobOutcome = { skipped: null, createdJobId: null };

/** Never throws for a job that moved on meanwhile: that is a reason to skip it. @throws EngineError, Error of the connection */
export async function actOnJob(request: JobActionRequest, work: JobWork): Promise<JobOutcome> {
  switch (request.action) {
    case 'retry':
      return retry(work, request.resetAttempts);
    case 'promote':
      return skippable(async () => {
        await work.bull.job(work.queue, work.jobId).promote();
        return done;
      });
    case 'remove':
      return remove(work);
    case 'duplicate':
      return duplicate(work);
  }
}

async function retry(work: JobWork, resetAttempts: boolean): Promise<JobOutcome> {
  const { commands, bull, queue, jobId } = work;
  const { state } = await findJob(commands, queue, jobId);
  if (state !== 'failed' && state !== 'completed') return skip(`it is ${state ?? 'in none of the lists'}`);
  const key = queueKey(queue, jobId);
  const [options, oldAttempts] = maybeTextsOf(await commands.call('HMGET', key, 'opts', 'attemptsMade'));
  return skippable(async () => {
    const job = bull.job(queue, jobId, { lifo: /"lifo":true/.test(options ?? '') });
    await job.retry(state, { resetAttemptsMade: resetAttempts, resetAttemptsStarted: resetAttempts });
    // BullMQ 4 counts attempts in a field of its own, which the script of version 6 does not know.
    if (resetAttempts && oldAttempts !== null) await commands.call('HDEL', key, 'attemptsMade');
    return done;
  });
}

async function remove({ commands, bull, queue, jobId }: JobWork): Promise<JobOutcome> {
  const key = queueKey(queue, jobId);
  const [open, processed] = await Promise.all([
    commands.call('SCARD', `${key}:dependencies`).then(countOf),
    commands.call('HLEN', `${key}:processed`).then(countOf),
  ]);
  if (open + processed > removedChildren) return skip(`it has ${open + processed} children; remove them first`);
  const length = await lengthInTheWay(commands, queue, jobId);
  if (length !== null) return skip(deepWords(length));
  return skippable(async () => {
    const removed = await bull.of(queue).remove(jobId);
    return removed === 1 ? done : skip('a worker holds it');
  });
}

function deepWords(length: number): string {
  return `it lies deeper than ${many(reachedEntries, 'job')} in a list of ${length.toLocaleString('en')}, and Redis would stand still while it looks for it; drain the queue, or wait until it comes nearer`;
}

/** Without what ties it to the first one: its id, parent, scheduler, deduplication and the time it was made. */
async function duplicate({ bull, queue, jobId }: JobWork): Promise<JobOutcome> {
  return skippable(async () => {
    const from = bull.of(queue);
    const job = await from.getJob(jobId);
    if (!job) return skip('its record is gone');
    const {
      jobId: _id,
      parent: _parent,
      repeat: _repeat,
      deduplication: _deduplication,
      timestamp: _time,
      prevMillis: _millis,
      ...options
    } = job.opts as JobsOptions & { repeat?: unknown };
    const created = await from.add(job.name, job.data, options);
    return { skipped: null, createdJobId: created.id ?? null };
  });
}

/** Source: `classes/finished-errors.js`: a script that refuses has a negative code. */
async function skippable(work: () => Promise<JobOutcome>): Promise<JobOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return skip(error.message);
    throw error;
  }
}

const skip = (reason: string): JobOutcome => ({ skipped: reason, createdJobId: null });
