/** The verbs on Celery's workers, queues and messages; each only hands on. */
import type { CeleryFleet, CeleryWhere, CeleryWorker } from '../model/celery.ts';
import type {
  CeleryMessageBody,
  CeleryMessagePage,
  CeleryMessageQuery,
  CeleryMessageRef,
  CeleryQueues,
} from '../model/celery-queue.ts';

/** Every call may throw `CELERY_BROKER_NOT_FOUND`. */
export interface CeleryParts {
  /** Null stands for all brokers. */
  fleets(brokerId: string | null, waitMs: number): Promise<CeleryFleet[]>;
  worker(brokerId: string, node: string, waitMs: number): Promise<CeleryWorker>;
  where(brokerId: string, taskIds: readonly string[]): Promise<CeleryWhere[]>;
  queues(brokerId: string | null, waitMs: number): Promise<CeleryQueues[]>;
  messages(query: CeleryMessageQuery): Promise<CeleryMessagePage>;
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
    'celery.message.reveal': (ref: CeleryMessageRef) => parts.openMessage(ref),
  };
}
