/** One Celery worker in full: its verdict, what it answered when it was asked, and everything that can be told to it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveCall } from '../../state/calls.ts';
import { connectionOfBroker } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { ControlDialog } from '../../ui/celery/ControlDialog.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { State } from '../../ui/State.tsx';
import { CeleryFacts } from './CeleryFacts.tsx';
import { CeleryHeld } from './CeleryHeld.tsx';
import { CeleryQueuesPart } from './CeleryQueuesPart.tsx';
import { CeleryRegistered } from './CeleryRegistered.tsx';
import { CelerySettings } from './CelerySettings.tsx';
import { CelerySignals } from './CelerySignals.tsx';
import { CeleryThroughput } from './CeleryThroughput.tsx';
import { ControlFormDialog } from './ControlFormDialog.tsx';
import type { ControlForm, Wanted } from './control-form.ts';
import { useCeleryWords } from './evidence-words.ts';
import { type CeleryAnswers, type CeleryWorker, verdictKinds } from './worker-rows.ts';

interface CeleryDrawerProps {
  readonly worker: CeleryWorker;
  readonly onClose: () => void;
}

export function CeleryDrawer({ worker, onClose }: CeleryDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { brokerId, node, verdict } = worker;
  const wordsOf = useCeleryWords();
  const { data, error } = useLiveCall(
    'celery.worker',
    { brokerId, node },
    { topics: ['celery.inspected'], periodMs: 5_000 },
  );
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const close = (): void => setWanted(null);
  return (
    <Drawer
      title={node}
      contentKey={`${brokerId}/${node}`}
      testId="celery-worker"
      onClose={onClose}
      note={
        <>
          <State kind={isOffline ? 'expired' : verdictKinds[verdict]} word={t(`workers.verdict.${verdict}`)} />
          {worker.flags.map((flag) => (
            <span key={flag} className="tag">
              {t(`workers.flag.${flag}`)}
            </span>
          ))}
          <span className="mono">{brokerId}</span>
        </>
      }
      actions={<Actions worker={worker} answers={data} onWant={setWanted} />}
    >
      {data?.isObserved === true && (
        <Banner
          kind="stale"
          word={t('workers.node.onlyObserved')}
          testId="celery-worker-observed"
          action={<OperateLock connectionId={connectionOfBroker(brokerId)} />}
        >
          {t('workers.node.observed')}
        </Banner>
      )}
      {data !== null && !data.isObserved && data.problem !== null && (
        <Banner kind="failed" word={t('workers.node.cannotAsk')} testId="celery-worker-problem">
          {data.problem}
        </Banner>
      )}
      {data === null && error !== null && (
        <Banner kind="failed" word={error.message} testId="celery-worker-failed">
          {error.help}
        </Banner>
      )}
      <section>
        <h3>{t('workers.column.evidence')}</h3>
        <ul className="plain-list" data-testid="celery-evidence">
          {wordsOf(worker).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <CeleryThroughput brokerId={brokerId} node={node} />
      <CeleryFacts worker={worker} stats={data?.stats ?? null} />
      <CelerySignals worker={worker} onWant={setWanted} />
      <CeleryQueuesPart worker={worker} queues={data?.queues ?? null} onWant={setWanted} />
      {(['active', 'reserved', 'scheduled'] as const).map((part) => (
        <CeleryHeld key={part} part={part} worker={worker} held={data?.[part] ?? null} onWant={setWanted} />
      ))}
      <CeleryRegistered answers={data} onWant={setWanted} />
      <CelerySettings answers={data} />
      {wanted !== null && 'action' in wanted && (
        <ControlDialog request={{ brokerId, nodes: [node], action: wanted.action }} onClose={close} />
      )}
      {wanted !== null && 'form' in wanted && (
        <ControlFormDialog brokerId={brokerId} node={node} form={wanted.form} onClose={close} />
      )}
    </Drawer>
  );
}

interface ActionsProps {
  readonly worker: CeleryWorker;
  readonly answers: CeleryAnswers | null;
  readonly onWant: (wanted: Wanted) => void;
}

function Actions({ worker, answers, onWant }: ActionsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : worker.verdict === 'gone' ? t('workers.node.isGone') : null;
  const pool = answers?.stats.value?.pool ?? null;
  const isAutoscaled = pool !== null && pool.autoscale !== null;
  const fixedSize =
    pool === null
      ? null
      : isAutoscaled
        ? t('workers.node.autoscaled')
        : pool.kind === 'prefork'
          ? null
          : t('workers.node.poolFixed', { kind: pool.kind });
  const notAutoscaled = pool !== null && !isAutoscaled ? t('workers.node.notAutoscaled') : null;
  const { min = 1, max = 1 } = pool?.autoscale ?? {};
  const size = pool?.size ?? null;
  const forms: readonly (readonly [
    ControlForm & { kind: 'pool_grow' | 'pool_shrink' | 'autoscale' | 'add_consumer' },
    string | null,
  ])[] = [
    [{ kind: 'pool_grow', size }, fixedSize],
    [{ kind: 'pool_shrink', size }, fixedSize ?? (size === 1 ? t('workers.node.lastProcess') : null)],
    [{ kind: 'autoscale', min, max }, notAutoscaled],
    [{ kind: 'add_consumer' }, null],
  ];
  return (
    <>
      {forms.map(([form, why]) => (
        <Button
          key={form.kind}
          isSmall
          blockedBecause={blocked ?? why}
          data-testid={`control-${form.kind}`}
          onClick={() => onWant({ form })}
        >
          {t(`celery.act.${form.kind}`)}
        </Button>
      ))}
      <Button
        isSmall
        blockedBecause={blocked}
        data-testid="control-shutdown"
        onClick={() => onWant({ action: { kind: 'shutdown' } })}
      >
        {t('celery.act.shutdown')}
      </Button>
    </>
  );
}
