/** Says before an action what it would touch, what it would cost, what speaks against it and what must be confirmed. */
import type { Clock } from '../../base/clock.ts';
import type { QueueId, QueueView } from '../../model/queue.ts';
import type { ActionPlan, ActionRequest } from '../../model/queue-action.ts';
import { isPlain } from '../inspect/job-filter.ts';
import { hasScoreTimes, type JobSource, lengthOf, sourcesOf, type TimeRange } from '../inspect/job-ranges.ts';
import type { QueueServer } from '../inspect/queue-server.ts';
import { many } from '../inspect/words.ts';
import { reachedEntries } from './deep-in-list.ts';
import { parksWhenPaused } from './legacy-pause.ts';
import { drainedStates, jobsPerScript, jobsPerStep } from './queue-steps.ts';

export type PlannedFacts = Omit<ActionPlan, 'planId' | 'expiresAtMs'>;

/** Redis's time for one job of a bulk action: two to four short commands. */
const msPerJob = 0.12;

export async function planAction(
  request: ActionRequest,
  server: QueueServer,
  view: (id: QueueId) => QueueView,
  clock: Clock,
): Promise<PlannedFacts> {
  const queues = queuesOf(request);
  const views = queues.map(view);
  const { count, exact } = await extentOf(request, server, clock);
  const startMs = clock.monotonicMs();
  await server.run('PING', (commands) => commands.call('PING'));
  const pingMs = clock.monotonicMs() - startMs;
  return {
    request,
    queues,
    jobCount: count,
    exact,
    cost: costOf(request, count, pingMs),
    warnings: views.flatMap((one) => warningsOf(request, one, count)),
    confirmation: request.action === 'obliterate' ? request.queue.name : null,
    refused: refusalOf(request, server, views),
  };
}

export function queuesOf(request: ActionRequest): QueueId[] {
  if (!('target' in request)) return [request.queue];
  if (request.target.kind === 'matching') return [request.target.queue];
  const byKey = new Map(
    request.target.jobs.map(({ queue }) => [`${queue.connectionId} ${queue.prefix}:${queue.name}`, queue]),
  );
  return [...byKey.values()];
}

/** Why the action may not be run now; checked again when it is. */
export function refusalOf(request: ActionRequest, server: QueueServer, views: readonly QueueView[]): string | null {
  if (!server.writable) return `The connection "${server.connectionId}" is only observed; unlock it to change anything`;
  for (const view of views) {
    const reason = harmOf(request, view);
    if (reason !== null) return reason;
  }
  return unfit(request);
}

/**
 * Jobs that are put into `wait` while a queue of BullMQ 4 or 5 is paused are overwritten when that version resumes it:
 * it renames `paused` to `wait`. Source: `pause-7.lua` of bullmq 5.81.
 */
function harmOf(request: ActionRequest, view: QueueView): string | null {
  const enqueues = ['add', 'retry', 'promote', 'duplicate'].includes(request.action);
  if (enqueues && view.paused && parksWhenPaused(view)) {
    return `The queue ${view.id.name} is paused and was made by ${view.maker.version ?? 'an unknown version of BullMQ'}, which would lose jobs that are queued meanwhile; resume it first`;
  }
  const limits = request.action === 'set-concurrency' || request.action === 'set-rate';
  if (limits && view.maker.major !== null && view.maker.major < 5) {
    return `The workers of ${view.maker.version ?? 'this version'} know no limit for a whole queue`;
  }
  const active = view.counts?.active ?? 0;
  if (request.action === 'obliterate' && !request.force && active > 0) {
    return `${many(active, 'job')} of ${view.id.name} run; wait until they end, or use force`;
  }
  return null;
}

/** A state from which the action leads nowhere. */
function unfit(request: ActionRequest): string | null {
  if (request.action === 'add') return isJson(request.data) ? null : 'The data is not JSON';
  if (request.action === 'clean' && request.state === 'active')
    return 'Active jobs are not removed: their workers hold them';
  if (!('target' in request) || request.target.kind !== 'matching') return null;
  const { state } = request.target;
  if (request.action === 'retry' && state !== 'failed' && state !== 'completed')
    return `Only failed and completed jobs can be retried, not ${state} ones`;
  if (request.action === 'promote' && state !== 'delayed')
    return `Only delayed jobs can be promoted, not ${state} ones`;
  if (request.action === 'remove' && state === 'active') return 'Active jobs are not removed: their workers hold them';
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** How many jobs, by the lengths of the lists alone: nothing is walked. */
async function extentOf(
  request: ActionRequest,
  server: QueueServer,
  clock: Clock,
): Promise<{ count: number; exact: boolean }> {
  const lengths = async (sources: readonly JobSource[], range: TimeRange): Promise<number> => {
    const counts = await server.run('Counting jobs', (commands) =>
      Promise.all(sources.map((source) => lengthOf(commands, source, range))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
  switch (request.action) {
    case 'drain':
      return { count: await lengths(sourcesOf([request.queue], drainedStates(request.delayed)), {}), exact: true };
    case 'clean': {
      const sources = sourcesOf([request.queue], [request.state]);
      const toMs = clock.now() - request.olderThanMs;
      return {
        count: await lengths(sources, { toMs }),
        exact: sources.every(hasScoreTimes) && request.state !== 'delayed',
      };
    }
    case 'obliterate':
      return {
        count: await lengths(
          sourcesOf(
            [request.queue],
            ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'completed', 'failed'],
          ),
          {},
        ),
        exact: true,
      };
    case 'retry':
    case 'promote':
    case 'remove':
    case 'duplicate': {
      const { target } = request;
      if (target.kind === 'jobs') return { count: target.jobs.length, exact: true };
      const sources = sourcesOf([target.queue], [target.state]);
      const timed = target.filter.fromMs !== undefined || target.filter.toMs !== undefined;
      const exact = isPlain(target.filter) && (!timed || sources.every(hasScoreTimes));
      return { count: await lengths(sources, target.filter), exact };
    }
    case 'add':
      return { count: 1, exact: true };
    case 'pause':
    case 'resume':
    case 'set-concurrency':
    case 'set-rate':
      return { count: 0, exact: true };
  }
}

function costOf(request: ActionRequest, count: number, pingMs: number): ActionPlan['cost'] {
  const byScript =
    request.action === 'obliterate' ||
    (request.action === 'clean' && (request.state === 'completed' || request.state === 'failed'));
  if (byScript) {
    const steps = Math.max(1, Math.ceil(count / jobsPerScript));
    return { steps, commandCount: steps, estimatedMs: Math.ceil(steps * (pingMs + jobsPerScript * 0.02)) };
  }
  if (count === 0) return { steps: 1, commandCount: 1, estimatedMs: Math.ceil(pingMs) };
  const steps = Math.max(1, Math.ceil(count / jobsPerStep));
  const commandCount = steps + count * 4;
  return { steps, commandCount, estimatedMs: Math.ceil(steps * 3 * pingMs + count * msPerJob) };
}

function warningsOf(request: ActionRequest, view: QueueView, count: number): string[] {
  const warnings: string[] = [];
  const changesOwn = view.own && !['add', 'duplicate', 'retry', 'promote'].includes(request.action);
  if (changesOwn) warnings.push(`${view.id.name} is one of the console's own queues: its KPIs are refreshed by it`);
  if (request.action === 'obliterate')
    warnings.push('Everything in the queue goes, its history in Redis too; this cannot be undone');
  const removesByFilter = 'target' in request && request.action === 'remove' && request.target.kind === 'matching';
  if (
    removesByFilter &&
    (view.counts?.waiting ?? 0) > reachedEntries &&
    request.target.kind === 'matching' &&
    !isPlain(request.target.filter)
  ) {
    warnings.push(
      `${many(view.counts?.waiting ?? 0, 'job')} wait: those that lie deeper than ${many(reachedEntries, 'job')} after the others are gone are skipped, for Redis would stand still while it looks for them`,
    );
  }
  if (request.action === 'set-rate' && request.rate === null && view.rateLimit !== null)
    warnings.push('Workers that wait for the limit to end look again within 30 s');
  if (request.action === 'retry' && view.workerCount === 0) warnings.push('No worker is connected: the jobs will wait');
  if (request.action === 'duplicate' && count > 100) warnings.push(`${many(count, 'new job')} will be queued`);
  if (view.maker.major !== null && view.maker.major < 5 && ['add', 'promote'].includes(request.action)) {
    warnings.push('Workers of BullMQ 4 may take up to 5 s to notice');
  }
  return warnings;
}
