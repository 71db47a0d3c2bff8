/** The verbs of tasks and worker processes. */
import type { TaskStatus } from '../model/task.ts';
import type { SupervisorView, WorkerView } from '../model/worker.ts';

export interface JobVerbParts {
  readonly tasks: {
    status(taskId: string): Promise<TaskStatus>;
    cancel(taskId: string): Promise<TaskStatus>;
  };
  readonly workers: {
    list(): Promise<WorkerView[]>;
    supervisor(): SupervisorView;
    recycle(workerId: string): Promise<void>;
    scale(processCount: number): void;
  };
}

export function jobVerbs({ tasks, workers }: JobVerbParts) {
  return {
    'task.status': ({ taskId }: { taskId: string }) => tasks.status(taskId),
    'task.cancel': ({ taskId }: { taskId: string }) => tasks.cancel(taskId),
    'workers.list': async () => ({ workers: await workers.list() }),
    'workers.supervisor': async () => workers.supervisor(),
    'workers.recycle': async ({ workerId }: { workerId: string }) => {
      await workers.recycle(workerId);
      return { done: true as const };
    },
    'workers.scale': async ({ processCount }: { processCount: number }) => {
      workers.scale(processCount);
      return { done: true as const };
    },
  };
}
