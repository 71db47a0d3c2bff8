/** Watches Celery on the broker and on every further connection: events, tasks, verdicts on workers. */

import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import { BrokerWatch } from '../celery/broker-watch.ts';
import { throughputKeptMs, throughputStepMs } from '../celery/events/throughput.ts';
import { ResultBackend } from '../celery/tasks/result-backend.ts';
import { TaskDesk } from '../celery/tasks/task-desk.ts';
import { RedisProbe } from '../celery/verdicts/redis-probe.ts';
import { VerdictWatch } from '../celery/verdicts/verdict-watch.ts';
import { brokerIdOf } from '../celery/wire/names.ts';
import type { Settings } from '../config/settings.ts';
import type { CountedWorker } from '../health/ports.ts';
import type { CeleryEventsState, CeleryThroughput } from '../model/celery-events.ts';
import type { CeleryTaskRecord } from '../model/celery-record.ts';
import type { CeleryWorkerVerdict } from '../model/celery-verdict.ts';
import type { ConnectionView } from '../model/connection.ts';
import { said } from '../model/said.ts';
import { RedisLink } from '../redis/link.ts';
import { OperateGate } from '../redis/operate-gate.ts';
import type { Store } from '../store/store.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';

export interface CeleryEventsInputs {
  readonly settings: Pick<Settings, 'brokerUrl' | 'resultBackendUrl'>;
  /** The engine's own way to its broker, where it may write: questions to workers pass through Redis keys. */
  readonly broker: RedisLink;
  /** Further brokers; an observed one is only listened to, so its workers are judged by their events alone. */
  readonly connections: Pick<Connections, 'of' | 'onChange'> & {
    list(): readonly Pick<ConnectionView, 'id' | 'purposes'>[];
  };
  readonly store: Pick<Store, 'celeryTasks'>;
}

export interface CeleryChange {
  brokerId: string;
  what: ('tasks' | 'workers' | 'events')[];
}

export interface HeardOnBroker {
  /** Nodes that send heartbeats now. */
  heartbeating(brokerId: string): readonly string[] | null;
  sentAtMs(brokerId: string, taskId: string): Promise<number | null>;
  /** What is remembered of a task's call. */
  call(brokerId: string, taskId: string): Promise<Pick<CeleryTaskRecord, 'name' | 'args' | 'kwargs' | 'queue'> | null>;
}

export interface CeleryEvents {
  readonly desk: TaskDesk;
  /** Workers with this `global_keyprefix` were found on a connection: they are watched from now on. */
  listen(connectionId: string, keyPrefix: string): void;
  eventsState(): CeleryEventsState[];
  verdicts(): CeleryWorkerVerdict[];
  throughput(brokerId: string, node: string): CeleryThroughput;
  /** Celery's workers as the health of the whole chain counts them: a pool process is a slot. */
  workerViews(): CountedWorker[];
  /** What the events of one broker tell, for whoever asks and looks there; null answers where nobody listens. */
  readonly heard: HeardOnBroker;
  onChanged(listener: (change: CeleryChange) => void): Stop;
  stop(): Promise<void>;
}

interface Watched {
  readonly connectionId: string;
  /** `global_keyprefix` of the workers; empty for none. */
  readonly keyPrefix: string;
  readonly link: RedisLink;
  readonly watch: BrokerWatch;
  readonly verdicts: VerdictWatch;
  readonly probe: RedisProbe;
}

const ownBroker = 'broker';
/** Source: celery.events.state: a worker is offline after two periods of two seconds; a little more for the way. */
const silentAfterMs = 6_000;

export function openCeleryEvents(inputs: CeleryEventsInputs, foundation: Foundation): CeleryEvents {
  const { connections, store, settings } = inputs;
  const { clock, logger } = foundation;
  const changes = new Emitter<{ change: CeleryChange }>((error) =>
    logger.error('A listener to Celery changes failed', { error: messageOf(error) }),
  );
  const watched = new Map<string, Watched>();
  const resultLink = openResultLink(settings, foundation);
  const tell = (brokerId: string, what: readonly CeleryChange['what'][number][]): void =>
    changes.emit('change', { brokerId, what: [...what] });
  const linkOf = (id: string): RedisLink => (id === ownBroker ? inputs.broker : connections.of(id));
  const open = (connectionId: string, keyPrefix = ''): void => {
    const brokerId = brokerIdOf(connectionId, keyPrefix);
    if (watched.has(brokerId)) return;
    const link = linkOf(connectionId);
    const results = new ResultBackend(connectionId === ownBroker && resultLink !== null ? resultLink : link);
    const probe = new RedisProbe({ link, keyPrefix, ...foundation });
    const watch = new BrokerWatch({
      ...{ brokerId, link, keyPrefix, results, clock, logger },
      history: store.celeryTasks,
      onChanged: (what) => tell(brokerId, what),
      otherCommandCount: () => probe.commandCount,
    });
    const verdicts = new VerdictWatch({ watch, probe, clock, logger, onChanged: () => tell(brokerId, ['workers']) });
    watched.set(brokerId, { connectionId, keyPrefix, link, watch, verdicts, probe });
    watch.start();
    verdicts.start();
  };
  const close = async (brokerId: string): Promise<void> => {
    const known = watched.get(brokerId);
    watched.delete(brokerId);
    known?.verdicts.stop();
    await known?.watch.stop();
    await known?.probe.close();
  };
  /** Connections whose purpose is Celery, the engine's own broker among them. */
  const wanted = (): string[] =>
    connections
      .list()
      .filter(({ purposes }) => purposes.includes('celery'))
      .map(({ id }) => id);
  for (const id of wanted()) open(id);
  const stopFollowing = connections.onChange((id) => {
    const isThere = wanted().includes(id);
    const known = [...watched].filter(([, { connectionId }]) => connectionId === id);
    // A profile that was changed has another link; of its states the links themselves tell.
    if (isThere && known.length > 0 && known.every(([, { link }]) => link === linkOf(id))) return;
    for (const [brokerId] of known) void close(brokerId);
    // Another server has other prefixes: they are found anew.
    if (isThere) open(id);
  });
  const remembered = async (brokerId: string, taskId: string): Promise<CeleryTaskRecord | null> => {
    const table = watched.get(brokerId)?.watch.table;
    if (table !== undefined) return table.lookUp(taskId);
    return (await store.celeryTasks.find(brokerId, [taskId]))[0] ?? null;
  };
  const all = (): Watched[] => [...watched.values()];
  return {
    listen(connectionId, keyPrefix) {
      if (wanted().includes(connectionId)) open(connectionId, keyPrefix);
    },
    desk: new TaskDesk({
      brokers: () => all().map(({ watch }) => watch),
      history: store.celeryTasks,
      sinceMs: clock.now(),
      clock,
    }),
    eventsState: () => all().map(({ watch }) => watch.state()),
    verdicts: () => all().flatMap(({ verdicts }) => verdicts.list()),
    throughput: (brokerId, node) => ({
      stepMs: throughputStepMs,
      keptMs: throughputKeptMs,
      counts: watched.get(brokerId)?.watch.roll.get(node)?.throughput.counts(clock.monotonicMs()) ?? [],
    }),
    workerViews: () => all().flatMap(({ verdicts }) => verdicts.list().map((verdict) => viewOf(verdict))),
    heard: {
      heartbeating(brokerId) {
        const state = watched.get(brokerId)?.watch.state();
        if (!state?.listening) return null;
        const beating = state.workers.filter(({ heartbeats, heartbeatAgeMs }) => {
          return heartbeats === 'on' && heartbeatAgeMs !== null && heartbeatAgeMs < silentAfterMs;
        });
        return beating.map(({ node }) => node);
      },
      sentAtMs: async (brokerId, taskId) => (await remembered(brokerId, taskId))?.sentAtMs ?? null,
      call: remembered,
    },
    onChanged: (listener) => changes.on('change', listener),
    async stop() {
      stopFollowing();
      await Promise.all([...watched.keys()].map((id) => close(id)));
      await resultLink?.close();
    },
  };
}

/** Results may be elsewhere than tasks; only a Redis can be read. */
function openResultLink({ brokerUrl, resultBackendUrl }: CeleryEventsInputs['settings'], foundation: Foundation) {
  if (resultBackendUrl === null || resultBackendUrl === brokerUrl) return null;
  const gate = new OperateGate({
    title: 'the result backend of Celery',
    byDefault: 'observe',
    clock: foundation.clock,
    onChange: () => undefined,
  });
  return new RedisLink({ role: 'result backend', url: resultBackendUrl, access: gate, ...foundation });
}

function viewOf(worker: CeleryWorkerVerdict): CountedWorker {
  return {
    workerId: worker.brokerId === ownBroker ? worker.node : `${worker.brokerId}/${worker.node}`,
    // Before it told its pool's size it counts for the one task that any worker can run.
    slots: worker.slots ?? 1,
    activeJobCount: worker.activeCount ?? 0,
    verdict: worker.verdict,
    evidence: worker.words,
    evidenceSaid: said(`celery_is_${worker.reason}`),
  };
}
