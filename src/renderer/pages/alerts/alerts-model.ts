/** The Alerts page's types, and how states and values of rules are shown. */
import type { CallOutput } from '../../../shared/contract.ts';
import { formatBytes } from '../../format/numbers.ts';
import type { Format } from '../../format/use-format.ts';
import type { StateKind } from '../../ui/State.tsx';

export type AlertStatus = CallOutput<'alerts.now'>['alerts'][number];
export type AlertState = AlertStatus['state'];
export type Transition = CallOutput<'alerts.history'>['transitions'][number];
export type Signal = AlertStatus['rule']['signal'];

export const alertStates = [
  'inactive',
  'pending',
  'firing',
  'resolved',
  'noData',
  'error',
] as const satisfies AlertState[];

export const stateKinds: Record<AlertState, StateKind> = {
  inactive: 'fresh',
  resolved: 'fresh',
  pending: 'stale',
  firing: 'failed',
  noData: 'unknown',
  error: 'failed',
};

export const severityKinds: Record<AlertStatus['rule']['severity'], StateKind> = {
  info: 'unknown',
  warning: 'stale',
  critical: 'failed',
};

/** The unit is in the signal's name: ratio, ms, bytes, count. */
export function showSignal(format: Format, signal: Signal | null, value: number): string {
  if (signal?.endsWith('_ratio') === true) return `${format.limit(value, 'ratio').text} %`;
  if (signal?.endsWith('_ms') === true)
    return value >= 1_000
      ? `${format.number(value / 1_000, value % 1_000 === 0 ? 0 : 1)} s`
      : `${format.number(value, 1)} ms`;
  if (signal?.endsWith('_bytes') === true) return formatBytes(format.language, value);
  return format.number(value, Number.isInteger(value) ? 0 : 2);
}
