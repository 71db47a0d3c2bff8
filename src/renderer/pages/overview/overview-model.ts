/** The Overview's types and how its states and figures are shown. */
import type { CallOutput } from '../../../shared/contract.ts';
import type { Format } from '../../format/use-format.ts';
import type { StateKind } from '../../ui/State.tsx';

export type Overview = CallOutput<'overview.get'>;
export type OverviewFigure = Overview['figures'][number];
export type ChainNode = Overview['chain'][number];
export type HealthState = Overview['state'];

export const healthKinds: Record<HealthState, StateKind> = {
  well: 'fresh',
  warning: 'stale',
  failed: 'failed',
  unknown: 'unknown',
};

export interface Shown {
  readonly text: string;
  readonly unit: string;
}

/** A headline figure's value in the unit that people read: percent, milliseconds or seconds, a count. */
export function showFigure(format: Format, value: number, unit: OverviewFigure['unit']): Shown {
  switch (unit) {
    case 'ratio':
      return { text: format.number(value * 100, 1), unit: '%' };
    case 'ms':
      if (value >= 1_000) return { text: format.number(value / 1_000, value % 1_000 === 0 ? 0 : 1), unit: 's' };
      return { text: format.number(value, value < 10 ? 1 : 0), unit: 'ms' };
    case 'count':
      return { text: format.number(value, Number.isInteger(value) ? 0 : 1), unit: '' };
  }
}

export function showThreshold(format: Format, { threshold, unit }: OverviewFigure): Shown {
  return unit === 'ratio' ? format.limit(threshold, 'ratio') : showFigure(format, threshold, unit);
}

export function asWords({ text, unit }: Shown): string {
  return unit === '' ? text : `${text} ${unit}`;
}

/** How long nothing was seen at the end or in the middle of a line: its longest run without a value. */
export function longestGapMs(points: OverviewFigure['series']['points']): number {
  let longest = 0;
  let fromMs: number | null = null;
  for (const point of points) {
    if (point.value === null) fromMs ??= point.atMs;
    else fromMs = null;
    if (fromMs !== null) longest = Math.max(longest, point.atMs - fromMs);
  }
  return longest;
}

/** A series on its own time axis, 0 to 1: what was not observed before its first point or after its last is a gap. */
export function onTimeAxis({ fromMs, toMs, points }: OverviewFigure['series']): {
  values: (number | null)[];
  positions: number[];
} {
  const ends = [
    { atMs: fromMs, value: null },
    ...points,
    ...(toMs - (points.at(-1)?.atMs ?? fromMs) > unseenMs ? [{ atMs: toMs, value: null }] : []),
  ];
  const [, first] = ends;
  const drawn = first && first.atMs - fromMs <= unseenMs ? ends.slice(1) : ends;
  const spanMs = Math.max(1, toMs - fromMs);
  return {
    values: drawn.map(({ value }) => value),
    positions: drawn.map(({ atMs }) => Math.min(1, Math.max(0, (atMs - fromMs) / spanMs))),
  };
}

/** A little over two points of an hour's line. */
const unseenMs = 75_000;
