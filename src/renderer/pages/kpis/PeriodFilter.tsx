/** The period of issue: a quick period in days, or from one date to another. */
import { lazy, type ReactElement, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { type Filters, valuesOf, withFilter } from '../../state/filters.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import { Floating } from '../../ui/Floating.tsx';

/** The calendar is large and seldom opened. */
const DateRange = lazy(async () => ({ default: (await import('./DateRange.tsx')).DateRange }));

const quickDays = [30, 90, 180, 365] as const;

interface PeriodFilterProps {
  readonly filters: Filters;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onApply: (filters: Filters) => void;
}

export function PeriodFilter({ filters, isOpen, onOpenChange, onApply }: PeriodFilterProps): ReactElement {
  const { t } = useTranslation();
  const [from = null] = valuesOf(filters, 'fecha_inicio');
  const [until = null] = valuesOf(filters, 'fecha_fin');
  const [days = null] = valuesOf(filters, 'periodo_rapido');
  const isSet = from !== null || until !== null || days !== null;
  const setQuick = (value: number | null): void => {
    const undated = withFilter(withFilter(filters, 'fecha_inicio', []), 'fecha_fin', []);
    onApply(withFilter(undated, 'periodo_rapido', value === null ? [] : [String(value)]));
  };
  const setRange = (start: string | null, end: string | null): void => {
    const withStart = withFilter(
      withFilter(filters, 'periodo_rapido', []),
      'fecha_inicio',
      start === null ? [] : [start],
    );
    onApply(withFilter(withStart, 'fecha_fin', end === null ? [] : [end]));
  };
  return (
    <Floating
      buttonClass={isSet ? 'chip is-set' : 'chip'}
      buttonContent={
        <>
          {t('filter.period')} <b>{usePeriodText(from, until, days)}</b>
        </>
      }
      panelLabel={t('filter.period')}
      testId="filter-period"
      isOpen={isOpen}
      onOpenChange={onOpenChange}
    >
      <div className="quick" role="group" aria-label={t('filter.quick')}>
        {quickDays.map((each) => (
          <Button
            key={each}
            isSmall
            aria-pressed={days === String(each)}
            data-testid={`quick-${each}`}
            onClick={() => setQuick(days === String(each) ? null : each)}
          >
            {t('units.perDays', { count: each })}
          </Button>
        ))}
        {isSet && (
          <Button look="quiet" isSmall onClick={() => setQuick(null)}>
            {t('filter.clearOne')}
          </Button>
        )}
      </div>
      <ErrorBoundary renderFallback={() => <p className="empty">{t('app.loadFailed')}</p>}>
        <Suspense fallback={<div className="calendar-place" />}>
          <DateRange from={from} until={until} onChange={setRange} />
        </Suspense>
      </ErrorBoundary>
    </Floating>
  );
}

function usePeriodText(from: string | null, until: string | null, days: string | null): string {
  const { t } = useTranslation();
  const format = useFormat();
  if (days !== null) return t('filter.lastDays', { count: Number(days) });
  if (from !== null && until !== null) return `${format.isoDate(from)} – ${format.isoDate(until)}`;
  if (from !== null) return t('filter.since', { date: format.isoDate(from) });
  if (until !== null) return t('filter.until', { date: format.isoDate(until) });
  return t('filter.all');
}
