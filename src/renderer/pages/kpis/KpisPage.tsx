/** The KPIs page: filters, tiles by section, charts and lists; everything it shows carries its age and state. */
import { type ReactElement, useDeferredValue, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { filtersFromQuery } from '../../state/filters.ts';
import { useDashboard, useServices } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Breakdowns } from './Breakdowns.tsx';
import { FigureGroup } from './FigureGroup.tsx';
import { FilterBar } from './FilterBar.tsx';
import './kpis.css';
import { KpisHeader } from './KpisHeader.tsx';
import { figureGroups } from './known.ts';

import { useKpiCommands } from './use-kpi-commands.ts';
import { useMarkedTile } from './use-marked-tile.ts';

export function KpisPage({ query }: { readonly query: string }): ReactElement {
  const { preferences } = useServices();
  const filters = filtersFromQuery(query);
  const { view, error } = useDashboard();
  // Tiles first: charts and lists may follow a moment later.
  const laterView = useDeferredValue(view);
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
      {laterView === null ? <div className="breakdowns-place" /> : <Breakdowns view={laterView} />}
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
