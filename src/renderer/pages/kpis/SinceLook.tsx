/** What changed, KPI by KPI, since this person last had it on screen; each leads to its history and notes. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FigureView } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import type { DashboardView } from '../../state/dashboard.ts';
import { type Filters, queryFromFilters } from '../../state/filters.ts';
import { routeHref } from '../../state/route.ts';
import { useNow } from '../../state/services.ts';
import { Floating } from '../../ui/Floating.tsx';
import { humanName } from './known.ts';
import { type Look, useLooks, useLookTelling } from './use-looks.ts';

interface SinceLookProps {
  readonly view: DashboardView;
  readonly filters: Filters;
}

interface Changed {
  readonly look: Look;
  readonly figure: FigureView;
}

export function SinceLook({ view, filters }: SinceLookProps): ReactElement | null {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const looks = useLooks(filters);
  const figures = new Map(view.sections.flatMap(({ payload }) => Object.entries(payload?.figures ?? {})));
  useLookTelling(filters, figures.size);
  if (looks.length === 0) return null;
  const changed = looks.flatMap((look): Changed[] => {
    const figure = figures.get(look.kpiId);
    return figure && figure.value !== look.value ? [{ look, figure }] : [];
  });
  return (
    <Floating
      buttonClass="button"
      buttonContent={<span className="num">{t('kpis.sinceLook', { count: changed.length })}</span>}
      panelLabel={t('kpis.sinceLookTitle')}
      testId="since-look"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
    >
      {changed.length === 0 ? (
        <p className="sub">{t('kpis.sinceLookNone', { count: looks.length })}</p>
      ) : (
        <ul className="since-look" aria-label={t('kpis.sinceLookTitle')}>
          {changed.map((each) => (
            <ChangedLine key={each.look.kpiId} {...each} view={queryFromFilters(filters)} />
          ))}
        </ul>
      )}
    </Floating>
  );
}

function ChangedLine({ look, figure, view }: Changed & { readonly view: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const textOf = (value: number | null): string => {
    if (value === null) return t('state.noData');
    const { text, unit } = format.quantity(value, figure.unit);
    return unit === '' ? text : `${text} ${unit}`;
  };
  const seen = useNow((nowMs) => format.age(look.seenAtMs, nowMs));
  const query = new URLSearchParams({ kpi: look.kpiId, ...(view === '' ? {} : { view }) });
  return (
    <li>
      <a href={routeHref('review', query.toString())}>
        {t(`kpi.${look.kpiId}.label`, { defaultValue: humanName(look.kpiId) })}
      </a>
      <span className="num">
        {textOf(look.value)} → <b>{textOf(figure.value)}</b>
      </span>
      <span className="sub num">{t('kpis.sinceLookSeen', { age: seen })}</span>
    </li>
  );
}
