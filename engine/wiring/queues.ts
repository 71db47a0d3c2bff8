/** The queues of every connection: watched, kept in the history, acted on; the engine's own workers beside the foreign. */
import type { QueueVerbParts } from '../api/queue-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { WatchedQueue } from '../health/causes/depth.ts';
import { type HistoryTier, historyTierSchema, type QueueConcern, type QueueWorker } from '../model/queue.ts';
import { queueNames } from '../model/task.ts';
import { type WorkerView } from '../model/worker.ts';
import { QueueActions } from '../queue/actions/queue-actions.ts';
import { queuePrefix } from '../queue/broker.ts';
import { heldBack } from '../queue/inspect/concerns.ts';
import { QueueInspector } from '../queue/inspect/queue-inspector.ts';
import { linkServer } from '../queue/inspect/queue-server.ts';
import type { QueueMovement } from '../queue/judge-worker.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import type { RedisLink } from '../redis/link.ts';
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
const unattended: readonly QueueConcern['code'][] = ['no_workers', 'wedged'];

export interface WatchedQueues {
  readonly inspector: QueueInspector;
  readonly actions: QueueActions;
  readonly verbs: QueueVerbParts;
  /** What the engine's own queues do, for the verdicts on its workers. */
  movement(): QueueMovement;
  /** The engine's own queues as they were seen last; null while the broker is not looked at. */
  own(): WatchedQueue[] | null;
  /** Queues, ours and others', whose ready jobs nobody begins. */
  unattendedCount(): number;
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
    movement: () => {
      const own = inspector.list(brokerId).queues.filter((view) => view.own);
      return Object.fromEntries(
        own.map((view) => [view.id.name, { heldBack: heldBack(view), runP95Ms: view.latencies.run?.p95Ms ?? null }]),
      );
    },
    own: () => ownQueues(inspector),
    unattendedCount: () =>
      inspector.list().queues.filter(({ concerns }) => concerns.some(({ code }) => unattended.includes(code))).length,
    async close(): Promise<void> {
      watched();
      await actions.stop();
      await inspector.stop();
    },
  };
}

function ownQueues(inspector: QueueInspector): WatchedQueue[] | null {
  const own = inspector.list(brokerId).queues.filter((view) => view.own && view.counts !== null);
  const seen = own.flatMap((view): WatchedQueue[] => {
    const name = queueNames.find((each) => each === view.id.name);
    if (name === undefined || view.counts === null) return [];
    return [
      {
        name,
        paused: view.paused,
        waiting: view.counts.waiting + view.counts.prioritized,
        active: view.counts.active,
        oldestWaitingMs: view.oldestWaitingMs,
        workerCount: view.workerCount,
        addedPerS: view.rates.addedPerS,
        finishedPerS: view.rates.finishedPerS,
        runP95Ms: view.latencies.run?.p95Ms ?? null,
        concerns: view.concerns,
      },
    ];
  });
  return seen.length === 0 ? null : seen;
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
  const links = new Map<string, RedisLink>();
  const sync = async (connectionId: string): Promise<void> => {
    const wanted = connections.ids().includes(connectionId) && !isSecondOfOne(connections, connectionId);
    const link = wanted ? connections.of(connectionId) : null;
    // A mode or a state that moved is seen by the next round; only another link means another server.
    if (link === (links.get(connectionId) ?? null)) return;
    if (link === null) {
      links.delete(connectionId);
      await inspector.remove(connectionId);
      return;
    }
    links.set(connectionId, link);
    await inspector.add(
      linkServer({
        connectionId,
        link: () => connections.of(connectionId),
        isOwn: (prefix, name) =>
          connectionId === brokerId && prefix === queuePrefix && queueNames.some((own) => own === name),
      }),
    );
  };
  // One after the other, so that a connection that is changed twice is not watched twice.
  let before: Promise<void> = Promise.resolve();
  const watch = (connectionId: string): void => {
    before = before
      .then(() => sync(connectionId))
      .catch((error: unknown) =>
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
