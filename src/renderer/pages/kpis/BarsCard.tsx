/** Amounts by bucket, status or month as bars with their numbers beside them, two to a card. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type Format, useFormat } from '../../format/use-format.ts';
import type { DashboardView } from '../../state/dashboard.ts';
import { type BarRow, Bars } from '../../ui/Bars.tsx';
import { findBreakdown, indexesOf, type Reader, readerOf } from './breakdown-reader.ts';
import { SectionBadge } from './SectionBadge.tsx';

type BarsId = 'cash_forecast' | 'ageing' | 'states' | 'forecast_by_month';

interface BarsCardProps {
  readonly view: DashboardView | null;
  readonly ids: readonly [BarsId, BarsId];
  /** Rows to keep a place for until the first answer. */
  readonly rowCounts: readonly [number, number];
}

const colors = ['chart-1', 'chart-2'] as const;
const notes: Partial<Record<BarsId, string>> = { cash_forecast: 'chart.cash_forecastNote', ageing: 'chart.ageingNote' };
/** Buckets in the order of time; the source may give them in any. */
const bucketOrder = [
  'overdue',
  '0-30',
  '0-15',
  '16-30',
  '31-45',
  '31-60',
  '46-60',
  '61-90',
  '90+',
  'later',
  'no date',
  'never sent',
];

export function BarsCard({ view, ids, rowCounts }: BarsCardProps): ReactElement {
  return (
    <section className="card">
      {ids.map((id, index) => (
        <BarsPart key={id} view={view} id={id} rowCount={rowCounts[index] ?? 0} color={colors[index] ?? 'chart-1'} />
      ))}
    </section>
  );
}

interface BarsPartProps {
  readonly view: DashboardView | null;
  readonly id: BarsId;
  readonly rowCount: number;
  readonly color: (typeof colors)[number];
}

function BarsPart({ view, id, rowCount, color }: BarsPartProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const found = findBreakdown(view, id);
  const note = notes[id];
  const rows = found === null ? [] : barRows(readerOf(found.breakdown), format, (bucket) => bucketName(t, bucket));
  return (
    <div className="bars-part" data-testid={`bars-${id}`}>
      <div className="card-head">
        <h2>{t(`chart.${id}`)}</h2>
        {note !== undefined && <span className="sub">{t(note)}</span>}
        {found !== null && (
          <span className="aside">
            <SectionBadge section={found.section} />
          </span>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="empty" style={{ minHeight: rowCount * 25 - 8, margin: 0 }}>
          {t(found === null ? 'chart.missing' : 'chart.empty')}
        </p>
      ) : (
        <Bars rows={rows} color={color} />
      )}
    </div>
  );
}

function bucketName(t: ReturnType<typeof useTranslation>['t'], bucket: string): string {
  const range = /^\d/.test(bucket) ? t('bucket.days', { range: bucket.replace('-', '–') }) : bucket;
  return t(`bucket.${bucket}`, { defaultValue: range });
}

function barRows(reader: Reader, format: Format, bucketOf: (bucket: string) => string): BarRow[] {
  const nameOf = (row: number): string => {
    const month = reader.text(row, 'month');
    if (month !== null) return format.isoMonth(month, { withYear: true });
    const bucket = reader.text(row, 'bucket');
    return bucket === null ? (reader.text(row, 'state') ?? '—') : bucketOf(bucket);
  };
  const rank = (row: number): number => {
    const place = bucketOrder.indexOf(reader.text(row, 'bucket') ?? '');
    return place === -1 ? bucketOrder.length : place;
  };
  const rows = indexesOf(reader);
  const ordered = reader.has('bucket') ? rows.sort((left, right) => rank(left) - rank(right)) : rows;
  return ordered.map((row) => {
    const amount = reader.number(row, 'amount');
    const count = reader.number(row, 'count');
    return {
      id: String(row),
      name: nameOf(row),
      value: Math.max(0, amount ?? 0),
      amount: (
        <>
          {amount === null ? '—' : format.millions(amount)}
          <span className="sub">
            {' MM'}
            {count !== null && ` · ${format.number(count)}`}
          </span>
        </>
      ),
    };
  });
}
