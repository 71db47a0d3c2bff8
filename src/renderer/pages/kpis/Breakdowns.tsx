/** Charts and lists of the KPIs page; each names its own state, and one whose data is missing says so in its place. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DashboardView } from '../../state/dashboard.ts';
import { Card } from '../../ui/Card.tsx';
import { BarsCard } from './BarsCard.tsx';
import { BreakdownTable } from './BreakdownTable.tsx';
import { type FoundBreakdown, findBreakdown } from './breakdown-reader.ts';
import { ConcentrationCard } from './ConcentrationCard.tsx';
import { humanName, placedBreakdowns } from './known.ts';
import { MonthlyCard } from './MonthlyCard.tsx';
import { SectionBadge } from './SectionBadge.tsx';

export function Breakdowns({ view }: { readonly view: DashboardView | null }): ReactElement {
  const { t } = useTranslation();
  const others = (view?.sections ?? []).flatMap((section) =>
    Object.keys(section.payload?.breakdowns ?? {}).filter((id) => !placedBreakdowns.has(id)),
  );
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
        <BreakdownTable breakdown={found.breakdown} title={title} emptyText={t('list.none')} />
      )}
    </Card>
  );
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
