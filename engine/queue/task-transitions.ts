/** What can become of a task: the table of its states, from which the tests of real tasks are made. */
import type { TaskState } from '../model/task.ts';

/**
 * `begun`: a worker starts it. `failed`: with tries left. `given-up`: failed for good. `interrupted`: its worker is lost
 * or has to stop, and it goes back to the queue.
 */
export const taskEvents = [
  'begun',
  'progressed',
  'succeeded',
  'failed',
  'given-up',
  'interrupted',
  'cancelled',
] as const;
export type TaskEvent = (typeof taskEvents)[number];

type Row = Readonly<Record<TaskEvent, TaskState | null>>;

/** Of a waiting task only two things can be told. */
const waiting: Row = {
  begun: 'STARTED',
  progressed: null,
  succeeded: null,
  failed: null,
  'given-up': null,
  interrupted: null,
  cancelled: 'REVOKED',
};
const running: Row = {
  begun: null,
  progressed: 'PROGRESS',
  succeeded: 'SUCCESS',
  failed: 'RETRY',
  'given-up': 'FAILURE',
  interrupted: 'RETRY',
  cancelled: 'REVOKED',
};
const ended: Row = {
  begun: null,
  progressed: null,
  succeeded: null,
  failed: null,
  'given-up': null,
  interrupted: null,
  cancelled: null,
};

/** Null: it does not happen. Cancelling what has ended is no error and changes nothing. */
export const taskTransitions: Readonly<Record<TaskState, Row>> = {
  PENDING: waiting,
  RETRY: waiting,
  STARTED: running,
  PROGRESS: running,
  SUCCESS: { ...ended, cancelled: 'SUCCESS' },
  FAILURE: { ...ended, cancelled: 'FAILURE' },
  // A job that does not listen may still come to its end; the work then is done, whatever was asked.
  REVOKED: { ...ended, succeeded: 'SUCCESS', cancelled: 'REVOKED' },
};

/** False where a state that was read later must be older, e.g. from a replica that lags behind. */
export function mayFollow(from: TaskState, to: TaskState): boolean {
  const seen = new Set<TaskState>([from]);
  for (const state of seen) for (const event of taskEvents) addNext(seen, taskTransitions[state][event]);
  return seen.has(to);
}

function addNext(seen: Set<TaskState>, next: TaskState | null): void {
  if (next !== null) seen.add(next);
}
