/** The verbs of the queues page; each only hands on to the inspector, the actions or the history. */
import type { JobRef } from '../model/job.ts';
import type { HistoryPoint, HistoryTier, QueueId, QueueWorker } from '../model/queue.ts';
import type { ActionRequest } from '../model/queue-action.ts';
import type { QueueActions } from '../queue/actions/queue-actions.ts';
import type { JobListQuery } from '../queue/inspect/job-list.ts';
import type { QueueInspector } from '../queue/inspect/queue-inspector.ts';

export interface QueueVerbParts {
  readonly nowMs: () => number;
  readonly inspector: QueueInspector;
  readonly actions: QueueActions;
  readonly history: {
    read(query: { queue: QueueId; fromMs: number; toMs: number; tier?: HistoryTier | undefined }): {
      tier: HistoryTier;
      stepMs: number;
      points: HistoryPoint[];
    };
    sizeBytes(): number;
  };
  /** The engine's own workers by their heartbeats, then the foreign ones. */
  readonly workers: (connectionId: string | undefined) => Promise<QueueWorker[]>;
}

/** Typed by what it is; that it covers the contract is checked where a host makes a dispatcher of it. */
export function createQueueVerbs({ nowMs, inspector, actions, history, workers }: QueueVerbParts) {
  return {
    'queues.list': async ({ connectionId }: { connectionId?: string | undefined }) => ({
      atMs: nowMs(),
      ...inspector.list(connectionId),
      historySizeBytes: history.sizeBytes(),
    }),
    'queues.get': async (id: QueueId) => inspector.queue(id),
    'queues.history': async (query: { queue: QueueId; fromMs: number; toMs: number; tier?: HistoryTier | undefined }) =>
      history.read(query),
    'queues.workers': async ({
      connectionId,
      queue,
    }: {
      connectionId?: string | undefined;
      queue?: QueueId | undefined;
    }) => {
      const all = await workers(queue?.connectionId ?? connectionId);
      const serves = ({ queues }: QueueWorker): boolean =>
        queue === undefined || queues.some(({ prefix, name }) => prefix === queue.prefix && name === queue.name);
      return { atMs: nowMs(), workers: all.filter(serves) };
    },
    'jobs.list': (query: JobListQuery) => inspector.jobs(query),
    'jobs.get': (ref: JobRef) => inspector.job(ref),
    'jobs.failures': async ({ queues, limit }: { queues: QueueId[]; limit: number }) =>
      inspector.failures(queues, limit),
    'jobs.flow': (ref: JobRef) => inspector.flow(ref),
    'queueActions.plan': ({ request }: { request: ActionRequest }) => actions.plan(request),
    'queueActions.run': async (
      { planId, request, confirmation }: { planId: string; request: ActionRequest; confirmation: string },
      caller: { readonly name: string },
    ) => actions.run(planId, request, confirmation, caller.name),
    'queueActions.cancel': ({ runId }: { runId: string }) => actions.cancel(runId),
    'queueActions.get': async ({ runId }: { runId: string }) => actions.get(runId),
    'queueActions.list': async () => ({ runs: actions.list() }),
  };
}
