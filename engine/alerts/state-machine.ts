/** How an alert goes from state to state: one table, and the pure step that reads it. */
import type { AlertRule, AlertState } from '../model/alert.ts';
import type { ReadingKind, StoredAlertState } from '../store/alert-store.ts';

/** What the window gave; `missing`: too little was observed to judge; `absent`: looked, and there is no such figure. */
export type Reading =
  | { readonly outcome: 'value'; readonly value: number; readonly observationCount: number }
  | { readonly outcome: 'missing'; readonly observationCount: number }
  | { readonly outcome: 'absent'; readonly observationCount: number }
  | { readonly outcome: 'broken'; readonly problem: string };

/**
 * `held`: bad for `forMs` without a break. `kept`: good for `keepFiringForMs`. `lost`: not seen for so long that nothing
 * can be claimed any more. `absent`: not seen for the rule's `missingForMs`. `rested`: resolved for long enough to be over.
 */
export type Guard = 'always' | 'held' | 'kept' | 'lost' | 'absent' | 'rested';

export interface TransitionRow {
  readonly from: AlertState;
  readonly on: ReadingKind;
  readonly when: Guard;
  readonly to: AlertState;
}

/** A firing alert whose figure is gone keeps firing this long, at least its window, before it becomes "no data". */
export const lostAfterMs = 10 * 60_000;
/** A resolved alert stays in sight this long. */
export const restMs = 15 * 60_000;

/** The first row whose guard holds is taken; where no row fits, the state stays. Tests are generated from this table. */
export const transitionTable: readonly TransitionRow[] = [
  { from: 'inactive', on: 'bad', when: 'held', to: 'firing' },
  { from: 'inactive', on: 'bad', when: 'always', to: 'pending' },
  { from: 'inactive', on: 'missing', when: 'absent', to: 'noData' },
  { from: 'inactive', on: 'broken', when: 'absent', to: 'error' },
  { from: 'pending', on: 'bad', when: 'held', to: 'firing' },
  { from: 'pending', on: 'between', when: 'always', to: 'inactive' },
  { from: 'pending', on: 'good', when: 'always', to: 'inactive' },
  { from: 'pending', on: 'missing', when: 'absent', to: 'noData' },
  { from: 'pending', on: 'broken', when: 'absent', to: 'error' },
  { from: 'firing', on: 'good', when: 'kept', to: 'resolved' },
  { from: 'firing', on: 'missing', when: 'lost', to: 'noData' },
  { from: 'firing', on: 'broken', when: 'lost', to: 'error' },
  { from: 'resolved', on: 'bad', when: 'held', to: 'firing' },
  { from: 'resolved', on: 'bad', when: 'always', to: 'pending' },
  { from: 'resolved', on: 'between', when: 'rested', to: 'inactive' },
  { from: 'resolved', on: 'good', when: 'rested', to: 'inactive' },
  { from: 'resolved', on: 'missing', when: 'absent', to: 'noData' },
  { from: 'resolved', on: 'broken', when: 'absent', to: 'error' },
  { from: 'noData', on: 'bad', when: 'held', to: 'firing' },
  { from: 'noData', on: 'bad', when: 'always', to: 'pending' },
  { from: 'noData', on: 'between', when: 'always', to: 'inactive' },
  { from: 'noData', on: 'good', when: 'always', to: 'inactive' },
  { from: 'noData', on: 'broken', when: 'absent', to: 'error' },
  { from: 'error', on: 'bad', when: 'held', to: 'firing' },
  { from: 'error', on: 'bad', when: 'always', to: 'pending' },
  { from: 'error', on: 'between', when: 'always', to: 'inactive' },
  { from: 'error', on: 'good', when: 'always', to: 'inactive' },
  { from: 'error', on: 'missing', when: 'absent', to: 'noData' },
];

/** A rule that was never evaluated. */
export function initialState(ruleId: string, nowMs: number): StoredAlertState {
  return {
    ruleId,
    state: 'inactive',
    sinceMs: nowMs,
    kind: 'good',
    kindSinceMs: nowMs,
    seenAtMs: nowMs,
    value: null,
    observationCount: 0,
  };
}

/** Past the threshold is bad, at or past the clear threshold on the other side is good. */
export function kindOf(rule: AlertRule, reading: Reading): ReadingKind {
  if (reading.outcome === 'missing')
    return ({ noData: 'missing', fire: 'bad', resolve: 'good' } as const)[rule.onMissing];
  // What does not exist cannot be too high or too low.
  if (reading.outcome === 'absent') return 'good';
  if (reading.outcome === 'broken') return rule.onBroken === 'fire' ? 'bad' : 'broken';
  const { value } = reading;
  if (rule.comparison === 'above') {
    if (value > rule.threshold) return 'bad';
    return value <= rule.clearThreshold ? 'good' : 'between';
  }
  if (value < rule.threshold) return 'bad';
  return value >= rule.clearThreshold ? 'good' : 'between';
}

/** One evaluation. Equal inputs give equal answers; nothing is remembered outside the status. */
export function step(rule: AlertRule, status: StoredAlertState, reading: Reading, nowMs: number): StoredAlertState {
  const kind = kindOf(rule, reading);
  // A clock that was set back must not make the past longer.
  const kindSinceMs = kind === status.kind ? Math.min(status.kindSinceMs, nowMs) : nowMs;
  const sinceMs = Math.min(status.sinceMs, nowMs);
  const row = transitionTable.find(
    (candidate) =>
      candidate.from === status.state &&
      candidate.on === kind &&
      guardHolds(candidate.when, rule, nowMs - kindSinceMs, nowMs - sinceMs),
  );
  return {
    ruleId: status.ruleId,
    state: row?.to ?? status.state,
    sinceMs: row ? nowMs : sinceMs,
    kind,
    kindSinceMs,
    seenAtMs: nowMs,
    value: reading.outcome === 'value' ? reading.value : null,
    observationCount: reading.outcome === 'broken' ? 0 : reading.observationCount,
  };
}

/** Time in which nobody looked does not count towards any guard. */
export function withoutUnseen(status: StoredAlertState, observingSinceMs: number): StoredAlertState {
  const unseenMs = observingSinceMs - status.seenAtMs;
  if (unseenMs <= 0) return status;
  return { ...status, kindSinceMs: status.kindSinceMs + unseenMs };
}

function guardHolds(guard: Guard, rule: AlertRule, sameKindMs: number, inStateMs: number): boolean {
  switch (guard) {
    case 'always':
      return true;
    case 'held':
      return sameKindMs >= rule.forMs;
    case 'kept':
      return sameKindMs >= rule.keepFiringForMs;
    case 'lost':
      return sameKindMs >= Math.max(lostAfterMs, rule.windowMs);
    case 'absent':
      return sameKindMs >= rule.missingForMs;
    case 'rested':
      return inStateMs >= restMs;
  }
}
