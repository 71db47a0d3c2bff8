/** Tasks by id, whether a worker runs them or, without a broker, the engine itself. */
import type { Dashboards } from '../kpi/dashboards.ts';
import type { RefreshTracker } from '../kpi/refresh-tracker.ts';
import type { RefreshStatus } from '../model/freshness.ts';
import type { TaskState, TaskStatus } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';

const directPrefix = 'direct:';
const rememberedCount = 1_000;

export interface Tasks {
  /** @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE */
  status(taskId: string): Promise<TaskStatus>;
  /** @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE */
  cancel(taskId: string): Promise<TaskStatus>;
}

export interface TaskParts {
  readonly queues: Pick<JobQueues, 'status' | 'cancel'>;
  readonly tracker: Pick<RefreshTracker, 'statusOf'>;
  readonly dashboards: Pick<Dashboards, 'cancelDirect'>;
}

export function tasksOf({ queues, tracker, dashboards }: TaskParts): Tasks {
  /** Computations of the engine that were cancelled and not begun again since. */
  const cancelled = new Map<string, TaskStatus>();
  const directStatusOf = (taskId: string): TaskStatus => {
    const status = directStatus(taskId, tracker);
    if (status.state === 'SUCCESS') return cancelled.get(taskId) ?? status;
    cancelled.delete(taskId);
    return status;
  };
  return {
    status: async (taskId) => (taskId.startsWith(directPrefix) ? directStatusOf(taskId) : queues.status(taskId)),
    async cancel(taskId) {
      if (!taskId.startsWith(directPrefix)) return queues.cancel(taskId);
      const before = directStatusOf(taskId);
      if (!(await dashboards.cancelDirect(taskId.slice(directPrefix.length)))) return before;
      if (cancelled.size >= rememberedCount) cancelled.clear();
      cancelled.set(taskId, { ...before, state: 'REVOKED', error: 'Cancelled on request' });
      return directStatusOf(taskId);
    },
  };
}

/** A computation in the engine has no record of its own; its view's refresh tells how it fares. */
function directStatus(taskId: string, tracker: TaskParts['tracker']): TaskStatus {
  const refresh = tracker.statusOf(taskId.slice(directPrefix.length));
  const running = refresh.status === 'running' ? refresh : null;
  return {
    taskId,
    queue: 'dashboard',
    job: 'refresh-dashboard',
    state: stateOf(refresh),
    progress: { ratio: running?.progress ?? 1, step: null, stepsDone: 0, stepCount: 0, parts: [] },
    createdAtMs: running?.sinceMs ?? 0,
    startedAtMs: running?.sinceMs ?? null,
    finishedAtMs: null,
    attempt: 1,
    maxAttempts: 1,
    error: refresh.status === 'failed' ? refresh.lastError : null,
    attempts: [],
    nextAttemptAtMs: null,
    position: null,
    estimatedWaitMs: null,
  };
}

function stateOf({ status }: RefreshStatus): TaskState {
  if (status === 'running') return 'PROGRESS';
  return status === 'failed' ? 'FAILURE' : 'SUCCESS';
}
