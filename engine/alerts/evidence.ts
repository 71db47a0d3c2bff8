/** What an alert rests on, in words: figure, window, observations, threshold. */
import type { AlertRule } from '../model/alert.ts';
import type { SignalName } from '../model/sample.ts';
import type { Reading } from './state-machine.ts';

/** E.g. "62.3 % on average over 5 min (143 observations), under 80 %". */
export function evidenceOf(rule: AlertRule, reading: Reading): string {
  const window = windowWords(rule.windowMs);
  if (reading.outcome === 'broken') return `The samples of ${rule.signal} could not be read: ${reading.problem}`;
  const observed = `${reading.observationCount} ${reading.observationCount === 1 ? 'observation' : 'observations'}`;
  if (reading.outcome === 'missing') {
    return `${observed} of ${rule.signal} in ${window}; ${rule.minimumCount} are needed`;
  }
  const figure = `${figureWords(rule.signal, reading.value)} ${aggregateWords[rule.aggregate]} ${window} (${observed})`;
  return `${figure}, ${standing(rule, reading.value)}`;
}

const aggregateWords = {
  mean: 'on average over',
  max: 'at most in',
  min: 'at least in',
  sum: 'in all in',
  last: 'last seen in',
} as const;

function standing(rule: AlertRule, value: number): string {
  const [bad, fine] = rule.comparison === 'above' ? ['over', 'not over'] : ['under', 'not under'];
  const past = rule.comparison === 'above' ? value > rule.threshold : value < rule.threshold;
  return `${past ? bad : fine} ${figureWords(rule.signal, rule.threshold)}`;
}

/** The unit is the suffix of the signal's name. */
export function figureWords(signal: SignalName, value: number): string {
  if (signal.endsWith('_ratio')) return `${rounded(value * 100)} %`;
  if (signal.endsWith('_ms')) return value >= 1_000 ? `${rounded(value / 1_000)} s` : `${rounded(value)} ms`;
  if (signal.endsWith('_bytes')) return `${rounded(value / 1_048_576)} MB`;
  return rounded(value);
}

function windowWords(windowMs: number): string {
  return windowMs < 60_000 ? `${rounded(windowMs / 1_000)} s` : `${rounded(windowMs / 60_000)} min`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
