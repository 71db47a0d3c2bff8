/** The queues of every connection: watched, kept in the history, acted on; the engine's own workers beside the foreign. */
import type { QueueVerbParts } from '../api/queue-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { type HistoryTier, historyTierSchema, type QueueWorker } from '../model/queue.ts';
import { queueNames } from '../model/task.ts';
import { type WorkerView } from '../model/worker.ts';
import { QueueActions } from '../queue/actions/queue-actions.ts';
import { queuePrefix } from '../queue/broker.ts';
import { QueueInspector } from '../queue/inspect/queue-inspector.ts';
import { linkServer } from '../queue/inspect/queue-server.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import { historyTiers } from '../store/queue-history-store.ts';
import type { Store } from '../store/store.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';

export interface QueueInputs {
  readonly connections: Connections;
  readonly sightings: WorkerSightings;
  readonly store: Store;
}

const brokerId = 'broker';

export interface WatchedQueues {
  readonly inspector: QueueInspector;
  readonly actions: QueueActions;
  readonly verbs: QueueVerbParts;
  close(): Promise<void>;
}

export function openQueues(inputs: QueueInputs, foundation: Foundation): WatchedQueues {
  const { connections, store, sightings } = inputs;
  const { clock, logger } = foundation;
  const inspector = new QueueInspector({ clock, logger, history: store.queueHistory });
  const actions = new QueueActions({
    inspector,
    ...foundation,
    onEnded: ({ who, request, state, doneCount, skippedCount, error }) => {
      const input = { request, state, doneCount, skippedCount };
      const outcome = state === 'failed' ? 'failed' : 'succeeded';
      try {
        store.audit.append({
          who,
          transport: 'in-process',
          call: 'queueActions.ended',
          input,
          outcome,
          error,
          atMs: clock.now(),
        });
      } catch (failure) {
        logger.error('The end of an action could not be written to the audit log', { error: messageOf(failure) });
      }
    },
  });
  const watched = watchConnections(connections, inspector, foundation);
  const workers = async (connectionId: string | undefined): Promise<QueueWorker[]> => {
    const own = connectionId === undefined || connectionId === brokerId ? await sightings.list() : [];
    return [...own.map(ownWorker), ...inspector.foreignWorkers(connectionId)];
  };
  return {
    inspector,
    actions,
    verbs: {
      nowMs: () => clock.now(),
      inspector,
      actions,
      workers,
      history: {
        read: ({ queue, fromMs, toMs, tier = tierFor(clock.now(), fromMs, toMs) }) => ({
          tier,
          stepMs: historyTiers[tier].stepMs,
          points: store.queueHistory.read(queue, tier, fromMs, toMs),
        }),
        sizeBytes: () => store.queueHistory.sizeBytes(),
      },
    },
    async close(): Promise<void> {
      watched();
      await actions.stop();
      await inspector.stop();
    },
  };
}

/** The finest tier that still has the beginning and fits into a chart. */
function tierFor(nowMs: number, fromMs: number, toMs: number): HistoryTier {
  const chartPoints = 2_880;
  const fitting = historyTierSchema.options.find((tier) => {
    const { keptMs, stepMs } = historyTiers[tier];
    return fromMs >= nowMs - keptMs && (toMs - fromMs) / stepMs <= chartPoints;
  });
  return fitting ?? 'day';
}

function watchConnections(connections: Connections, inspector: QueueInspector, { logger }: Foundation): Stop {
  const sync = async (connectionId: string): Promise<void> => {
    if (!connections.ids().includes(connectionId) || isSecondOfOne(connections, connectionId)) {
      await inspector.remove(connectionId);
      return;
    }
    await inspector.add(
      linkServer({
        connectionId,
        link: () => connections.of(connectionId),
        isOwn: (prefix, name) =>
          connectionId === brokerId && prefix === queuePrefix && queueNames.some((own) => own === name),
      }),
    );
  };
  const watch = (connectionId: string): void => {
    sync(connectionId).catch((error: unknown) =>
      logger.error('The queues of a connection are not watched', { connectionId, error: messageOf(error) }),
    );
  };
  for (const id of connections.ids()) watch(id);
  return connections.onChange(watch);
}

/** With one server for both roles its queues are shown once, as the broker's. */
function isSecondOfOne(connections: Connections, connectionId: string): boolean {
  return connectionId === 'cache' && connections.of('cache').address === connections.of(brokerId).address;
}

function ownWorker({ workerId, host, pid, verdict, evidence, lastHeartbeatAtMs }: WorkerView): QueueWorker {
  return {
    workerId,
    connectionId: brokerId,
    kind: 'own',
    name: `${host} ${pid}`,
    queues: queueNames.map((name) => ({ prefix: queuePrefix, name })),
    address: host,
    connectedAtMs: null,
    lastHeartbeatAtMs,
    verdict,
    evidence,
  };
}
