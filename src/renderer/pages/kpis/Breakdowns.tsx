/** Charts and lists of the KPIs page; each names its own state, and one whose data is missing says so in its place. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { DashboardView } from '../../state/dashboard.ts';
import { type BarRow, Bars } from '../../ui/Bars.tsx';
import { Card } from '../../ui/Card.tsx';
import { BarsCard } from './BarsCard.tsx';
import { BreakdownTable } from './BreakdownTable.tsx';
import { type BarShape, barShapeOf } from './bar-shape.ts';
import { type Breakdown, type FoundBreakdown, findBreakdown, indexesOf, readerOf } from './breakdown-reader.ts';
import { ConcentrationCard } from './ConcentrationCard.tsx';
import { breakdownOrder, humanName, inOrder, placedBreakdowns } from './known.ts';
import { MonthlyCard } from './MonthlyCard.tsx';
import { SectionBadge } from './SectionBadge.tsx';

export function Breakdowns({ view }: { readonly view: DashboardView | null }): ReactElement {
  const { t } = useTranslation();
  const unplaced = (view?.sections ?? []).flatMap((section) =>
    Object.keys(section.payload?.breakdowns ?? {}).filter((id) => !placedBreakdowns.has(id)),
  );
  const others = inOrder(unplaced, breakdownOrder);
  return (
    <div className="breakdowns">
      <div className="grid wide-grid">
        <MonthlyCard view={view} />
        <BarsCard view={view} ids={['cash_forecast', 'ageing']} rowCounts={[6, 7]} />
      </div>
      <div className="grid wide-grid">
        <ConcentrationCard view={view} />
        <BarsCard view={view} ids={['states', 'forecast_by_month']} rowCounts={[6, 4]} />
      </div>
      <div className="grid lists">
        <ListCard view={view} id="critical" title={t('list.critical')} note={t('list.criticalNote')} />
        <ListCard view={view} id="overdue" title={t('list.overdue')} note={t('list.overdueNote')} />
        <ListCard view={view} id="managers" title={t('chart.managers')} />
      </div>
      <div className="grid pair-grid">
        {others.map((id) => (
          <ListCard key={id} view={view} id={id} title={t(`breakdown.${id}`, { defaultValue: humanName(id) })} />
        ))}
      </div>
    </div>
  );
}

interface ListCardProps {
  readonly view: DashboardView | null;
  readonly id: string;
  readonly title: string;
  readonly note?: string;
}

function ListCard({ view, id, title, note }: ListCardProps): ReactElement {
  const { t } = useTranslation();
  const found = findBreakdown(view, id);
  return (
    <Card
      title={title}
      {...(note === undefined ? {} : { note })}
      aside={found === null ? null : <ListAside found={found} />}
      testId={`list-${id}`}
    >
      {found === null ? (
        <p className="empty place">{t('chart.missing')}</p>
      ) : (
        <ListBody breakdown={found.breakdown} title={title} />
      )}
    </Card>
  );
}

function ListBody({ breakdown, title }: { readonly breakdown: Breakdown; readonly title: string }): ReactElement {
  const { t } = useTranslation();
  const shape = barShapeOf(breakdown);
  if (shape === null) return <BreakdownTable breakdown={breakdown} title={title} emptyText={t('list.none')} />;
  return <ShapedBars breakdown={breakdown} shape={shape} />;
}

function ShapedBars({ breakdown, shape }: { readonly breakdown: Breakdown; readonly shape: BarShape }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const reader = readerOf(breakdown);
  const units = { amount: 'MM', days: t('units.days'), events: '' } as const;
  const rows = indexesOf(reader).map((row): BarRow => {
    const value = reader.number(row, shape.measure);
    const count = reader.number(row, 'count');
    const text =
      value === null
        ? '—'
        : shape.measure === 'amount'
          ? format.millions(value)
          : format.number(value, shape.measure === 'days' ? 1 : 0);
    return {
      id: String(row),
      name: reader.text(row, shape.name) ?? '—',
      value: Math.max(0, value ?? 0),
      amount: (
        <>
          {text}
          <span className="sub">
            {' '}
            {units[shape.measure]}
            {count !== null && ` · ${format.number(count)}`}
          </span>
        </>
      ),
    };
  });
  return <Bars rows={rows} color="chart-2" />;
}

function ListAside({ found }: { readonly found: FoundBreakdown }): ReactElement {
  const { t } = useTranslation();
  const { rows, totalRowCount } = found.breakdown;
  return (
    <>
      {rows.length < totalRowCount && (
        <span className="num">{t('chart.cut', { shown: rows.length, all: totalRowCount })}</span>
      )}
      <SectionBadge section={found.section} />
    </>
  );
}
