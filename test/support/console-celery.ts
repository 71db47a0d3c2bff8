/** Made-up tasks, queues and events of Celery for tests of the Tasks page; what is pressed there changes them. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

export type Task = CallOutput<'celery.tasks'>['tasks'][number];
type Detail = CallOutput<'celery.task'>;
type Queue = CallOutput<'celery.queues'>['brokers'][number]['queues'][number];
type Purge = CallOutput<'celery.purges'>['purges'][number];
type Message = CallOutput<'celery.messages'>['messages'][number];

export interface CeleryScript {
  /** Tasks in the history; the task of any position is made when it is asked for. */
  taskCount: number;
  eventsState: CallOutput<'celery.eventsState'>['brokers'];
  queues: Queue[];
  risks: CallOutput<'celery.risks'>['brokers'];
  purges: Purge[];
  /** Controls are refused with this while the lock is on. */
  isLocked: () => boolean;
  /** Every reading fails with this message. */
  failure: string | null;
  /** Answers are held back while this is unsettled. */
  hold: Promise<void> | null;
  controls: CallInput<'celery.control'>[];
  sent: CallInput<'celery.send'>[];
  again: CallInput<'celery.again'>[];
  revealed: string[];
  /** How many pages of tasks were asked for. */
  pageCount: number;
}

const minuteMs = 60_000;
const brokerId = 'broker';

export function celeryScript(nowMs: number, isLocked: () => boolean): CeleryScript {
  return {
    taskCount: 100_000,
    eventsState: [
      eventsState(nowMs, [
        { node: 'celery@batch-7', taskEvents: 'on', heartbeats: 'on', missedStarts: 12 },
        { node: 'celery@batch-8', taskEvents: 'off', heartbeats: 'on', clockSkewMs: -61_000 },
      ]),
    ],
    queues: [
      queue('celery', { waiting: 812, running: 6, reserved: 24, scheduled: 40, unclaimed: 3 }, [
        'celery@batch-7',
        'celery@batch-8',
      ]),
      queue('reports', { waiting: 140, running: 0, reserved: 0, scheduled: 0, unclaimed: 0 }, []),
    ],
    risks: [
      {
        brokerId,
        atMs: nowMs - 4_000,
        problem: null,
        looking: false,
        risks: [
          {
            code: 'queue_without_consumer',
            severity: 'critical',
            subject: 'reports',
            words: '140 tasks wait in reports, and no worker takes from it.',
            values: { count: 140 },
          },
          {
            code: 'eta_past_visibility',
            severity: 'warning',
            subject: 'celery',
            words: '',
            values: { count: 40, farthestMs: 7_200_000, visibilityTimeoutMs: 3_600_000 },
          },
        ],
        unchecked: [{ code: 'prefetch_hoarding', reason: 'not_all_answered', why: 'not every worker answered' }],
      },
    ],
    purges: [],
    isLocked,
    failure: null,
    hold: null,
    controls: [],
    sent: [],
    again: [],
    revealed: [],
    pageCount: 0,
  };
}

type EventsState = CallOutput<'celery.eventsState'>['brokers'][number];

export function eventsState(
  nowMs: number,
  workers: (Partial<EventsState['workers'][number]> & { node: string })[],
): EventsState {
  return {
    brokerId,
    address: 'redis://10.0.0.5:6379/0',
    listening: true,
    sinceMs: nowMs - 3_600_000,
    problem: null,
    eventsPerSecond: workers.length === 0 ? 0 : 412.4,
    eventCount: workers.length === 0 ? 0 : 1_204_511,
    malformedCount: 0,
    lostCount: workers.length === 0 ? 0 : 37,
    losses: workers.length === 0 ? [] : [{ atMs: nowMs - 8 * minuteMs, cause: 'cut', eventCount: 37 }],
    waitingBytes: 0,
    waitingMessages: 0,
    lagMs: 12,
    tasksInMemory: workers.length === 0 ? 0 : 20_000,
    history: {
      taskCount: workers.length === 0 ? 0 : 100_000,
      sizeBytes: 84_000_000,
      ceilingBytes: 512_000_000,
      oldestMs: nowMs - 86_400_000,
      unwrittenCount: 0,
      keptIn: 'file',
      restartCount: 0,
      skippedCount: 0,
    },
    commandsPerMinute: 44,
    workers: workers.map((worker) => ({
      heartbeats: 'on',
      taskEvents: 'on',
      heartbeatAgeMs: 1_200,
      clockSkewMs: 4,
      missedStarts: 0,
      ...worker,
    })),
  };
}

function queue(
  name: string,
  parts: { waiting: number; running: number; reserved: number; scheduled: number; unclaimed: number },
  consumers: string[],
): Queue {
  const { waiting, running, reserved, scheduled, unclaimed } = parts;
  const held = running + reserved + scheduled + unclaimed;
  return {
    brokerId,
    name,
    bindings: [{ exchange: name, routingKey: name }],
    backlog: waiting + held,
    waiting: {
      count: waiting,
      bySteps:
        waiting > 500
          ? [
              { step: 0, count: waiting - 100 },
              { step: 6, count: 100 },
            ]
          : [{ step: 0, count: waiting }],
    },
    held: { count: held, scheduled, reserved, running, unclaimed, oldestMs: held === 0 ? null : 12 * minuteMs },
    consumers,
    oldestWaiting: waiting === 0 ? null : { ageMs: 43_000, basis: 'watched', taskId: null },
  };
}

const names = ['reports.build', 'mail.send_receipt', 'kpis.refresh', 'imports.load_file'] as const;
const states = ['STARTED', 'SUCCESS', 'SUCCESS', 'FAILURE', 'SUCCESS', 'RECEIVED', 'RETRY', 'REVOKED'] as const;

/** Position 1 is the oldest. */
export function taskAt(seq: number, nowMs: number, count: number): Task {
  const state = states[seq % states.length] ?? 'SUCCESS';
  const seenMs = nowMs - (count - seq) * 900;
  const isOver = state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
  return {
    brokerId,
    taskId: `${String(seq).padStart(8, '0')}-6b1f-4c1e-9d0a-3f2b8a7c5d10`,
    seq,
    name: names[seq % names.length] ?? null,
    state,
    stateSource: 'event',
    doubt: seq % 97 === 0 && !isOver ? 'worker_gone' : null,
    worker: `celery@batch-${7 + (seq % 2)}`,
    queue: seq % 3 === 0 ? 'reports' : 'celery',
    firstSeenMs: seenMs,
    sentAtMs: seenMs,
    receivedAtMs: seenMs + 20,
    startedAtMs: state === 'RECEIVED' ? null : seenMs + 400,
    finishedAtMs: isOver ? seenMs + 1_630 : null,
    etaMs: null,
    runtimeMs: state === 'SUCCESS' ? 1_230 : null,
    retries: state === 'RETRY' ? 2 : 0,
    exception: state === 'FAILURE' || state === 'RETRY' ? `ConnectionError('no route to 10.0.0.${seq % 250}')` : null,
    failureId: state === 'FAILURE' ? 'no-route' : null,
    slowerThanP95: state === 'STARTED' && seq % 16 === 0,
    rootId: null,
    parentId: null,
  };
}

function matches(task: Task, query: Required<CallInput<'celery.tasks'>> | CallInput<'celery.tasks'>): boolean {
  const { states: wanted = [], name, worker, queue: of, text = '', failureId, only, fromMs } = query;
  const part = text.toLowerCase();
  return (
    (wanted.length === 0 || wanted.includes(task.state)) &&
    (!name || task.name === name) &&
    (!worker || task.worker === worker) &&
    (!of || task.queue === of) &&
    (!failureId || task.failureId === failureId) &&
    (!fromMs || task.firstSeenMs >= fromMs) &&
    (only !== 'slow' || task.slowerThanP95) &&
    (only !== 'doubtful' || task.doubt !== null) &&
    [task.name, task.exception, task.worker, task.taskId].some((value) => value?.toLowerCase().includes(part) ?? false)
  );
}

/** As the engine does: a page looks at so many tasks at most, and may hold few. */
const lookedAtOnce = 5_000;

function tasksPage(script: CeleryScript, query: CallInput<'celery.tasks'>): CallOutput<'celery.tasks'> {
  const nowMs = Date.now();
  const { cursor = null, limit = 50 } = query;
  const tasks: Task[] = [];
  let seq = Math.min((cursor ?? script.taskCount + 1) - 1, script.taskCount);
  const last = Math.max(0, seq - lookedAtOnce);
  for (; seq > last && tasks.length < limit; seq -= 1) {
    const task = taskAt(seq, nowMs, script.taskCount);
    if (matches(task, query)) tasks.push(task);
  }
  return { atMs: nowMs, tasks, nextCursor: seq > 0 ? seq + 1 : null, historyCount: script.taskCount };
}

function detailOf(script: CeleryScript, taskId: string): Detail {
  const nowMs = Date.now();
  const seq = Number.parseInt(taskId, 10);
  if (!Number.isFinite(seq) || seq > script.taskCount)
    throw new EngineError('CELERY_TASK_NOT_FOUND', `No Celery task ${taskId} is known`);
  const task = taskAt(seq, nowMs, script.taskCount);
  const event = (type: string, atMs: number, change: Partial<Detail['timeline'][number]> = {}) => ({
    ...{ type, atMs, heardAtMs: atMs + 15, worker: task.worker ?? '', clock: 1, retries: 0, late: false, note: null },
    ...change,
  });
  const sibling = (taskNumber: number, parentId: string | null) => ({
    taskId: taskAt(taskNumber, nowMs, script.taskCount).taskId,
    parentId,
    name: names[taskNumber % names.length] ?? null,
    state: taskAt(taskNumber, nowMs, script.taskCount).state,
    startedAtMs: null,
    finishedAtMs: null,
  });
  const seen = task.firstSeenMs;
  return {
    task,
    timeline: [
      event('task-sent', seen, { worker: 'gen4100@web-1' }),
      event('task-received', seen + 20),
      event('task-started', seen + 400),
      ...(task.state === 'RETRY' || task.state === 'FAILURE'
        ? [event('task-retried', seen + 900, { retries: 1, note: task.exception, heardAtMs: seen + 5_900 })]
        : []),
      ...(task.state === 'FAILURE' ? [event('task-failed', seen + 1_630, { note: task.exception })] : []),
    ],
    traceback:
      task.state === 'FAILURE'
        ? 'Traceback (most recent call last):\n  File "tasks.py", line 12, in send\nConnectionError'
        : null,
    expiresMs: null,
    argsKnown: true,
    result: { status: task.state, doneAtMs: null, groupId: 'g-1', childIds: [], chord: { done: 3, size: 5 } },
    tree: [sibling(seq, null), sibling(seq - 1, taskId), sibling(seq - 2, taskId)],
    treeCut: false,
    group: {
      ...{ groupId: 'g-1', size: 5, aroundCount: 100 },
      parts: [sibling(seq, null), sibling(seq - 3, null), sibling(seq - 4, null)],
    },
  };
}

function message(index: number, nowMs: number): Message {
  return {
    deliveryTag: `tag-${index}`,
    problem: null,
    sizeBytes: 812,
    position: index,
    step: 0,
    deliveredAtMs: null,
    taskId: taskAt(index + 1, nowMs, 100).taskId,
    name: names[index % names.length] ?? null,
    priority: 0,
    etaMs: index === 1 ? nowMs + 40 * minuteMs : null,
    expiresMs: null,
    retries: index === 2 ? 1 : 0,
    origin: 'gen4100@web-1',
    groupId: null,
    rootId: null,
    parentId: null,
    periodicName: null,
    softLimitS: null,
    hardLimitS: null,
    contentType: 'application/json',
    compression: null,
  };
}

function taskNames(nowMs: number): CallOutput<'celery.taskNames'>['names'] {
  return names.map((name, index) => ({
    brokerId,
    name,
    succeeded: 24_000 - index,
    failed: 120 * index,
    retried: 12,
    running: 6 - index,
    waiting: 300,
    slowRunning: index === 0 ? 2 : 0,
    p50Ms: 1_230,
    p95Ms: 4_100 + index,
    p99Ms: 9_800,
    sampleCount: 4_096,
    lastSeenMs: nowMs - 900,
  }));
}

export function celeryHandlers(script: CeleryScript): Partial<Handlers> {
  const reading = async (): Promise<void> => {
    await script.hold;
    if (script.failure !== null) throw new EngineError('REDIS_UNREACHABLE', script.failure);
  };
  const changing = (): void => {
    if (script.isLocked()) throw new EngineError('REDIS_READ_ONLY', 'The connection "broker" is only observed');
  };
  return { ...readers(script, reading), ...changers(script, changing) };
}

function readers(script: CeleryScript, reading: () => Promise<void>): Partial<Handlers> {
  return {
    async 'celery.tasks'(query) {
      await reading();
      script.pageCount += 1;
      return tasksPage(script, query);
    },
    async 'celery.task'({ taskId }) {
      await reading();
      return detailOf(script, taskId);
    },
    async 'celery.taskNames'() {
      await reading();
      const nowMs = Date.now();
      return { sinceMs: nowMs - 3_600_000, names: script.taskCount === 0 ? [] : taskNames(nowMs) };
    },
    async 'celery.failures'() {
      await reading();
      const nowMs = Date.now();
      return {
        failures: [
          {
            failureId: 'no-route',
            brokerId,
            exceptionType: 'ConnectionError',
            message: 'no route to …',
            count: 12_500,
            firstSeenMs: nowMs - 86_000_000,
            lastSeenMs: nowMs - 4_000,
            taskNames: ['imports.load_file'],
            lastTaskId: taskAt(99_995, nowMs, script.taskCount).taskId,
          },
        ],
      };
    },
    async 'celery.eventsState'() {
      await reading();
      return { brokers: script.eventsState };
    },
    async 'celery.queues'() {
      await reading();
      return {
        brokers: script.eventsState.map((state) => ({
          brokerId: state.brokerId,
          atMs: Date.now() - 1_500,
          problem: null,
          looking: false,
          queues: script.queues,
          discoveryComplete: true,
          unacked: { count: 73, lookedAt: 73, malformedCount: 0 },
        })),
      };
    },
    async 'celery.risks'() {
      await reading();
      return { brokers: script.risks };
    },
    'celery.messages': async ({ part, cursor }) => {
      const nowMs = Date.now();
      const from = Number(cursor ?? 0);
      const messages = Array.from({ length: 25 }, (_, index) => message(from + index, nowMs));
      return {
        atMs: nowMs,
        messages: part === 'held' ? messages.map((each) => ({ ...each, deliveredAtMs: nowMs - minuteMs })) : messages,
        nextCursor: from >= 50 ? null : String(from + 25),
      };
    },
    'celery.where': async ({ taskIds }) => ({
      tasks: taskIds.map((taskId) => ({
        taskId,
        node: 'celery@batch-7',
        state: 'active' as const,
        name: null,
        silentCount: 1,
      })),
    }),
    'celery.purges': async () => ({ purges: script.purges }),
  };
}

function changers(script: CeleryScript, changing: () => void): Partial<Handlers> {
  return {
    async 'celery.task.reveal'({ taskId }) {
      script.revealed.push(taskId);
      return { args: "(42, 'receipt')", kwargs: "{'token': '***'}", result: null };
    },
    async 'celery.message.reveal'({ deliveryTag }) {
      script.revealed.push(deliveryTag);
      return { args: '[42, "receipt"]', kwargs: '{"token": "***"}', hasSequel: true };
    },
    async 'celery.control'(input) {
      changing();
      script.controls.push(input);
      const nodes = input.nodes.length === 0 ? ['celery@batch-7', 'celery@batch-8'] : input.nodes;
      return {
        listeners: nodes.length,
        answers: nodes.map((node, index) =>
          index === 0
            ? { node, outcome: 'ok' as const, words: 'done' }
            : { node, outcome: 'no_reply' as const, words: '' },
        ),
      };
    },
    async 'celery.send'(input) {
      changing();
      script.sent.push(input);
      return { taskId: taskAt(1, Date.now(), 1).taskId, queue: input.queue, consumers: [] };
    },
    async 'celery.again'(input) {
      changing();
      script.again.push(input);
      return { taskId: taskAt(2, Date.now(), 2).taskId, queue: 'celery', consumers: null };
    },
    async 'celery.purge'({ queue: name }) {
      changing();
      const totalCount = script.queues.find((each) => each.name === name)?.waiting.count ?? 0;
      const run: Purge = {
        ...{ runId: `purge-${script.purges.length}`, brokerId, queue: name, totalCount, state: 'running' },
        removedCount: Math.floor(totalCount / 2),
        startedAtMs: Date.now(),
        endedAtMs: null,
        error: null,
      };
      script.purges = [run, ...script.purges];
      return run;
    },
    async 'celery.purge.cancel'({ runId }) {
      script.purges = script.purges.map((each) =>
        each.runId === runId ? { ...each, state: 'cancelled', endedAtMs: Date.now() } : each,
      );
      const found = script.purges.find((each) => each.runId === runId);
      if (!found) throw new EngineError('CELERY_MESSAGE_NOT_FOUND', `No purge ${runId}`);
      return found;
    },
  };
}
