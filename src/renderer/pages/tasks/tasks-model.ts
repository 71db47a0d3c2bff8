/** Celery's tasks as the page has them: types, states as colours, what stands in the address, and a list that grows by pages. */
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import type { Address } from '../../state/address.ts';
import type { StateKind } from '../../ui/State.tsx';

export type TaskPage = CallOutput<'celery.tasks'>;
export type Task = TaskPage['tasks'][number];
export type TaskState = Task['state'];
export type TaskDetail = CallOutput<'celery.task'>;
export type TaskName = CallOutput<'celery.taskNames'>['names'][number];
export type Failure = CallOutput<'celery.failures'>['failures'][number];
export type EventsState = CallOutput<'celery.eventsState'>['brokers'][number];
export type Signals = EventsState['workers'][number];
export type BrokerQueues = CallOutput<'celery.queues'>['brokers'][number];
export type Queue = BrokerQueues['queues'][number];
export type Message = CallOutput<'celery.messages'>['messages'][number];
export type BrokerRisks = CallOutput<'celery.risks'>['brokers'][number];
export type Risk = BrokerRisks['risks'][number];
export type Purge = CallOutput<'celery.purges'>['purges'][number];
type TaskQuery = CallInput<'celery.tasks'>;

export const tabs = ['tasks', 'queues', 'names', 'failures', 'events'] as const;

export const taskStates = [
  'PENDING',
  'RECEIVED',
  'STARTED',
  'RETRY',
  'SUCCESS',
  'FAILURE',
  'REVOKED',
  'REJECTED',
] as const satisfies TaskState[];

const stateKinds: Record<TaskState, StateKind> = {
  PENDING: 'unknown',
  RECEIVED: 'unknown',
  STARTED: 'refreshing',
  RETRY: 'stale',
  SUCCESS: 'fresh',
  FAILURE: 'failed',
  REVOKED: 'expired',
  REJECTED: 'expired',
};

/** What may no longer be true is shown as unknown, whatever the state says. */
export function kindOf({ state, doubt }: { state: TaskState; doubt?: Task['doubt'] }): StateKind {
  return (doubt ?? null) === null ? stateKinds[state] : 'unknown';
}

export const isFinished = (state: TaskState): boolean =>
  state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED' || state === 'REJECTED';

const minuteMs = 60_000;
export const spans = { '15m': 15 * minuteMs, '1h': 60 * minuteMs, '24h': 1_440 * minuteMs, '7d': 10_080 * minuteMs };
export type Span = keyof typeof spans | 'all';
export const spanNames = ['15m', '1h', '24h', '7d', 'all'] as const satisfies Span[];
export const onlys = ['all', 'slow', 'doubtful'] as const;
export type Only = (typeof onlys)[number];

export interface TaskSearch {
  readonly broker: string;
  readonly states: readonly TaskState[];
  readonly name: string;
  readonly worker: string;
  readonly queue: string;
  readonly text: string;
  readonly failure: string;
  readonly root: string;
  readonly only: Only;
  readonly span: Span;
}

export function searchOf(address: Address): TaskSearch {
  return {
    broker: address.text('broker'),
    states: address.list('state').flatMap((text) => taskStates.find((state) => state === text) ?? []),
    name: address.text('name'),
    worker: address.text('worker'),
    queue: address.text('queue'),
    text: address.text('text'),
    failure: address.text('failure'),
    root: address.text('root'),
    only: onlys.find((only) => only === address.text('only')) ?? 'all',
    span: spanNames.find((span) => span === address.text('span')) ?? 'all',
  };
}

export const noSearch = {
  broker: null,
  state: null,
  name: null,
  worker: null,
  queue: null,
  text: null,
  failure: null,
  root: null,
  only: null,
  span: null,
} as const;

export function isSearching(search: TaskSearch): boolean {
  const { states, only, span, ...texts } = search;
  return states.length > 0 || only !== 'all' || span !== 'all' || Object.values(texts).some((text) => text !== '');
}

export function queryOf(search: TaskSearch, nowMs: number): TaskQuery {
  const { broker, states, name, worker, queue, text, failure, root, only, span } = search;
  const orNull = (value: string): string | null => (value === '' ? null : value);
  return {
    brokerId: orNull(broker),
    states: [...states],
    name: orNull(name),
    worker: orNull(worker),
    queue: orNull(queue),
    text,
    failureId: orNull(failure),
    rootId: orNull(root),
    only: only === 'all' ? null : only,
    fromMs: span === 'all' ? null : nowMs - spans[span],
  };
}

/** Newest first, without a gap from the first row down to `nextCursor`; null there is the end of the history. */
export interface TaskList {
  readonly rows: readonly Task[];
  readonly nextCursor: number | null;
}

export const emptyList: TaskList = { rows: [], nextCursor: Number.POSITIVE_INFINITY };

/**
 * The list with an answer in the place that it covers: everything before `upperSeq` down to its own end. Rows there
 * that the answer no longer has are gone. Where newer tasks would leave a gap to the old rows, the old rows go.
 */
export function merged(list: TaskList, page: Pick<TaskPage, 'tasks' | 'nextCursor'>, upperSeq: number): TaskList {
  const lowerSeq = page.nextCursor ?? 0;
  const newest = list.rows[0]?.seq ?? -1;
  if (upperSeq === Number.POSITIVE_INFINITY && lowerSeq > newest + 1)
    return { rows: page.tasks, nextCursor: page.nextCursor };
  const above = list.rows.filter(({ seq }) => seq >= upperSeq);
  const below = list.rows.filter(({ seq }) => seq < lowerSeq);
  const reached = Math.min(list.nextCursor ?? 0, lowerSeq);
  return { rows: [...above, ...page.tasks, ...below], nextCursor: reached === 0 ? null : reached };
}

/** Milliseconds as a person reads a runtime. */
export function runtimeText(ms: number | null, number: (value: number, digits?: number) => string): string {
  if (ms === null) return '—';
  if (ms < 1_000) return `${number(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${number(ms / 1_000, ms < 10_000 ? 2 : 1)} s`;
  return `${number(ms / 60_000, 1)} min`;
}

export const queueParts = ['waiting', 'running', 'reserved', 'scheduled', 'unclaimed'] as const;
export type QueuePart = (typeof queueParts)[number];

export function partsOf({ waiting, held }: Queue): Record<QueuePart, number> {
  const { running, reserved, scheduled } = held;
  // As long as not every worker has answered, what nobody was found to hold may be held all the same.
  const unclaimed = held.unclaimed ?? Math.max(0, held.count - running - reserved - scheduled);
  return { waiting: waiting.count, running, reserved, scheduled, unclaimed };
}

/** Queues that nobody takes from first, then the fullest. */
export function queuesInOrder(queues: readonly Queue[]): Queue[] {
  const alone = ({ consumers, backlog }: Queue): number => (consumers?.length === 0 && backlog > 0 ? 1 : 0);
  return [...queues].sort(
    (left, right) => alone(right) - alone(left) || right.backlog - left.backlog || left.name.localeCompare(right.name),
  );
}

/** Workers that say nothing of their tasks, by broker: what they do is invisible until that is turned on. */
export function silentWorkers(brokers: readonly EventsState[]): { brokerId: string; nodes: string[] }[] {
  return brokers.flatMap(({ brokerId, workers }) => {
    const nodes = workers.filter(({ taskEvents }) => taskEvents === 'off').map(({ node }) => node);
    return nodes.length === 0 ? [] : [{ brokerId, nodes }];
  });
}

/** Nobody ever said anything on any broker. */
export function isUnheard(brokers: readonly EventsState[], queues: readonly BrokerQueues[] | null): boolean {
  return (
    brokers.every(({ workers, history, tasksInMemory }) => workers.length + history.taskCount + tasksInMemory === 0) &&
    (queues ?? []).every((each) => each.queues.length === 0)
  );
}
