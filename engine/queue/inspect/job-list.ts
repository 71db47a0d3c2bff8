/** Answers pages of jobs over queues and states; a search is bounded and says how far it came. */
import type { Clock } from '../../base/clock.ts';
import type { JobFilter, JobPage, JobRow } from '../../model/job.ts';
import type { JobState, QueueId } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { readRows } from './job-fields.ts';
import { isPlain, matching } from './job-filter.ts';
import { hasScoreTimes, lengthOf, sourcesOf } from './job-ranges.ts';
import { findJob } from './job-state.ts';
import { JobWalk } from './job-walk.ts';
import { explainMissing } from './missing-records.ts';
import type { QueueServer } from './queue-server.ts';

export interface JobListQuery {
  readonly queues: readonly QueueId[];
  readonly states: readonly JobState[];
  readonly filter: JobFilter;
  readonly cursor: string | null;
  readonly limit: number;
}

/** What one page of a search may cost. */
const searchJobs = 2_000;
const searchMs = 400;
/** Jobs read together: short commands, so that others get their turn between them. */
const batch = 50;

/** All queues are of the server's connection. @throws EngineError REDIS_*, CALL_INPUT_INVALID */
export async function listJobs(server: QueueServer, clock: Clock, query: JobListQuery): Promise<JobPage> {
  const page = await server.run('Listing jobs', (commands) =>
    query.filter.id === undefined ? walk(commands, clock, query) : byId(commands, query, query.filter.id),
  );
  const missing = page.rows.filter((row) => row.missing).length;
  return { ...page, missing: missing === 0 ? null : await explainMissing(server, missing) };
}

type Found = Omit<JobPage, 'missing'>;

async function walk(commands: BrokerCommands, clock: Clock, query: JobListQuery): Promise<Found> {
  const { filter, limit } = query;
  const sources = sourcesOf(query.queues, query.states);
  const jobs = new JobWalk(sources, filter, query.cursor);
  const lengths = Promise.all(sources.map((source) => lengthOf(commands, source, filter)));
  const plain = isPlain(filter);
  const scoreTimed = sources.every(hasScoreTimes);
  const untimed = filter.fromMs === undefined && filter.toMs === undefined;
  const stopAtMs = clock.monotonicMs() + searchMs;
  const rows: JobRow[] = [];
  let walked = 0;
  let ended = false;
  while (rows.length < limit && !ended && walked < searchJobs && (walked === 0 || clock.monotonicMs() < stopAtMs)) {
    const room = limit - rows.length;
    const next = await jobs.next(commands, plain && (scoreTimed || untimed) ? room : Math.max(batch, room));
    const read = await readRows(commands, next.jobs);
    rows.push(...(plain && (scoreTimed || untimed) ? read : await matching(commands, read, filter, scoreTimed)));
    walked += next.jobs.length;
    ({ ended } = next);
  }
  const totalCount = (await lengths).reduce((sum, length) => sum + length, 0);
  return {
    rows,
    nextCursor: ended ? null : jobs.cursor(),
    totalCount,
    searched: { count: ended ? totalCount : Math.min(jobs.seenCount, totalCount), of: totalCount, complete: ended },
  };
}

async function byId(commands: BrokerCommands, { queues, states, filter }: JobListQuery, jobId: string): Promise<Found> {
  const found = await Promise.all(
    queues.map(async (queue) => {
      const { state, score } = await findJob(commands, queue, jobId);
      return state === null || !states.includes(state) ? [] : [{ queue, jobId, state, score }];
    }),
  );
  const read = await readRows(commands, found.flat());
  const rows = await matching(commands, read, filter, false);
  return {
    rows,
    nextCursor: null,
    totalCount: rows.length,
    searched: { count: read.length, of: read.length, complete: true },
  };
}
