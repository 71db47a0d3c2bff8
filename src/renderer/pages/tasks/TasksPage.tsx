/** The Celery tasks page: tasks live and past, queues with their whole backlog, runtimes, failures, and what is heard of it all. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { ControlDialog, type ControlRequest } from '../../ui/celery/ControlDialog.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { EventsCard } from './EventsCard.tsx';
import { FailuresCard } from './FailuresCard.tsx';
import { NamesCard } from './NamesCard.tsx';
import { NoCelery } from './NoCelery.tsx';
import { PurgesList } from './PurgesList.tsx';
import { QueueDrawer } from './QueueDrawer.tsx';
import { QueuesCard } from './QueuesCard.tsx';
import { RisksCard } from './RisksCard.tsx';
import { TaskDrawer } from './TaskDrawer.tsx';
import { TasksCard, taskKey } from './TasksCard.tsx';
import './tasks.css';
import {
  type BrokerRisks,
  type EventsState,
  isUnheard,
  noSearch,
  searchOf,
  silentWorkers,
  type TaskName,
  tabs,
} from './tasks-model.ts';

export function TasksPage(): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('tasks');
  const [request, setRequest] = useState<ControlRequest | null>(null);
  const sight = useSight();
  const { events, names, queues, risks } = sight;
  const tab = tabs.find((each) => each === address.text('tab')) ?? 'tasks';
  const brokers = events.data?.brokers ?? null;
  const queueBrokers = queues.data?.brokers ?? null;
  const allQueues = queueBrokers?.flatMap((broker) => broker.queues) ?? [];
  const taskId = address.text('task');
  const openBroker = address.text('of');
  const queueName = address.text('open');
  const showTasks = (part: Readonly<Record<string, string | null>>): void =>
    address.set({ ...noSearch, tab: null, task: null, open: null, of: null, ...part });
  const openTask = (id: string, of: string): void => address.set({ task: id, of, open: null });
  const hasManyBrokers = (brokers?.length ?? 0) > 1;
  const search = searchOf(address);
  return (
    <div className="tasks-page" data-testid="page-tasks">
      <header className="top">
        <h1>{t('pages.tasks')}</h1>
        {brokers !== null && <Sum brokers={brokers} names={names.data?.names ?? []} />}
      </header>
      {events.error !== null && events.error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('celery.readFailed')} testId="celery-failed">
          {events.error.message} {events.error.help}
        </Banner>
      )}
      <Silent brokers={brokers ?? []} onControl={setRequest} />
      <Critical risks={risks.data?.brokers ?? []} onShow={() => address.set({ tab: 'queues' })} />
      <PurgesList />
      {brokers !== null && isUnheard(brokers, queueBrokers) ? (
        <NoCelery brokers={brokers} />
      ) : (
        <>
          <SegmentedFilter
            label={t('celery.tabs')}
            options={tabs.map((id) => ({ id, title: t(`celery.tab.${id}`) }))}
            value={tab}
            onChange={(id) => address.set({ tab: id === 'tasks' ? null : id })}
            testId="celery-tabs"
          />
          {tab === 'tasks' && (
            <TasksCard
              search={search}
              options={{
                brokers: brokers?.map(({ brokerId }) => brokerId) ?? [],
                names: names.data?.names ?? [],
                workers: [...new Set(brokers?.flatMap(({ workers }) => workers.map(({ node }) => node)) ?? [])],
                queues: [...new Set(allQueues.map(({ name }) => name))],
              }}
              openKey={taskId === '' ? null : taskKey({ brokerId: openBroker, taskId })}
              onSearch={address.set}
              onOpen={(task) => openTask(task.taskId, task.brokerId)}
            />
          )}
          {tab === 'queues' && (
            <>
              <QueuesCard
                brokers={queueBrokers}
                onOpen={(queue) => address.set({ open: queue.name, of: queue.brokerId, task: null })}
              />
              <RisksCard brokers={risks.data?.brokers ?? null} />
            </>
          )}
          {tab === 'names' && <NamesCard names={names} hasManyBrokers={hasManyBrokers} onSearch={showTasks} />}
          {tab === 'failures' && (
            <FailuresCard
              onChoose={({ failureId }) => showTasks({ failure: failureId })}
              onOpen={({ lastTaskId, brokerId }) => openTask(lastTaskId, brokerId)}
            />
          )}
          {tab === 'events' &&
            brokers?.map((broker) => <EventsCard key={broker.brokerId} broker={broker} onControl={setRequest} />)}
        </>
      )}
      {taskId !== '' && (
        <TaskDrawer
          brokerId={openBroker}
          taskId={taskId}
          onOpen={(id) => address.set({ task: id })}
          onSearch={showTasks}
          onClose={() => address.set({ task: null, of: null })}
        />
      )}
      {taskId === '' && queueName !== '' && (
        <QueueDrawer
          name={queueName}
          queue={allQueues.find(({ name, brokerId }) => name === queueName && brokerId === openBroker) ?? null}
          isKnown={queueBrokers?.some(({ atMs }) => atMs !== null) ?? false}
          taskNames={[...new Set((names.data?.names ?? []).map(({ name }) => name))]}
          onOpenTask={(id) => openTask(id, openBroker)}
          onClose={() => address.set({ open: null, of: null })}
        />
      )}
      {request !== null && <ControlDialog request={request} onClose={() => setRequest(null)} />}
    </div>
  );
}

/** What the page rests on; the last answers are kept for when nothing can be reached. */
function useSight() {
  return {
    events: useLiveCall(
      'celery.eventsState',
      {},
      { topics: ['celery.changed'], periodMs: 5_000, keptAs: 'celery-events' },
    ),
    names: useLiveCall('celery.taskNames', {}, { topics: [], periodMs: 3_000, keptAs: 'celery-names' }),
    queues: useLiveCall(
      'celery.queues',
      {},
      { topics: ['celery.inspected'], periodMs: 5_000, keptAs: 'celery-queues' },
    ),
    risks: useLiveCall('celery.risks', {}, { topics: ['celery.inspected'], periodMs: 30_000, keptAs: 'celery-risks' }),
  };
}

interface SumProps {
  readonly brokers: readonly EventsState[];
  readonly names: readonly TaskName[];
}

function Sum({ brokers, names }: SumProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const lost = add(brokers.map(({ lostCount }) => lostCount));
  const slow = add(names.map(({ slowRunning }) => slowRunning));
  const isDeaf = brokers.some(({ listening }) => !listening);
  const rate = add(brokers.map(({ eventsPerSecond }) => eventsPerSecond));
  const [kind, word] = isOffline
    ? (['expired', t('state.lastKnown')] as const)
    : isDeaf
      ? (['failed', t('celery.notListening')] as const)
      : slow > 0
        ? (['stale', t('celery.slowCount', { count: slow })] as const)
        : (['fresh', t('celery.listening')] as const);
  return (
    <>
      <span data-testid="celery-sum">
        <State kind={kind} word={word} />
      </span>
      <span className="sub num">
        {t('celery.sum', {
          running: format.number(add(names.map(({ running }) => running))),
          waiting: format.number(add(names.map(({ waiting }) => waiting))),
          rate: format.number(rate, rate < 10 ? 1 : 0),
          lost: format.number(lost),
        })}
      </span>
    </>
  );
}

interface SilentProps {
  readonly brokers: readonly EventsState[];
  readonly onControl: (request: ControlRequest) => void;
}

/** Stock workers send no task events: said where nobody can think that nothing happens. */
function Silent({ brokers, onControl }: SilentProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  return (
    <>
      {silentWorkers(brokers).map(({ brokerId, nodes }) => (
        <Banner
          key={brokerId}
          kind="unknown"
          word={t('celery.silent', { count: nodes.length })}
          testId="celery-silent"
          action={
            <Button
              isSmall
              blockedBecause={isOffline ? t('offlineBlocked') : null}
              data-testid="celery-enable-events"
              onClick={() => onControl({ brokerId, nodes, action: { kind: 'enable_events' } })}
            >
              {t('celery.act.enable_events')}
            </Button>
          }
        >
          {t('celery.silentMeans', { nodes: nodes.slice(0, 4).join(', ') + (nodes.length > 4 ? ' …' : '') })}
        </Banner>
      ))}
    </>
  );
}

interface CriticalProps {
  readonly risks: readonly BrokerRisks[];
  readonly onShow: () => void;
}

function Critical({ risks, onShow }: CriticalProps): ReactElement | null {
  const { t } = useTranslation();
  const critical = risks.flatMap((broker) => broker.risks.filter(({ severity }) => severity === 'critical'));
  if (critical.length === 0) return null;
  return (
    <Banner
      kind="failed"
      word={t('celery.criticalRisks', { count: critical.length })}
      testId="celery-critical"
      action={
        <Button isSmall onClick={onShow} data-testid="celery-show-risks">
          {t('celery.showRisks')}
        </Button>
      }
    >
      {[...new Set(critical.map(({ code }) => t(`celery.risk.${code}.title`)))].join(' · ')}
    </Banner>
  );
}
