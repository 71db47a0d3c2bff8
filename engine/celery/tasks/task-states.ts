/** How an event moves a task's state: a table over both, from which its test is generated. */
import type { CeleryTaskState } from '../../model/celery-task.ts';

/**
 * `move`: the state becomes the event's. `fill`: the event came late, only what is missing is taken from it.
 * `newer`: moves when the event is not older than the one that moved the state last, else fills.
 */
export type Transition = 'move' | 'fill' | 'newer';

/** Source: the event types of celery.events.state; other types never move a state. */
export const stateOfEvent: Readonly<Record<string, CeleryTaskState>> = {
  'task-sent': 'PENDING',
  'task-received': 'RECEIVED',
  'task-started': 'STARTED',
  'task-retried': 'RETRY',
  'task-succeeded': 'SUCCESS',
  'task-failed': 'FAILURE',
  'task-revoked': 'REVOKED',
  'task-rejected': 'REJECTED',
};

/**
 * Row: the state now; column: the state of the event. Celery's own rule (source: celery.states.PRECEDENCE) is that a weaker
 * state never overwrites a stronger one unless either is RETRY; senders are not in order, so around RETRY time decides,
 * and a `task-sent` of the next attempt, which comes before the `task-retried` of this one, never hides it. Unlike Celery's
 * rule a rejection ends a started task, which would else run for ever on the screen, and a requeued one may be taken again.
 */
export const transitions: Readonly<Record<CeleryTaskState, Readonly<Record<CeleryTaskState, Transition>>>> = {
  PENDING: row('move', 'move', 'move', 'newer', 'move', 'move', 'move', 'move'),
  RECEIVED: row('fill', 'move', 'move', 'newer', 'move', 'move', 'move', 'newer'),
  STARTED: row('fill', 'fill', 'move', 'newer', 'move', 'move', 'move', 'newer'),
  RETRY: row('fill', 'newer', 'newer', 'newer', 'newer', 'newer', 'newer', 'newer'),
  SUCCESS: row('fill', 'fill', 'fill', 'newer', 'move', 'fill', 'fill', 'fill'),
  FAILURE: row('fill', 'fill', 'fill', 'newer', 'move', 'move', 'fill', 'fill'),
  REVOKED: row('fill', 'fill', 'fill', 'newer', 'move', 'move', 'move', 'fill'),
  REJECTED: row('fill', 'newer', 'newer', 'newer', 'move', 'move', 'move', 'move'),
};

function row(
  PENDING: Transition,
  RECEIVED: Transition,
  STARTED: Transition,
  RETRY: Transition,
  SUCCESS: Transition,
  FAILURE: Transition,
  REVOKED: Transition,
  REJECTED: Transition,
): Record<CeleryTaskState, Transition> {
  return { PENDING, RECEIVED, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, REJECTED };
}

/** Nothing more is to come, unless it is redelivered. */
export function isFinal(state: CeleryTaskState): boolean {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED' || state === 'REJECTED';
}
