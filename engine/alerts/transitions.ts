/** A change of a rule's state as it is kept: from what to what, on which figures, by which cause. */
import type { AlertRule } from '../model/alert.ts';
import type { NewTransition, StoredAlertState } from '../store/alert-store.ts';
import { evidenceOf, factsOf, type UnitOf } from './evidence.ts';
import type { JudgedRule } from './rule-states.ts';

/** @param cause the title of the alert that is its cause; null when none is known */
export function transitionOf(
  rule: AlertRule,
  { before, after, reading }: JudgedRule,
  cause: string | null,
  unitOf: UnitOf | undefined,
): NewTransition {
  const facts = factsOf(rule, reading);
  return {
    ruleId: rule.id,
    title: rule.title,
    severity: rule.severity,
    from: before.state,
    to: after.state,
    atMs: after.sinceMs,
    value: after.value,
    threshold: rule.threshold,
    evidence: evidenceOf(facts, unitOf),
    facts,
    cause,
    chain: [],
  };
}

/** @param last the rule as it was; undefined when it went before this console began */
export function endOf(state: StoredAlertState, last: AlertRule | undefined, atMs: number): NewTransition {
  const nothing = { outcome: 'missing', observationCount: 0 } as const;
  return {
    ruleId: state.ruleId,
    title: last?.title ?? state.ruleId,
    severity: last?.severity ?? 'info',
    from: state.state,
    to: 'inactive',
    atMs,
    value: state.value,
    threshold: last?.threshold ?? 0,
    evidence: 'The rule was switched off or removed',
    facts: last ? { ...factsOf(last, nothing), outcome: 'ended' } : null,
    cause: null,
    chain: [],
  };
}
