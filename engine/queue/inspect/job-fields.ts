/** Reads the record of a job, as BullMQ 4, 5 and 6 write it, into rows and details. */
import type { JobRow } from '../../model/job.ts';
import type { JobState, QueueId } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { dueAtMsOfScore, queueKey } from './queue-layout.ts';
import { countOf, maybeTextsOf, textOf } from './replies.ts';

/**
 * Fields of a list's row; `data`, `returnvalue` and `stacktrace` may be huge and stay where they are.
 * Source: `classes/job.js`: `atm` attempts made (BullMQ 4: `attemptsMade`).
 */
const rowFields = [
  'name',
  'timestamp',
  'processedOn',
  'finishedOn',
  'atm',
  'attemptsMade',
  'opts',
  'priority',
  'progress',
  'failedReason',
] as const;

/** Data beyond this many bytes is not fetched for a preview. */
const previewedBytes = 4_096;
const previewLength = 200;

/** A job's place in one of the lists. */
export interface PlacedJob {
  readonly queue: QueueId;
  readonly jobId: string;
  readonly state: JobState;
  /** Of a sorted set; null from a list. */
  readonly score: number | null;
}

/** Two round trips for any number of jobs, three or four short commands each. */
export async function readRows(commands: BrokerCommands, jobs: readonly PlacedJob[]): Promise<JobRow[]> {
  const heads = await Promise.all(
    jobs.map(async ({ queue, jobId }) => {
      const key = queueKey(queue, jobId);
      const [fields, size] = await Promise.all([
        commands.call('HMGET', key, ...rowFields).then(maybeTextsOf),
        commands.call('HSTRLEN', key, 'data').then(countOf),
      ]);
      return { fields, size };
    }),
  );
  return Promise.all(
    jobs.map(async (job, index) => {
      const { fields, size } = heads[index] ?? { fields: [], size: 0 };
      const small = size > 0 && size <= previewedBytes;
      const data = small ? textOf(await commands.call('HGET', queueKey(job.queue, job.jobId), 'data')) : null;
      return rowOf(job, fields, size, data);
    }),
  );
}

function rowOf(job: PlacedJob, fields: readonly (string | null)[], dataSizeBytes: number, data: string | null): JobRow {
  const [
    name = null,
    created = null,
    started = null,
    finished = null,
    made,
    madeBefore,
    options = null,
    priority,
    progress = null,
    error = null,
  ] = fields;
  const { queue, jobId, state, score } = job;
  return {
    queue,
    jobId,
    state,
    missing: name === null && created === null,
    name,
    createdAtMs: timeOf(created),
    startedAtMs: timeOf(started),
    finishedAtMs: timeOf(finished),
    dueAtMs: state === 'delayed' && score !== null ? dueAtMsOfScore(score) : null,
    attemptsMade: Number(made ?? madeBefore ?? 0),
    maxAttempts: maxAttemptsOf(options),
    priority: Number(priority ?? 0),
    progress: progress === '0' || progress === null ? null : progress.slice(0, previewLength),
    error: state === 'completed' ? null : (error?.slice(0, 500) ?? null),
    dataPreview: data === null ? null : data.slice(0, previewLength),
    dataSizeBytes,
  };
}

export function timeOf(text: string | null | undefined): number | null {
  const value = text === null || text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Without `attempts` a job is tried once. */
export function maxAttemptsOf(options: string | null): number {
  const match = /"attempts":(\d+)/.exec(options ?? '');
  return Math.max(1, Number(match?.[1] ?? 1));
}
