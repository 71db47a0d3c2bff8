/** What an alert rests on, as figures and in words: figure, window, observations, threshold. */
import type { AlertRule, EvidenceFacts } from '../model/alert.ts';
import type { Unit } from '../model/dashboard.ts';
import type { Reading } from './state-machine.ts';

/** The unit of a KPI; null where the name of a signal tells its own. */
export type UnitOf = (signal: string) => Unit | null;

const noUnit: UnitOf = () => null;

export function factsOf(rule: AlertRule, reading: Reading): EvidenceFacts {
  const { signal, aggregate, windowMs, comparison, threshold, minimumCount } = rule;
  return {
    ...{ signal, aggregate, windowMs, comparison, threshold, minimumCount },
    outcome: reading.outcome,
    value: reading.outcome === 'value' ? reading.value : null,
    observationCount: reading.outcome === 'broken' ? 0 : reading.observationCount,
    problem: reading.outcome === 'broken' ? reading.problem : null,
  };
}

/** E.g. "62.3 % on average over 5 min (143 observations), under 80 %". */
export function evidenceOf(facts: EvidenceFacts, unitOf: UnitOf = noUnit): string {
  const { outcome, signal, observationCount, minimumCount, value } = facts;
  const window = windowWords(facts.windowMs);
  const observed = `${observationCount} ${observationCount === 1 ? 'observation' : 'observations'}`;
  if (outcome === 'ended') return 'The rule was switched off or removed';
  if (outcome === 'broken') return `The samples of ${signal} could not be read: ${facts.problem}`;
  if (outcome === 'absent') return `There is no ${signal} here, so nothing to measure (${observed} in ${window})`;
  if (outcome === 'missing' || value === null) {
    return `${observed} of ${signal} in ${window}; ${minimumCount} are needed`;
  }
  const show = (figure: number): string => figureWords(signal, figure, unitOf(signal));
  return `${show(value)} ${aggregateWords[facts.aggregate]} ${window} (${observed}), ${standing(facts, value)} ${show(facts.threshold)}`;
}

const aggregateWords = {
  mean: 'on average over',
  max: 'at most in',
  min: 'at least in',
  sum: 'in all in',
  last: 'last seen in',
} as const;

function standing(rule: EvidenceFacts, value: number): string {
  const [bad, fine] = rule.comparison === 'above' ? ['over', 'not over'] : ['under', 'not under'];
  const past = rule.comparison === 'above' ? value > rule.threshold : value < rule.threshold;
  return past ? bad : fine;
}

/** The unit is the suffix of the signal's name, or that of the KPI. */
export function figureWords(signal: string, value: number, unit: Unit | null = null): string {
  if (unit !== null) return kpiWords(value, unit);
  if (signal.endsWith('_ratio')) return `${rounded(value * 100)} %`;
  if (signal.endsWith('_ms') && value >= 90_000) return `${rounded(value / 60_000)} min`;
  if (signal.endsWith('_ms')) return value >= 1_000 ? `${rounded(value / 1_000)} s` : `${rounded(value)} ms`;
  if (signal.endsWith('_bytes')) return `${rounded(value / 1_048_576)} MB`;
  return rounded(value);
}

/** Money in millions (MM), as on every screen. */
function kpiWords(value: number, unit: Unit): string {
  switch (unit) {
    case 'days':
      return `${rounded(value)} ${value === 1 ? 'day' : 'days'}`;
    case 'ratio':
      return `${rounded(value * 100)} %`;
    case 'CLP':
      return `${rounded(value / 1_000_000)} MM CLP`;
    case 'score':
      return `${rounded(value)} / 100`;
    case 'count':
      return rounded(value);
  }
}

function windowWords(windowMs: number): string {
  return windowMs < 60_000 ? `${rounded(windowMs / 1_000)} s` : `${rounded(windowMs / 60_000)} min`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
