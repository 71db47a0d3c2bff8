/** The Workers page: every worker of either kind with a verdict and what it rests on, and the processes this console keeps. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { State } from '../../ui/State.tsx';
import { CeleryBrokers } from './CeleryBrokers.tsx';
import { CeleryDrawer } from './CeleryDrawer.tsx';
import { SupervisorCard } from './SupervisorCard.tsx';
import { WorkerDetail } from './WorkerDetail.tsx';
import {
  filterOf,
  inOrder,
  matching,
  rowsOfCelery,
  rowsOfForeign,
  rowsOfOwn,
  tally,
  type WorkerRow,
} from './worker-rows.ts';
import './workers.css';
import { WorkersCard } from './WorkersCard.tsx';

export function WorkersPage(): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const own = useLiveCall(
    'workers.list',
    {},
    {
      topics: ['health.sampled', 'workers.changed', 'link.changed'],
      periodMs: 10_000,
      keptAs: 'workers',
    },
  );
  const foreign = useLiveCall(
    'queues.workers',
    {},
    {
      topics: ['queues.discovered'],
      periodMs: 15_000,
      keptAs: 'workers-foreign',
    },
  );
  const celery = useLiveCall(
    'celery.verdicts',
    {},
    { topics: ['celery.changed'], periodMs: 10_000, keptAs: 'workers-celery' },
  );
  const rows =
    own.data === null
      ? null
      : inOrder([
          ...rowsOfOwn(own.data.workers),
          ...rowsOfForeign(foreign.data?.workers ?? []),
          ...(celery.data === null ? [] : rowsOfCelery(celery.data.workers, celery.data.atMs)),
        ]);
  const address = useAddress('workers');
  const chosenId = address.text('worker');
  const chosen = rows?.find(({ id }) => id === chosenId) ?? null;
  const filter = filterOf(address);
  return (
    <div className="workers-page" data-testid="page-workers">
      <header className="top">
        <h1>{t('pages.workers')}</h1>
        {rows !== null && <Sum rows={rows} isOffline={isOffline} />}
      </header>
      {own.error !== null && own.error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('workers.readFailed')} testId="workers-failed">
          {own.error.message} {own.error.help}
        </Banner>
      )}
      <CeleryBrokers />
      <WorkersCard
        rows={rows === null ? null : matching(rows, filter)}
        isFiltered={rows !== null && matching(rows, filter).length < rows.length}
        filter={filter}
        onFilter={(part) => address.set(part, { replace: 'text' in part })}
        onChoose={(worker) => address.set({ worker })}
      />
      {chosen !== null && chosen.celery !== null && (
        <CeleryDrawer worker={chosen.celery} onClose={() => address.set({ worker: null })} />
      )}
      {chosen !== null && chosen.celery === null && (
        <WorkerDetail worker={chosen} onClose={() => address.set({ worker: null })} />
      )}
      <SupervisorCard />
    </div>
  );
}

function Sum({ rows, isOffline }: { readonly rows: readonly WorkerRow[]; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  const { workers, available, active } = tally(rows);
  const wedged = rows.filter(({ verdict }) => verdict === 'wedged').length;
  const kind = isOffline ? 'expired' : available === 0 ? 'failed' : wedged > 0 ? 'stale' : 'fresh';
  const word = isOffline
    ? t('state.lastKnown')
    : wedged > 0
      ? t('workers.wedgedCount', { count: wedged })
      : t('workers.availableCount', { count: available });
  return (
    <>
      <span data-testid="workers-sum">
        <State kind={kind} word={word} />
      </span>
      <span className="sub num">{t('workers.sum', { count: workers, slots: available, active })}</span>
    </>
  );
}
