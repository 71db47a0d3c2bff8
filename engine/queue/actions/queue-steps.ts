/** The steps of every action: each is short for Redis, and between two of them the action can be cancelled. */
import type { Clock } from '../../base/clock.ts';
import { EngineError } from '../../base/errors.ts';
import type { JobState, QueueId, QueueView } from '../../model/queue.ts';
import type { ActionRequest } from '../../model/queue-action.ts';
import { queueKey } from '../inspect/queue-layout.ts';
import type { QueueServer } from '../inspect/queue-server.ts';
import { countOf } from '../inspect/replies.ts';
import { ActionWalk } from './action-walk.ts';
import type { BullQueues } from './bull-queues.ts';
import { actOnJob, type JobActionRequest, type JobOutcome } from './job-actions.ts';
import { parksWhenPaused, pauseAsBefore } from './legacy-pause.ts';
import { StepSize } from './step-size.ts';

export interface StepContext {
  readonly server: QueueServer;
  readonly bull: BullQueues;
  readonly view: (id: QueueId) => QueueView;
  readonly nowMs: number;
  readonly clock: Clock;
  /** Times one command as its caller sees it. */
  readonly timed: <Value>(command: () => Promise<Value>) => Promise<Value>;
}

/** What one step did. */
export interface StepReport {
  readonly seen: number;
  readonly done: number;
  readonly skipped: readonly { readonly jobId: string; readonly reason: string }[];
  readonly createdJobIds: readonly string[];
}

/** Jobs worked on side by side, each by commands of its own. */
export const jobsPerStep = 50;
/** Jobs that BullMQ removes in one script, as a plan counts with. */
export const jobsPerScript = 100;
const deadlineMs = 10_000;

const nothing: StepReport = { seen: 0, done: 0, skipped: [], createdJobIds: [] };
const one: StepReport = { ...nothing, seen: 1, done: 1 };

export async function* stepsOf(request: ActionRequest, context: StepContext): AsyncGenerator<StepReport, void> {
  switch (request.action) {
    case 'retry':
    case 'promote':
    case 'remove':
    case 'duplicate':
      yield* jobSteps(request, context);
      return;
    case 'drain':
      for (const state of drainedStates(request.delayed)) yield* removeAll(request.queue, state, {}, context);
      return;
    case 'clean':
      yield* cleanSteps(request.queue, request.state, context.nowMs - request.olderThanMs, context);
      return;
    case 'obliterate':
      yield* obliterateSteps(request.queue, request.force, context);
      return;
    case 'add':
      yield await addJob(request, context);
      return;
    case 'pause':
    case 'resume':
    case 'set-concurrency':
    case 'set-rate':
      await changeQueue(request, context);
      yield one;
  }
}

export const drainedStates = (delayed: boolean): JobState[] =>
  delayed ? ['waiting', 'prioritized', 'delayed'] : ['waiting', 'prioritized'];

async function* jobSteps(request: JobActionRequest, context: StepContext): AsyncGenerator<StepReport, void> {
  const { target } = request;
  if (target.kind === 'jobs') {
    for (let from = 0; from < target.jobs.length; from += jobsPerStep) {
      const jobs = target.jobs.slice(from, from + jobsPerStep);
      yield { ...(await actOnAll(request, jobs, context)), seen: jobs.length };
    }
    return;
  }
  const walk = new ActionWalk(target.queue, target.state, target.filter, context.nowMs);
  for (let ended = false; !ended; ) {
    const batch = await context.server.run('Walking jobs', (commands) => walk.next(commands, jobsPerStep), deadlineMs);
    const report = await actOnAll(request, batch.fitting, context);
    walk.keep(request.action === 'duplicate' ? report.done + report.skipped.length : report.skipped.length);
    ({ ended } = batch);
    yield { ...report, seen: batch.seenCount };
  }
}

async function* removeAll(
  queue: QueueId,
  state: JobState,
  filter: { toMs?: number },
  context: StepContext,
): AsyncGenerator<StepReport, void> {
  const target = { kind: 'matching' as const, queue, state, filter };
  yield* jobSteps({ action: 'remove', target }, context);
}

/** Finished jobs go by BullMQ's own cleaning, a bounded number a script; in lists that would walk the whole list. */
async function* cleanSteps(
  queue: QueueId,
  state: JobState,
  untilMs: number,
  context: StepContext,
): AsyncGenerator<StepReport, void> {
  if (state !== 'completed' && state !== 'failed') {
    yield* removeAll(queue, state, { toMs: untilMs }, context);
    return;
  }
  const backend = context.bull.of(queue).getBackend();
  const size = new StepSize(context.clock);
  for (;;) {
    const { value: removed, jobs } = await size.run((limit) =>
      context.timed(() => backend.cleanJobsByState(state, untilMs, limit)),
    );
    yield { ...nothing, seen: removed.length, done: removed.length };
    if (removed.length < jobs) return;
  }
}

async function* obliterateSteps(
  queue: QueueId,
  force: boolean,
  context: StepContext,
): AsyncGenerator<StepReport, void> {
  await pause(queue, context);
  const backend = context.bull.of(queue).getBackend();
  const size = new StepSize(context.clock);
  for (;;) {
    const { value: more, jobs } = await size
      .run((count) => context.timed(() => backend.obliterate({ count, force })))
      .catch(refusedByActive);
    // The script tells only whether there is more; the last one may have had fewer.
    yield { ...nothing, seen: jobs, done: jobs };
    if (more === 0) return;
  }
}

function refusedByActive(error: unknown): never {
  const words = error instanceof Error ? error.message : '';
  if (!words.includes('active jobs')) throw error;
  throw new EngineError(
    'QUEUE_ACTION_REFUSED',
    'The queue has active jobs; it is paused now. Wait until they end, or use force',
  );
}

async function addJob(
  request: Extract<ActionRequest, { action: 'add' }>,
  { bull, timed }: StepContext,
): Promise<StepReport> {
  const { queue, name, data, delayMs, priority, attempts, jobId } = request;
  const options = { delay: delayMs, priority, attempts, ...(jobId === undefined ? {} : { jobId }) };
  const parsed: unknown = JSON.parse(data);
  const job = await timed(() => bull.of(queue).add(name, parsed, options));
  return { ...one, createdJobIds: job.id === undefined ? [] : [job.id] };
}

type Change = Extract<ActionRequest, { action: 'pause' | 'resume' | 'set-concurrency' | 'set-rate' }>;

async function changeQueue(request: Change, context: StepContext): Promise<void> {
  const { bull, server, timed } = context;
  const queue = bull.of(request.queue);
  switch (request.action) {
    case 'pause':
      return pause(request.queue, context);
    case 'resume':
      await timed(() => queue.resume());
      return;
    case 'set-concurrency':
      if (request.concurrency === null) await timed(() => queue.removeGlobalConcurrency());
      else await timed(() => queue.setGlobalConcurrency(request.concurrency ?? 1));
      return wake(request.queue, server);
    case 'set-rate':
      if (request.rate === null) await timed(() => queue.removeGlobalRateLimit());
      else await timed(() => queue.setGlobalRateLimit(request.rate?.max ?? 1, request.rate?.durationMs ?? 1));
      return wake(request.queue, server);
  }
}

async function pause(id: QueueId, { server, bull, view, timed }: StepContext): Promise<void> {
  if (parksWhenPaused(view(id))) {
    await timed(() => server.run('Pausing a queue', (commands) => pauseAsBefore(commands, id)));
  } else await timed(() => bull.of(id).pause());
}

/** Workers that wait under the old limit look again at once. Source: `includes/addBaseMarkerIfNeeded.lua`. */
async function wake(id: QueueId, server: QueueServer): Promise<void> {
  await server.run('Waking the workers', async (commands) => {
    const [paused, ...waiting] = await Promise.all([
      commands.call('HEXISTS', queueKey(id, 'meta'), 'paused').then(countOf),
      commands.call('LLEN', queueKey(id, 'wait')).then(countOf),
      commands.call('ZCARD', queueKey(id, 'prioritized')).then(countOf),
    ]);
    if (paused === 0 && waiting.some((count) => count > 0)) await commands.call('ZADD', queueKey(id, 'marker'), 0, '0');
  });
}

async function actOnAll(
  request: JobActionRequest,
  jobs: readonly { readonly queue: QueueId; readonly jobId: string }[],
  { server, bull, timed }: StepContext,
): Promise<StepReport> {
  const outcomes = await server.run(
    `The action ${request.action}`,
    (commands) =>
      timed(() => Promise.all(jobs.map(({ queue, jobId }) => actOnJob(request, { commands, bull, queue, jobId })))),
    deadlineMs,
  );
  return reportOf(
    jobs.map(({ jobId }) => jobId),
    outcomes,
  );
}

function reportOf(jobIds: readonly string[], outcomes: readonly JobOutcome[]): StepReport {
  const skipped = outcomes.flatMap(({ skipped: reason }, index) =>
    reason === null ? [] : [{ jobId: jobIds[index] ?? '', reason }],
  );
  return {
    seen: jobIds.length,
    done: outcomes.length - skipped.length,
    skipped,
    createdJobIds: outcomes.flatMap(({ createdJobId }) => createdJobId ?? []),
  };
}
