/** The verbs on Celery's workers, queues and messages; each only hands on. */
import type { CeleryFleet, CeleryWhere, CeleryWorker } from '../model/celery.ts';
import type {
  CeleryControlInput,
  CeleryControlResult,
  CeleryPurge,
  CelerySend,
  CelerySent,
} from '../model/celery-control.ts';
import type {
  CeleryMessageBody,
  CeleryMessagePage,
  CeleryMessageQuery,
  CeleryMessageRef,
  CeleryQueues,
} from '../model/celery-queue.ts';
import type { CeleryRisks } from '../model/celery-risk.ts';

/** Every call may throw `CELERY_BROKER_NOT_FOUND`. */
export interface CeleryParts {
  /** Null stands for all brokers. */
  fleets(brokerId: string | null, waitMs: number): Promise<CeleryFleet[]>;
  worker(brokerId: string, node: string, waitMs: number): Promise<CeleryWorker>;
  where(brokerId: string, taskIds: readonly string[]): Promise<CeleryWhere[]>;
  queues(brokerId: string | null, waitMs: number): Promise<CeleryQueues[]>;
  messages(query: CeleryMessageQuery): Promise<CeleryMessagePage>;
  risks(brokerId: string | null, waitMs: number): Promise<CeleryRisks[]>;
  control(input: CeleryControlInput): Promise<CeleryControlResult>;
  send(task: CelerySend): Promise<CelerySent>;
  again(brokerId: string, taskId: string, queue: string | null): Promise<CelerySent>;
  purge(brokerId: string, queue: string): Promise<CeleryPurge>;
  purges(): CeleryPurge[];
  cancelPurge(brokerId: string, runId: string): CeleryPurge;
  openMessage(ref: CeleryMessageRef): Promise<CeleryMessageBody>;
}

interface OfBrokers {
  readonly brokerId: string | null;
  readonly waitMs: number;
}

export function celeryVerbs(parts: CeleryParts) {
  return {
    'celery.workers': async ({ brokerId, waitMs }: OfBrokers) => ({ brokers: await parts.fleets(brokerId, waitMs) }),
    'celery.worker': ({ brokerId, node, waitMs }: { brokerId: string; node: string; waitMs: number }) =>
      parts.worker(brokerId, node, waitMs),
    'celery.where': async ({ brokerId, taskIds }: { brokerId: string; taskIds: string[] }) => ({
      tasks: await parts.where(brokerId, taskIds),
    }),
    'celery.queues': async ({ brokerId, waitMs }: OfBrokers) => ({ brokers: await parts.queues(brokerId, waitMs) }),
    'celery.messages': (query: CeleryMessageQuery) => parts.messages(query),
    'celery.risks': async ({ brokerId, waitMs }: OfBrokers) => ({ brokers: await parts.risks(brokerId, waitMs) }),
    'celery.control': (input: CeleryControlInput) => parts.control(input),
    'celery.send': (task: CelerySend) => parts.send(task),
    'celery.again': ({ brokerId, taskId, queue }: { brokerId: string; taskId: string; queue: string | null }) =>
      parts.again(brokerId, taskId, queue),
    'celery.purge': ({ brokerId, queue }: { brokerId: string; queue: string }) => parts.purge(brokerId, queue),
    'celery.purges': async () => ({ purges: parts.purges() }),
    'celery.purge.cancel': async ({ brokerId, runId }: { brokerId: string; runId: string }) =>
      parts.cancelPurge(brokerId, runId),
    'celery.message.reveal': (ref: CeleryMessageRef) => parts.openMessage(ref),
  };
}
