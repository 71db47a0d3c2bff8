/** The real web host over a scripted engine with made-up figures: for tests of the console's pages in every state. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';
import { startWebHost, type WebHost } from '../../src/web/host.ts';
import { type ChannelsScript, channelHandlers, channelsScript } from './console-alert-channels.ts';
import { type AlertsScript, alertRuleHandlers, alertsScript } from './console-alerts.ts';
import { type CacheScript, cacheHandlers, cacheScript } from './console-cache.ts';
import { type CeleryScript, celeryHandlers, celeryScript } from './console-celery.ts';
import { type CeleryWorkerScript, celeryWorkerHandlers, celeryWorkerScript } from './console-celery-worker.ts';
import { type ConnectionsScript, connectionsHandlers, connectionsScript } from './console-connections.ts';
import { type DoctorScript, doctorHandlers, doctorScript } from './console-doctor.ts';
import { emptyView, filterOptions, type View, view } from './console-figures.ts';
import { happenings, overview, systemInfo, transitions } from './console-health.ts';
import { type KeysScript, keysHandlers, keysScript } from './console-keys.ts';
import { type QueuesScript, queuesHandlers, queuesScript } from './console-queues.ts';
import { type RedisScript, redisHandlers, redisScript } from './console-redis.ts';
import { type ReviewScript, reviewHandlers, reviewScript } from './console-review.ts';
import { type SchedulesScript, schedulesHandlers, schedulesScript } from './console-schedules.ts';
import { type StorageScript, storageHandlers, storageScript } from './console-storage.ts';
import { type Task, taskOf } from './console-tasks.ts';
import { type WorkersScript, workersHandlers, workersScript } from './console-workers.ts';
import { scriptedEngine } from './scripted-engine.ts';

/** What the engine answers from now on; a test changes it and pushes a topic. */
export interface Script {
  /** Of the chain: its workers are wedged. */
  isBroken: boolean;
  /** The figure that the overview's headline is about; null: its own words. */
  headlineFigure: 'workers' | null;
  /** Of the cache: nothing is in it. */
  isEmpty: boolean;
  /** A read of the dashboard fails with this message. */
  readFailure: string | null;
  /** Answers are held back while this is unsettled. */
  hold: Promise<void> | null;
  changeView: (shown: View) => View;
  changeSystem: (info: CallOutput<'system.info'>) => CallOutput<'system.info'>;
  readonly cache: CacheScript;
  task: Task | null;
  acknowledged: { ruleId: string; note: string }[];
  historyCount: number;
  reads: View['filters'][];
  readonly queues: QueuesScript;
  readonly schedules: SchedulesScript;
  readonly workers: WorkersScript;
  readonly connections: ConnectionsScript;
  readonly celery: CeleryScript;
  readonly redis: RedisScript;
  readonly keys: KeysScript;
  readonly review: ReviewScript;
  readonly storage: StorageScript;
  readonly celeryWorker: CeleryWorkerScript;
  readonly alerts: AlertsScript;
  readonly channels: ChannelsScript;
  readonly doctor: DoctorScript;
}

export interface ConsoleFixture {
  readonly script: Script;
  readonly address: string;
  readonly token: string;
  /** The page's address with its token, opened at a route such as `/kpis`. */
  pageAt(route: string): string;
  readonly push: ReturnType<typeof scriptedEngine>['topics'];
  /** The engine goes away, connections and all. */
  stop(): Promise<void>;
  /** It comes back on the same port. */
  start(): Promise<void>;
}

export async function startConsoleFixture(rendererDir: string): Promise<ConsoleFixture> {
  const connections = connectionsScript(Date.now());
  const script: Script = {
    isBroken: false,
    headlineFigure: null,
    isEmpty: false,
    readFailure: null,
    hold: null,
    changeView: (shown) => shown,
    changeSystem: (info) => info,
    cache: cacheScript(),
    task: null,
    acknowledged: [],
    historyCount: 420,
    reads: [],
    queues: queuesScript(Date.now()),
    schedules: schedulesScript(Date.now()),
    workers: workersScript(Date.now()),
    connections,
    redis: redisScript(Date.now()),
    keys: keysScript(),
    storage: storageScript(Date.now()),
    celeryWorker: celeryWorkerScript(Date.now()),
    doctor: doctorScript(Date.now()),
    celery: celeryScript(Date.now(), () => connections.connections[0]?.mode !== 'operate'),
    review: reviewScript(
      () => script.changeSystem(systemInfo(Date.now())),
      () => engine.topics.emit('review.changed', { what: ['notes'] }),
    ),
    alerts: alertsScript(Date.now()),
    channels: channelsScript(Date.now()),
  };
  const engine = scriptedEngine({
    ...handlersOf(script),
    ...doctorHandlers(script.doctor, () => engine.topics.emit('doctor.changed', { atMs: Date.now() })),
  });
  const token = 'token-of-the-fixture';
  let host: WebHost | null = null;
  let port = 0;
  const start = async (): Promise<void> => {
    host = await startWebHost({ engine, port, token, rendererDir, onDefect: () => undefined });
    port = host.port;
  };
  await start();
  return {
    script,
    token,
    address: `http://127.0.0.1:${port}`,
    pageAt: (route) => `http://127.0.0.1:${port}/#token=${encodeURIComponent(token)}&${route}`,
    push: engine.topics,
    start,
    async stop() {
      await host?.close();
      host = null;
    },
  };
}

function handlersOf(script: Script): Partial<Handlers> {
  const ruleHandlers = alertRuleHandlers(script.alerts, () => script.isBroken);
  return {
    ...queuesHandlers(script.queues),
    ...schedulesHandlers(script.schedules),
    ...workersHandlers(script.workers),
    ...cacheHandlers(script.cache),
    ...connectionsHandlers(script.connections),
    ...reviewHandlers(script.review),
    ...celeryHandlers(script.celery),
    ...redisHandlers(script.redis),
    ...keysHandlers(script.keys),
    ...storageHandlers(script.storage),
    ...celeryWorkerHandlers(script.celeryWorker),
    ...ruleHandlers,
    ...channelHandlers(script.channels),
    'system.info': async () => script.changeSystem(systemInfo(Date.now())),
    'timeline.events': async ({ kinds, tones }) => ({
      events: happenings(Date.now()).filter(
        ({ kind, tone }) =>
          (kinds.length === 0 || kinds.includes(kind)) && (tones.length === 0 || tones.includes(tone)),
      ),
      nextBefore: null,
    }),
    'overview.get': async () => ({
      ...overview(Date.now(), script.isBroken),
      headlineFigure: script.headlineFigure,
    }),
    'dashboard.filters': async () => filterOptions,
    async 'dashboard.get'({ filters }) {
      script.reads.push(filters);
      await script.hold;
      if (script.readFailure !== null) throw new EngineError('SQL_QUERY_FAILED', script.readFailure);
      const full = view(Date.now(), filters);
      return { ...script.changeView(script.isEmpty ? emptyView(full) : full), taskId: script.task?.taskId ?? null };
    },
    async 'dashboard.refresh'() {
      script.task = taskOf('STARTED', 0);
      return { taskId: script.task.taskId };
    },
    async 'task.status'({ taskId }) {
      if (script.task === null) throw new EngineError('QUEUE_TASK_NOT_FOUND', `No task ${taskId}`);
      return script.task;
    },
    'task.cancel': async () => (script.task = { ...taskOf('REVOKED', 2) }),
    async 'alerts.now'() {
      const now = await ruleHandlers['alerts.now']();
      const alerts = now.alerts.map((alert) => {
        const found = script.acknowledged.find(({ ruleId }) => ruleId === alert.rule.id);
        return found
          ? { ...alert, acknowledgedBy: 'console', acknowledgedAtMs: Date.now(), acknowledgeNote: found.note }
          : alert;
      });
      return { alerts };
    },
    async 'alerts.acknowledge'(input) {
      script.acknowledged.push(input);
      return { done: true };
    },
    async 'alerts.history'({ search, ruleId, to, severity, beforeId, limit }) {
      const matching = transitions(Date.now(), script.historyCount).filter(
        (each) =>
          (ruleId === null || each.ruleId === ruleId) &&
          (to === null || each.to === to) &&
          (severity === null || each.severity === severity) &&
          `${each.title} ${each.evidence}`.toLowerCase().includes(search.toLowerCase()),
      );
      const rest = matching.filter((each) => beforeId === null || each.id < beforeId);
      const page = rest.slice(0, limit);
      return {
        transitions: page,
        totalCount: matching.length,
        hasMoreThanCounted: false,
        nextBeforeId: page.length < rest.length ? (page.at(-1)?.id ?? null) : null,
      };
    },
  };
}
