/** Horizontal bars with their numbers in words beside them: a chart and its own table at once. */
import type { CSSProperties, ReactElement, ReactNode } from 'react';

export interface BarRow {
  readonly id: string;
  readonly name: ReactNode;
  /** Not negative. */
  readonly value: number;
  readonly amount: ReactNode;
}

interface BarsProps {
  readonly rows: readonly BarRow[];
  readonly color?: 'chart-1' | 'chart-2' | 'chart-3' | 'chart-4';
  /** The full width; the largest value when absent. */
  readonly scaleMax?: number;
  /** A tick over every bar, in the values' unit. */
  readonly mark?: number;
}

type BarStyle = CSSProperties & { '--bar': string };

export function Bars({ rows, color = 'chart-1', scaleMax, mark }: BarsProps): ReactElement {
  const full = scaleMax ?? Math.max(0, ...rows.map((row) => row.value));
  const percent = (value: number): string => `${full > 0 ? Math.min(100, (value / full) * 100) : 0}%`;
  const style: BarStyle = { '--bar': `var(--${color})` };
  return (
    <ul className="bars" style={style}>
      {rows.map((row) => (
        <li key={row.id}>
          <span className="name">{row.name}</span>
          <span className="track" aria-hidden="true">
            <i style={{ width: percent(row.value) }} />
            {mark !== undefined && <u style={{ left: percent(mark) }} />}
          </span>
          <span className="amount">{row.amount}</span>
        </li>
      ))}
    </ul>
  );
}

/** A value against its target; 1 is the full width. */
export function TargetBar({
  ratio,
  targetRatio,
}: {
  readonly ratio: number;
  readonly targetRatio: number;
}): ReactElement {
  const percent = (value: number): string => `${Math.max(0, Math.min(1, value)) * 100}%`;
  return (
    <div className="target-bar" aria-hidden="true">
      <i style={{ width: percent(ratio) }} />
      <u style={{ left: `min(${percent(targetRatio)}, calc(100% - 2px))` }} />
    </div>
  );
}
