/** The verbs on Celery's tasks, events and verdicts; each only hands on. */
import type { CeleryEventsState, CeleryThroughput } from '../model/celery-events.ts';
import type {
  CeleryFailure,
  CeleryRevealed,
  CeleryTaskDetail,
  CeleryTaskName,
  CeleryTaskPage,
  CeleryTaskQuery,
} from '../model/celery-task.ts';
import type { CeleryWorkerVerdict } from '../model/celery-verdict.ts';

export interface CeleryTaskParts {
  readonly desk: {
    page(query: CeleryTaskQuery): Promise<CeleryTaskPage>;
    detail(brokerId: string | null, taskId: string): Promise<CeleryTaskDetail>;
    reveal(brokerId: string | null, taskId: string): Promise<CeleryRevealed>;
    names(): { sinceMs: number; names: CeleryTaskName[] };
    failures(fromMs: number | null, limit: number): Promise<CeleryFailure[]>;
  };
  readonly eventsState: () => CeleryEventsState[];
  readonly verdicts: () => CeleryWorkerVerdict[];
  readonly throughput: (brokerId: string, node: string) => CeleryThroughput;
  readonly nowMs: () => number;
}

interface TaskIdentity {
  readonly brokerId: string | null;
  readonly taskId: string;
}

export function celeryTaskVerbs({ desk, eventsState, verdicts, throughput, nowMs }: CeleryTaskParts) {
  return {
    'celery.tasks': (query: CeleryTaskQuery) => desk.page(query),
    'celery.task': ({ brokerId, taskId }: TaskIdentity) => desk.detail(brokerId, taskId),
    'celery.task.reveal': ({ brokerId, taskId }: TaskIdentity) => desk.reveal(brokerId, taskId),
    'celery.taskNames': async () => desk.names(),
    'celery.failures': async ({ fromMs, limit }: { fromMs: number | null; limit: number }) => ({
      failures: await desk.failures(fromMs, limit),
    }),
    'celery.eventsState': async () => ({ brokers: eventsState() }),
    'celery.verdicts': async () => ({ atMs: nowMs(), workers: verdicts() }),
    'celery.throughput': async ({ brokerId, node }: { brokerId: string; node: string }) => throughput(brokerId, node),
  };
}
