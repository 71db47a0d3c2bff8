/** The KPIs page: filters, tiles by section, charts and lists; everything it shows carries its age and state. */
import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { filtersFromQuery } from '../../state/filters.ts';
import { useDashboard, useServices } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import { FigureGroup } from './FigureGroup.tsx';
import { FilterBar } from './FilterBar.tsx';
import './kpis.css';
import { KpisHeader } from './KpisHeader.tsx';
import { figureGroups } from './known.ts';

import { useKpiCommands } from './use-kpi-commands.ts';
import { useMarkedTile } from './use-marked-tile.ts';

/** Below the first screen, so its code may come after the first numbers. */
const Breakdowns = lazy(async () => ({ default: (await import('./Breakdowns.tsx')).Breakdowns }));

export function KpisPage({ query }: { readonly query: string }): ReactElement {
  const { dashboard, preferences } = useServices();
  const filters = filtersFromQuery(query);
  // Before the first look at the store, so that no frame shows another filter set's numbers.
  dashboard.setFilters(filters);
  const { view, error } = useDashboard();
  const markedId = useMarkedTile();
  useKpiCommands();
  useEffect(() => preferences.setState({ kpisQuery: query }), [preferences, query]);
  return (
    <div data-testid="page-kpis">
      <KpisHeader />
      {error !== null && view !== null && error.code !== 'CALL_DISCONNECTED' && <ReadError error={error} />}
      <FilterBar filters={filters} />
      {view === null && error !== null && error.code !== 'CALL_DISCONNECTED' && <ReadError error={error} />}
      {figureGroups.map((group) => (
        <FigureGroup key={group.title} group={group} view={view} markedId={markedId} />
      ))}
      <ErrorBoundary renderFallback={(problem) => <ReadError error={{ message: problem.message, help: '' }} />}>
        <Suspense fallback={<div className="breakdowns-place" />}>
          <Breakdowns view={view} />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}

function ReadError({ error }: { readonly error: { readonly message: string; readonly help: string } }): ReactElement {
  const { t } = useTranslation();
  return (
    <Banner kind="failed" word={t('kpis.readFailed')} testId="banner-read-failed">
      {t('kpis.readFailedText', { message: error.message, help: error.help })}
    </Banner>
  );
}
