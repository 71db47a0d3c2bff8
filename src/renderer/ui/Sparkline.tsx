/** A small line: a gap in the data is drawn as a gap, a threshold or target as a dashed line. */
import type { ReactElement } from 'react';

interface SparklineProps {
  /** Oldest first; null is a gap. */
  readonly values: readonly (number | null)[];
  /** Where each value stands from left (0) to right (1); evenly spread without it. */
  readonly positions?: readonly number[];
  readonly heightPx: number;
  /** A dashed line at this value, e.g. a threshold or a target. */
  readonly limit?: number | null;
  readonly limitTone?: 'failed' | 'muted';
  readonly tone?: 'plain' | 'failed';
  /** Includes zero in the scale. */
  readonly fromZero?: boolean;
  /** Includes this in the scale, e.g. the whole of a share. */
  readonly upTo?: number | null;
  /** False where a null is an ordinary month without a value rather than a time when nobody looked. */
  readonly shadesGaps?: boolean;
  readonly label: string;
}

const width = 220;

export function Sparkline(props: SparklineProps): ReactElement {
  const { values, heightPx, limitTone = 'failed', tone = 'plain', fromZero = false, upTo = null } = props;
  const { shadesGaps = true, label } = props;
  const known = values.filter((value): value is number => value !== null);
  const limit = isInSight([...known, upTo ?? 0], props.limit ?? null) ? (props.limit ?? null) : null;
  const scale = [
    ...known,
    ...(limit === null ? [] : [limit]),
    ...(fromZero ? [0] : []),
    ...(upTo === null ? [] : [upTo]),
  ];
  const low = Math.min(...scale);
  const span = Math.max(...scale) - low || 1;
  const evenly = (index: number): number => (values.length < 2 ? 0.5 : index / (values.length - 1));
  const xOf = (index: number): number => (props.positions?.[index] ?? evenly(index)) * width;
  const yOf = (value: number): number => heightPx - 3 - ((value - low) / span) * (heightPx - 6);
  return (
    <svg
      width="100%"
      height={heightPx}
      viewBox={`0 0 ${width} ${heightPx}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {(shadesGaps ? gapsOf(values) : []).map(([from, to]) => (
        <rect
          key={from}
          x={xOf(from)}
          width={Math.max(2, xOf(to) - xOf(from))}
          y={0}
          height={heightPx}
          fill="var(--unknown)"
          // What was never watched is no hole in what was: it is there, but does not catch the eye.
          opacity={values[from] === null ? 0.05 : 0.14}
        />
      ))}
      {limit !== null && (
        <path
          d={`M0 ${yOf(limit)}H${width}`}
          stroke={`var(--${limitTone})`}
          strokeDasharray="3 3"
          vectorEffect="non-scaling-stroke"
        />
      )}
      <path
        d={lineOf(values, xOf, yOf)}
        fill="none"
        stroke={tone === 'failed' ? 'var(--failed)' : 'var(--chart-1)'}
        strokeWidth={1.6}
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** A limit far above the line would flatten it into nothing; then the words beside it say enough. */
export function isInSight(known: readonly number[], limit: number | null): boolean {
  if (limit === null || known.length === 0) return false;
  return limit <= 5 * Math.max(...known.map(Math.abs)) || known.every((value) => value === 0);
}

/** A path that is lifted at every gap; a lone point becomes a dot. */
export function lineOf(
  values: readonly (number | null)[],
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): string {
  const parts: string[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const point = `${xOf(index).toFixed(1)} ${yOf(value).toFixed(1)}`;
    const startsHere = index === 0 || values[index - 1] === null;
    const endsHere = index === values.length - 1 || values[index + 1] === null;
    parts.push(`${startsHere ? 'M' : 'L'}${point}`);
    if (startsHere && endsHere) parts.push('h0.01');
  });
  return parts.join('');
}

/** Runs of nulls as index pairs, each reaching to the known points beside it. */
export function gapsOf(values: readonly (number | null)[]): [number, number][] {
  const gaps: [number, number][] = [];
  let from: number | null = null;
  values.forEach((value, index) => {
    if (value === null) from ??= Math.max(0, index - 1);
    else if (from !== null) {
      gaps.push([from, index]);
      from = null;
    }
  });
  if (from !== null && from < values.length - 1) gaps.push([from, values.length - 1]);
  return gaps;
}
