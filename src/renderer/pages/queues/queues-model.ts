/** The queues and jobs of the page: their types, their states as the console shows them, and how they stand in the address. */
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import type { Address } from '../../state/address.ts';
import type { StateKind } from '../../ui/State.tsx';

export type Queue = CallOutput<'queues.list'>['queues'][number];
export type QueueId = Queue['id'];
export type Discovery = CallOutput<'queues.list'>['discovery'][number];
export type JobRow = CallOutput<'jobs.list'>['rows'][number];
export type JobState = JobRow['state'];
export type JobFilter = NonNullable<CallInput<'jobs.list'>['filter']>;
export type JobDetail = NonNullable<CallOutput<'jobs.get'>['job']>;
export type FailureGroup = CallOutput<'jobs.failures'>['groups'][number];
export type ActionRequest = CallInput<'queueActions.plan'>['request'];
export type ActionPlan = CallOutput<'queueActions.plan'>;
export type ActionRun = CallOutput<'queueActions.get'>;

export const jobStates = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'waiting-children',
  'completed',
  'failed',
] as const satisfies JobState[];

export const jobStateKinds: Record<JobState, StateKind> = {
  waiting: 'unknown',
  prioritized: 'unknown',
  active: 'refreshing',
  delayed: 'stale',
  'waiting-children': 'unknown',
  completed: 'fresh',
  failed: 'failed',
};

export const concernKinds: Record<Queue['concerns'][number]['severity'], StateKind> = {
  failed: 'failed',
  warning: 'stale',
};

/** One text for one queue, for keys and the address; the name may hold any character. */
export function queueKey({ connectionId, prefix, name }: QueueId): string {
  return [connectionId, prefix, name].map(encodeURIComponent).join('/');
}

export function queueOfKey(key: string): QueueId | null {
  const parts = key.split('/').map(decodeURIComponent);
  const [connectionId, prefix, name] = parts;
  if (parts.length !== 3 || !connectionId || !prefix || !name) return null;
  return { connectionId, prefix, name };
}

/** What the queue is called among others: its prefix only where it says something. */
export function queueTitle({ prefix, name }: QueueId): string {
  return prefix === 'bull' ? name : `${prefix}:${name}`;
}

export interface JobSearch {
  /** Empty: all queues. */
  readonly queues: readonly QueueId[];
  readonly states: readonly JobState[];
  readonly text: string;
  readonly by: SearchBy;
  readonly failureGroup: string;
}

export const searchBys = ['name', 'id', 'error', 'data'] as const;
export type SearchBy = (typeof searchBys)[number];

export function searchOf(address: Address): JobSearch {
  const states = address.list('state').flatMap((text) => jobStates.find((state) => state === text) ?? []);
  return {
    queues: address.list('queue').flatMap((key) => queueOfKey(key) ?? []),
    states: states.length === 0 ? ['failed'] : states,
    text: address.text('text'),
    by: searchBys.find((by) => by === address.text('by')) ?? 'name',
    failureGroup: address.text('group'),
  };
}

/** `customer.id = 12` looks for the value at the path, `customer.id` for any job that has it. */
export function filterOf({ text, by, failureGroup }: JobSearch): JobFilter {
  return { ...textFilter(text.trim(), by), ...(failureGroup === '' ? {} : { failureGroup }) };
}

function textFilter(text: string, by: SearchBy): JobFilter {
  if (text === '') return {};
  if (by !== 'data') return { [by]: text };
  const [path = '', ...rest] = text.split('=');
  return { data: { path: path.trim(), ...(rest.length === 0 ? {} : { equals: rest.join('=').trim() }) } };
}

/** The contract's limit. */
const mostQueues = 200;

/** The chosen queues, or those of the connection whose queue stands first: one search is of one connection. */
export function askedQueues({ queues: chosen }: JobSearch, queues: readonly Queue[]): readonly QueueId[] {
  const all = chosen.length > 0 ? chosen : queues.map(({ id }) => id);
  return all.filter(({ connectionId }) => connectionId === all[0]?.connectionId).slice(0, mostQueues);
}

export interface QueueSum {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
  /** Null while nothing is known. */
  readonly worst: StateKind | null;
}

export function sumOf(queues: readonly Queue[]): QueueSum {
  const total = (state: JobState): number => queues.reduce((sum, { counts }) => sum + (counts?.[state] ?? 0), 0);
  const severities = queues.flatMap(({ concerns }) => concerns.map(({ severity }) => severity));
  return {
    waiting: total('waiting') + total('prioritized'),
    active: total('active'),
    failed: total('failed'),
    worst:
      queues.length === 0 ? null : severities.includes('failed') ? 'failed' : severities.length > 0 ? 'stale' : 'fresh',
  };
}

/** Queues that somebody should look at first, then the fullest. */
export function inOrder(queues: readonly Queue[]): Queue[] {
  const weight = ({ concerns }: Queue): number =>
    concerns.some(({ severity }) => severity === 'failed') ? 2 : concerns.length > 0 ? 1 : 0;
  const waiting = ({ counts }: Queue): number => (counts?.waiting ?? 0) + (counts?.prioritized ?? 0);
  return [...queues].sort(
    (left, right) =>
      weight(right) - weight(left) ||
      waiting(right) - waiting(left) ||
      queueTitle(left.id).localeCompare(queueTitle(right.id)),
  );
}

/** Milliseconds as a person reads a latency. */
export function latencyText(ms: number | null, number: (value: number, digits?: number) => string): string {
  if (ms === null) return '—';
  if (ms < 1_000) return `${number(Math.round(ms))} ms`;
  if (ms < 60_000) return `${number(ms / 1_000, 1)} s`;
  return `${number(ms / 60_000, 1)} min`;
}

export function rateText(perS: number | null, number: (value: number, digits?: number) => string): string {
  if (perS === null) return '—';
  return number(perS, perS === 0 || perS >= 10 ? 0 : 1);
}
