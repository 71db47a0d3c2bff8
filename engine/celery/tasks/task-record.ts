/** One task's record and what each event makes of it. Pure but for the record it changes. */
import type { CeleryTaskRecord } from '../../model/celery-record.ts';
import type { CeleryTaskState, CeleryTimelineEntry } from '../../model/celery-task.ts';
import type { CeleryEvent } from '../events/decode-event.ts';
import { exceptionText, failureKind } from './failure-kind.ts';
import { isFinal, stateOfEvent, transitions } from './task-states.ts';

/** A record with what only matters while it is in memory. */
export interface LiveTask extends CeleryTaskRecord {
  /** Corrected time of the event that moved the state last. */
  movedAtMs: number;
  /** Our clock. */
  lastHeardMs: number;
  /** The next attempt was heard before the `task-retried` of the one before it. */
  owedRetry: boolean;
  /** Not yet in the history as it is now. */
  dirty: boolean;
  /** The result backend is asked again after this; doubles each time. */
  repairAfterMs: number;
}

/** How much of foreign texts is kept. Celery itself cuts arguments and results at about 1 kB. */
const textCeiling = 512;
const tracebackCeiling = 4_096;
/** Entries of one task's timeline; what comes between the first and the last ones is dropped. */
const timelineCeiling = 40;

export function newTask(brokerId: string, taskId: string, seq: number, heardAtMs: number): LiveTask {
  return {
    brokerId,
    taskId,
    seq,
    name: null,
    state: 'PENDING',
    stateSource: 'event',
    doubt: null,
    worker: null,
    queue: null,
    firstSeenMs: heardAtMs,
    sentAtMs: null,
    receivedAtMs: null,
    startedAtMs: null,
    finishedAtMs: null,
    etaMs: null,
    expiresMs: null,
    runtimeMs: null,
    retries: 0,
    exception: null,
    failureId: null,
    traceback: null,
    args: null,
    kwargs: null,
    result: null,
    rootId: null,
    parentId: null,
    timeline: [],
    movedAtMs: 0,
    lastHeardMs: heardAtMs,
    owedRetry: false,
    dirty: true,
    repairAfterMs: 0,
  };
}

export function liveAgain(record: CeleryTaskRecord, heardAtMs: number): LiveTask {
  const moved = record.finishedAtMs ?? record.startedAtMs ?? record.receivedAtMs ?? record.sentAtMs ?? 0;
  return { ...record, movedAtMs: moved, lastHeardMs: heardAtMs, owedRetry: false, dirty: false, repairAfterMs: 0 };
}

/** @param atMs the event's own time, corrected by its sender's drift. */
export function applyEvent(task: LiveTask, event: CeleryEvent, atMs: number): void {
  const target = stateOfEvent[event.type];
  const moves = target !== undefined && movesTo(task, target, event, atMs);
  task.lastHeardMs = event.heardAtMs;
  task.dirty = true;
  fillIn(task, event);
  if (target !== undefined) setTimes(task, target, atMs, moves);
  if (moves) {
    task.state = target;
    task.stateSource = 'event';
    task.doubt = null;
    task.movedAtMs = atMs;
    task.repairAfterMs = 0;
    if (event.type !== 'task-sent') task.worker = event.node;
    takeOutcome(task, event, target);
  }
  addToTimeline(task, entryOf(event, atMs, target !== undefined && !moves));
}

function movesTo(task: LiveTask, target: CeleryTaskState, event: CeleryEvent, atMs: number): boolean {
  const attempt = numberOf(event.fields['retries']);
  if (target === 'RETRY' && task.owedRetry) {
    task.owedRetry = false;
    return false;
  }
  if (target === 'RECEIVED' && attempt !== null && attempt > task.retries && isRunning(task.state)) {
    // The next attempt is received while this one seems to run: its `task-retried` is still on the way.
    task.owedRetry = task.receivedAtMs !== null;
    return true;
  }
  const transition = transitions[task.state][target];
  // A task nothing was heard of yet takes whatever comes.
  if (task.movedAtMs === 0) return true;
  return transition === 'move' || (transition === 'newer' && atMs >= task.movedAtMs);
}

function isRunning(state: CeleryTaskState): boolean {
  return state === 'STARTED' || state === 'RECEIVED';
}

function fillIn(task: LiveTask, { type, fields }: CeleryEvent): void {
  if (type !== 'task-sent' && type !== 'task-received') return;
  task.name ??= textOf(fields['name'], 300);
  task.args ??= textOf(fields['args'], textCeiling);
  task.kwargs ??= textOf(fields['kwargs'], textCeiling);
  task.queue ??= textOf(fields['queue'], 300);
  task.parentId ??= textOf(fields['parent_id'], 300);
  if (task.rootId === null) {
    const root = textOf(fields['root_id'], 300);
    // The same text is then kept once.
    task.rootId = root === task.taskId ? task.taskId : root;
  }
  task.etaMs = timeOf(fields['eta']) ?? task.etaMs;
  task.expiresMs = timeOf(fields['expires']) ?? task.expiresMs;
  if (type === 'task-received') task.retries = Math.max(task.retries, numberOf(fields['retries']) ?? 0);
}

/** A new attempt begins a new run: what the one before had ended with is in the timeline. */
function setTimes(task: LiveTask, target: CeleryTaskState, atMs: number, moves: boolean): void {
  if (target === 'PENDING') task.sentAtMs ??= atMs;
  else if (target === 'RECEIVED') {
    if (moves || task.receivedAtMs === null) task.receivedAtMs = atMs;
    if (moves) {
      task.startedAtMs = null;
      task.finishedAtMs = null;
    }
  } else if (target === 'STARTED') {
    if (moves || task.startedAtMs === null) task.startedAtMs = atMs;
  } else if (moves) task.finishedAtMs = target === 'RETRY' ? null : atMs;
}

function takeOutcome(task: LiveTask, { fields }: CeleryEvent, target: CeleryTaskState): void {
  if (target === 'SUCCESS') {
    const seconds = numberOf(fields['runtime']);
    task.runtimeMs = seconds === null ? null : seconds * 1_000;
    task.result = textOf(fields['result'], textCeiling);
    task.exception = null;
    task.failureId = null;
    task.traceback = null;
  } else if (target === 'FAILURE' || target === 'RETRY') {
    task.traceback = tracebackOf(fields['traceback']);
    const text = textOf(fields['exception'], textCeiling);
    task.exception = text === null ? null : exceptionText(text, task.traceback).slice(0, textCeiling);
    // A retry is not yet a failure.
    task.failureId = target === 'FAILURE' ? failureKind(text ?? 'Exception()', task.traceback).failureId : null;
  }
}

function entryOf(event: CeleryEvent, atMs: number, late: boolean): CeleryTimelineEntry {
  const { type, node, clock, heardAtMs, fields } = event;
  return {
    type: type.slice(0, 100),
    atMs,
    heardAtMs,
    worker: node,
    clock,
    retries: numberOf(fields['retries']),
    late,
    note: noteOf(event),
  };
}

function noteOf({ type, fields }: CeleryEvent): string | null {
  if (type === 'task-failed' || type === 'task-retried') return textOf(fields['exception'], 200);
  if (type === 'task-rejected') return fields['requeue'] === true ? 'requeued' : 'not requeued';
  if (type !== 'task-revoked') return null;
  if (fields['expired'] === true) return 'expired';
  if (fields['terminated'] !== true) return 'revoked';
  const signal = textOf(fields['signum'], 40) ?? numberOf(fields['signum']);
  return signal === null ? 'terminated' : `terminated by signal ${signal}`;
}

export function addToTimeline(task: CeleryTaskRecord, entry: CeleryTimelineEntry): void {
  if (task.timeline.length >= timelineCeiling) task.timeline.splice(timelineCeiling / 2, 1);
  task.timeline.push(entry);
}

/** State, times and failure as the result backend has them. Answers whether anything changed. */
export function applyResult(
  task: LiveTask,
  found: {
    state: CeleryTaskState;
    doneAtMs: number | null;
    exception: string | null;
    traceback: string | null;
    worker: string | null;
  },
  nowMs: number,
): boolean {
  if (task.state === found.state || isFinal(task.state)) return false;
  // The backend keeps RETRY and STARTED while the task is on its way again; events know better.
  if (!isFinal(found.state) && task.state !== 'PENDING') return false;
  const atMs = found.doneAtMs ?? nowMs;
  task.state = found.state;
  task.stateSource = 'result';
  task.doubt = null;
  task.movedAtMs = atMs;
  task.finishedAtMs = isFinal(found.state) ? atMs : null;
  task.worker ??= found.worker;
  task.dirty = true;
  if (found.state === 'FAILURE') {
    task.exception = found.exception?.slice(0, textCeiling) ?? null;
    task.traceback = tracebackOf(found.traceback);
    task.failureId = failureKind(found.exception ?? 'Exception()', task.traceback).failureId;
  }
  addToTimeline(task, {
    type: 'result',
    atMs,
    heardAtMs: nowMs,
    worker: found.worker ?? task.worker ?? '',
    clock: null,
    retries: null,
    late: false,
    note: found.state,
  });
  return true;
}

function textOf(value: unknown, ceiling: number): string | null {
  if (typeof value !== 'string') return null;
  return value.length > ceiling ? `${whole(value.slice(0, ceiling))}…` : value;
}

/** A slice keeps the whole text it was cut from in memory; this is a copy. */
function whole(slice: string): string {
  return Buffer.from(slice).toString();
}

/** The end of a traceback says more than its beginning. */
function tracebackOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return value.length > tracebackCeiling ? `…${whole(value.slice(-tracebackCeiling))}` : value;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** ISO 8601 with an offset, as Celery writes it. */
function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}
