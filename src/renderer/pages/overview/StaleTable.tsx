/** What is stale, and the line from the sign to its cause. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaid } from '../../format/use-said.ts';
import { queryFromFilters } from '../../state/filters.ts';
import { routeHref } from '../../state/route.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { useShownState } from '../../ui/freshness.ts';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { Overview } from './overview-model.ts';

type StaleValue = Overview['stale'][number];

interface StaleTableProps {
  readonly overview: Overview | null;
  readonly isOffline: boolean;
}

export function StaleTable({ overview, isOffline }: StaleTableProps): ReactElement {
  const { t } = useTranslation();
  const describe = (stale: StaleValue): string => {
    const values = Object.values(stale.filters).map(String);
    return `${t(`section.${stale.section}`)} · ${values.length === 0 ? t('overview.allFilters') : values.join(', ')}`;
  };
  const columns: readonly Column<StaleValue>[] = [
    {
      id: 'value',
      header: t('overview.column.value'),
      render: (stale) => (
        <a
          className="value-link"
          href={routeHref('kpis', queryFromFilters(stale.filters))}
          title={t('overview.openValue')}
        >
          {describe(stale)}
        </a>
      ),
      sortValue: describe,
    },
    {
      id: 'state',
      header: t('overview.column.state'),
      isTight: true,
      render: (stale) => <StaleState stale={stale} isOffline={isOffline} />,
      sortValue: (stale) => stale.freshness.state,
    },
    {
      id: 'computed',
      header: t('overview.column.computed'),
      align: 'end',
      render: ({ freshness }) => (freshness.computedAtMs === null ? '—' : <Age atMs={freshness.computedAtMs} />),
      sortValue: ({ freshness }) => (freshness.computedAtMs === null ? null : -freshness.computedAtMs),
    },
    {
      id: 'because',
      header: t('overview.column.because'),
      render: (stale) =>
        stale.causes.length === 0 ? t(`reason.${stale.freshness.reason}`) : <Causes causes={stale.causes} />,
    },
  ];
  const note =
    overview === null ? undefined : t('overview.staleNote', { stale: overview.stale.length, all: overview.valueCount });
  return (
    <Card title={t('overview.stale')} aside={note} testId="stale">
      <Table
        caption={t('overview.stale')}
        columns={columns}
        rows={overview?.stale ?? []}
        rowKey={(stale) => `${stale.section} ${JSON.stringify(stale.filters)}`}
        emptyText={t(emptyText(overview, isOffline))}
        maxHeightPx={420}
      />
    </Card>
  );
}

function emptyText(overview: Overview | null, isOffline: boolean): string {
  if (overview === null) return 'overview.unknown';
  if (overview.valueCount === 0) return 'overview.staleNothing';
  return isOffline ? 'overview.staleNoneThen' : 'overview.staleNone';
}

function StaleState({ stale, isOffline }: { readonly stale: StaleValue; readonly isOffline: boolean }): ReactElement {
  return <State {...useShownState(stale.freshness, isOffline)} />;
}

function Causes({ causes }: { readonly causes: StaleValue['causes'] }): ReactElement {
  const speak = useSaid();
  return (
    <span className="cause">
      {causes.map((cause, index) => (
        <span key={cause.words}>
          {index > 0 && <span aria-hidden="true"> ← </span>}
          <b>{speak(cause.said, cause.words)}</b>
        </span>
      ))}
    </span>
  );
}
