/** Tasks by id, whether a worker runs them or, without a broker, the engine itself. */
import { EngineError } from '../base/errors.ts';
import type { RefreshTracker } from '../kpi/refresh-tracker.ts';
import type { RefreshStatus } from '../model/freshness.ts';
import type { TaskState, TaskStatus } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';

const directPrefix = 'direct:';

export interface Tasks {
  /** @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE */
  status(taskId: string): Promise<TaskStatus>;
  /** @throws EngineError QUEUE_TASK_NOT_FOUND, QUEUE_UNREACHABLE */
  cancel(taskId: string): Promise<TaskStatus>;
}

export function tasksOf(queues: JobQueues, tracker: RefreshTracker): Tasks {
  return {
    status: async (taskId) => (taskId.startsWith(directPrefix) ? directStatus(taskId, tracker) : queues.status(taskId)),
    async cancel(taskId) {
      if (!taskId.startsWith(directPrefix)) return queues.cancel(taskId);
      throw new EngineError(
        'QUEUE_UNREACHABLE',
        'The engine computes this itself while the broker is away; it cannot be cancelled',
      );
    },
  };
}

/** A computation in the engine has no record of its own; its view's refresh tells how it fares. */
function directStatus(taskId: string, tracker: RefreshTracker): TaskStatus {
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
