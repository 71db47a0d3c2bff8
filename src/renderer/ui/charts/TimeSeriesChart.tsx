/** Lines over time: a gap in the looking is a gap in the line and a shade behind it; a legend that hides; the numbers as a table. */
import { lazy, type ReactElement, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Button } from '../Button.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { type Column, Table } from '../Table.tsx';
import { loadTimeSeriesCanvas } from './load-time-series-canvas.ts';
import './time-series.css';
import { gapSpans, lookOf, type TimeSeries, type TimeSpan } from './time-series.ts';
import { timeWords } from './time-words.ts';

const TimeSeriesCanvas = lazy(loadTimeSeriesCanvas);

interface TimeSeriesChartProps {
  readonly label: string;
  readonly series: readonly TimeSeries[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly formatValue: (value: number) => string;
  readonly heightPx: number;
  /** The ends of the scale, where they are known; else from zero to the largest. */
  readonly scaleMin?: number;
  readonly scaleMax?: number;
  /** A dashed line across, e.g. a threshold. */
  readonly limit?: { readonly value: number; readonly label: string };
  /** Stretches that stand out, e.g. in which an alert fires; `marksLabel` says what they are. */
  readonly marks?: readonly TimeSpan[];
  readonly marksLabel?: string;
  /** Where nobody looked; without it wherever no line has a value. */
  readonly gaps?: readonly (readonly [number, number])[];
  /** What a missing value is called in the table. */
  readonly missingText?: string;
  /** Shown when there is nothing to draw. */
  readonly emptyText?: ReactNode;
  readonly testId?: string;
}

export function TimeSeriesChart(props: TimeSeriesChartProps): ReactElement {
  const { label, series, heightPx, limit, emptyText, testId } = props;
  const { t } = useTranslation();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [isTable, setIsTable] = useState(false);
  const isEmpty = series.every(({ points }) => points.every(({ value }) => value === null));
  const lines = useMemo(() => series.map((each, index) => ({ ...each, look: lookOf(index) })), [series]);
  const shown = useMemo(() => lines.filter(({ id }) => !hidden.has(id)), [lines, hidden]);
  const gaps = useMemo(() => props.gaps ?? gapSpans(series), [props.gaps, series]);
  const toggle = (id: string): void =>
    setHidden((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const table = <PointTable {...props} />;
  return (
    <div className="time-chart" data-testid={testId}>
      <div className="time-legend">
        {lines.map(({ id, label: name, look }) => (
          <button
            key={id}
            type="button"
            aria-pressed={!hidden.has(id)}
            title={t(hidden.has(id) ? 'part.chartShow' : 'part.chartHide', { label: name })}
            onClick={() => toggle(id)}
          >
            <svg viewBox="0 0 18 6" aria-hidden="true">
              <path d="M0 3H18" stroke={`var(--${look.color})`} strokeWidth="2" strokeDasharray={look.dash.join(' ')} />
            </svg>
            {name}
          </button>
        ))}
        {limit !== undefined && (
          <span className="time-limit">
            <svg viewBox="0 0 18 6" aria-hidden="true">
              <path d="M0 3H18" stroke="var(--muted)" strokeDasharray="4 3" />
            </svg>
            {limit.label}
          </span>
        )}
        {props.marksLabel !== undefined && (props.marks?.length ?? 0) > 0 && (
          <span className="time-mark">
            <i aria-hidden="true" />
            {props.marksLabel}
          </span>
        )}
        <span className="space" />
        <Button look="quiet" isSmall aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          {t(isTable ? 'chart.chart' : 'chart.table')}
        </Button>
      </div>
      <div style={{ height: heightPx }}>
        {isTable ? (
          table
        ) : isEmpty ? (
          <p className="empty">{emptyText ?? t('part.chartNothing')}</p>
        ) : (
          <ErrorBoundary renderFallback={() => table}>
            <div className="time-box" role="img" aria-label={t('chart.describe', { title: label })}>
              <Suspense fallback={null}>
                <TimeSeriesCanvas {...props} lines={shown} gaps={gaps} />
              </Suspense>
            </div>
          </ErrorBoundary>
        )}
      </div>
    </div>
  );
}

interface PointRow {
  readonly atMs: number;
  readonly values: ReadonlyMap<string, number | null>;
}

/** Newest first: what is asked of a table is mostly what is so now. */
function PointTable({
  label,
  series,
  fromMs,
  toMs,
  formatValue,
  heightPx,
  missingText,
}: TimeSeriesChartProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const words = timeWords(format, fromMs, toMs);
  const rows = useMemo(() => rowsOf(series), [series]);
  const columns: readonly Column<PointRow>[] = [
    { id: 'at', header: t('part.chartTime'), isTight: true, render: ({ atMs }) => words.point(atMs) },
    ...series.map(
      ({ id, label: name }): Column<PointRow> => ({
        id,
        header: name,
        align: 'end',
        render: ({ values }) => {
          const value = values.get(id) ?? null;
          return value === null ? <span className="sub">{missingText ?? t('part.chartGap')}</span> : formatValue(value);
        },
      }),
    ),
  ];
  return (
    <Table
      caption={label}
      columns={columns}
      rows={rows}
      rowKey={({ atMs }) => String(atMs)}
      emptyText={t('part.chartNothing')}
      maxHeightPx={heightPx}
    />
  );
}

function rowsOf(series: readonly TimeSeries[]): PointRow[] {
  const rows = new Map<number, Map<string, number | null>>();
  for (const { id, points } of series)
    for (const { atMs, value } of points) {
      const row = rows.get(atMs) ?? new Map<string, number | null>();
      rows.set(atMs, row.set(id, value));
    }
  return [...rows].sort(([a], [b]) => b - a).map(([atMs, values]) => ({ atMs, values }));
}
