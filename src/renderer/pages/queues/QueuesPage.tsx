/** The Queues & jobs page: every BullMQ queue behind the connections, its jobs, its failures, and what can be done. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { State } from '../../ui/State.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { ActionRuns } from './ActionRuns.tsx';
import { FailuresCard } from './FailuresCard.tsx';
import { JobDrawer } from './JobDrawer.tsx';
import { JobsCard } from './JobsCard.tsx';
import { QueueCard } from './QueueCard.tsx';
import './queues.css';
import { QueuesCard } from './QueuesCard.tsx';
import {
  type ActionRequest,
  askedQueues,
  inOrder,
  type Queue,
  queueKey,
  queueOfKey,
  searchOf,
  sumOf,
} from './queues-model.ts';

export function QueuesPage(): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('queues');
  const { data, error } = useLiveCall(
    'queues.list',
    {},
    { topics: ['queues.sampled', 'queues.discovered'], periodMs: 15_000, keptAs: 'queues' },
  );
  const [request, setRequest] = useState<ActionRequest | null>(null);
  const isOffline = useIsOffline();
  const queues = data === null ? null : inOrder(data.queues);
  const search = searchOf(address);
  const [only] = search.queues;
  const chosen =
    search.queues.length === 1 && only ? (queues?.find(({ id }) => queueKey(id) === queueKey(only)) ?? null) : null;
  const jobQueue = queueOfKey(address.text('jobQueue'));
  const jobId = address.text('job');
  return (
    <div className="queues-page" data-testid="page-queues">
      <header className="top">
        <h1>{t('pages.queues')}</h1>
        {queues !== null && <Sum queues={queues} isOffline={isOffline} />}
      </header>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('queues.readFailed')} testId="queues-failed">
          {error.message} {error.help}
        </Banner>
      )}
      <ActionRuns />
      <QueuesCard
        queues={queues}
        discovery={data?.discovery ?? []}
        chosenKeys={search.queues.map(queueKey)}
        onChoose={(key) => address.set({ queue: key, group: null })}
      />
      {chosen !== null && <QueueCard key={queueKey(chosen.id)} queue={chosen} onAct={setRequest} />}
      <JobsCard
        queues={queues ?? []}
        search={search}
        openKey={jobQueue !== null && jobId !== '' ? `${queueKey(jobQueue)}/${jobId}` : null}
        onSearch={address.set}
        onOpen={(row) => address.set({ jobQueue: queueKey(row.queue), job: row.jobId })}
        onAct={setRequest}
      />
      <FailuresCard
        queues={askedQueues(search, queues ?? [])}
        chosen={search.failureGroup}
        onChoose={(group) => address.set({ group, state: group === null ? null : 'failed' })}
      />
      {jobQueue !== null && jobId !== '' && (
        <JobDrawer
          queue={jobQueue}
          jobId={jobId}
          isWritable={queues?.find(({ id }) => queueKey(id) === queueKey(jobQueue))?.writable ?? false}
          onOpen={(next) => address.set({ jobQueue: queueKey(next.queue), job: next.jobId })}
          onClose={() => address.set({ jobQueue: null, job: null })}
          onAct={setRequest}
        />
      )}
      {request !== null && !isOffline && <ActionDialog request={request} onClose={() => setRequest(null)} />}
    </div>
  );
}

function Sum({ queues, isOffline }: { readonly queues: readonly Queue[]; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { waiting, active, failed, worst } = sumOf(queues);
  const concerned = queues.filter(({ concerns }) => concerns.length > 0).length;
  const word = isOffline
    ? t('state.lastKnown')
    : concerned > 0
      ? t('queues.concerned', { count: concerned })
      : t('state.well');
  return (
    <>
      {worst !== null && (
        <span data-testid="queues-sum">
          <State kind={isOffline ? 'expired' : worst} word={word} />
        </span>
      )}
      <span className="sub num">
        {t('queues.sum', {
          count: queues.length,
          waiting: format.number(waiting),
          active: format.number(active),
          failed: format.number(failed),
        })}
      </span>
    </>
  );
}
