/** Writes what becomes of the refreshes of a view into its timeline. */
import type { Stop } from '../base/clock.ts';
import type { Timeline } from '../cache/survey/timeline.ts';
import { durationWords } from '../health/wording.ts';
import type { RefreshTracker } from '../kpi/refresh-tracker.ts';
import type { CacheEvent } from '../model/cache-entries.ts';
import type { TaskState, TaskStatus } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';

const rememberedTasks = 2_000;

export function noteTasks(queues: JobQueues, tracker: RefreshTracker, timeline: Timeline): Stop {
  // The tracker forgets a task at its end, maybe before we are told of it.
  const views = new Map<string, { viewId: string; last: CacheEvent['kind'] | null }>();
  return queues.onTaskChanged((status) => {
    const viewId = views.get(status.taskId)?.viewId ?? tracker.viewOf(status.taskId);
    if (viewId === null) return;
    const known = views.get(status.taskId) ?? { viewId, last: null };
    views.set(status.taskId, known);
    const event = eventOf(status);
    if (event !== null && event.kind !== known.last) {
      known.last = event.kind;
      timeline.note(viewId, event);
    }
    const oldest = views.keys().next();
    if (views.size > rememberedTasks && !oldest.done) views.delete(oldest.value);
  });
}

const kinds: Partial<Record<TaskState, CacheEvent['kind']>> = {
  PENDING: 'requested',
  STARTED: 'started',
  PROGRESS: 'started',
  RETRY: 'failed',
  FAILURE: 'failed',
  REVOKED: 'revoked',
};

/** Null for an end that its entries tell of by themselves: they were stored. */
function eventOf(status: TaskStatus): CacheEvent | null {
  const kind = kinds[status.state];
  if (kind === undefined) return null;
  const { taskId, queue, createdAtMs, startedAtMs, finishedAtMs, error, attempt } = status;
  const waited = startedAtMs === null ? '' : `after ${durationWords(startedAtMs - createdAtMs)} in ${queue}`;
  const endedAtMs = finishedAtMs ?? startedAtMs ?? createdAtMs;
  if (kind === 'requested') return { kind, atMs: createdAtMs, words: `queued in ${queue}`, taskId };
  if (kind === 'started') {
    return { kind, atMs: startedAtMs ?? createdAtMs, words: `taken by a worker ${waited}`.trim(), taskId };
  }
  const words = kind === 'failed' ? `try ${attempt}: ${error ?? 'no reason given'}` : (error ?? 'cancelled');
  return { kind, atMs: endedAtMs, words, taskId };
}
