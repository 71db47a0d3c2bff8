/** One worker in full: its evidence line by line, what it runs now, its load, and its orderly replacement. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { State } from '../../ui/State.tsx';
import { verdictKinds, type WorkerRow } from './worker-rows.ts';

interface WorkerDetailProps {
  readonly worker: WorkerRow;
  readonly onClose: () => void;
}

export function WorkerDetail({ worker, onClose }: WorkerDetailProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const recycle = useCommand('workers.recycle');
  const isOurs = worker.kind === 'own' || worker.kind === 'fleet';
  return (
    <Drawer
      title={worker.name}
      contentKey={worker.id}
      testId="worker-detail"
      onClose={onClose}
      note={
        <State
          kind={isOffline ? 'expired' : verdictKinds[worker.verdict]}
          word={t(`workers.verdict.${worker.verdict}`)}
        />
      }
      {...(isOurs
        ? {
            actions: (
              <Button
                isSmall
                data-testid="worker-recycle"
                title={t('workers.recycleMeans')}
                blockedBecause={isOffline ? t('offlineBlocked') : worker.isRetiring ? t('workers.retiring') : null}
                onClick={() => void recycle.run({ workerId: worker.id })}
              >
                {t('workers.recycle')}
              </Button>
            ),
          }
        : {})}
    >
      {recycle.error !== null && (
        <p role="alert">
          <State kind="failed" word={recycle.error} />
        </p>
      )}
      <div className="worker-detail">
        <section>
          <h3>{t('workers.column.evidence')}</h3>
          <ul>
            {worker.evidence.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <section>
          <h3>{t('workers.active')}</h3>
          <ActiveJobs worker={worker} />
        </section>
        <Facts worker={worker} />
      </div>
    </Drawer>
  );
}

function ActiveJobs({ worker }: { readonly worker: WorkerRow }): ReactElement {
  const { t } = useTranslation();
  if (worker.active.length === 0) return <p className="empty">{t('workers.idle')}</p>;
  return (
    <ul>
      {worker.active.map(({ id, name, ageMs }) => (
        <li key={id}>
          {name} <code>{id}</code> <span className="sub num">{formatDuration(ageMs)}</span>
        </li>
      ))}
    </ul>
  );
}

function Facts({ worker }: { readonly worker: WorkerRow }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const number = (value: number | null, digits = 0): ReactNode => (value === null ? '—' : format.number(value, digits));
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('workers.column.processed'), number(worker.processedCount)],
    [t('workers.fact.failed'), number(worker.failedCount)],
    [t('workers.fact.recycled'), number(worker.recycledCount)],
    [t('workers.column.memory'), worker.rssBytes === null ? '—' : formatBytes(format.language, worker.rssBytes)],
    [t('workers.fact.cpu'), worker.cpuRatio === null ? '—' : `${format.number(worker.cpuRatio * 100)} %`],
    [t('workers.fact.loopDelay'), worker.loopDelayMs === null ? '—' : `${format.number(worker.loopDelayMs, 1)} ms`],
    [t('workers.fact.clockSkew'), worker.clockSkewMs === null ? '—' : `${format.number(worker.clockSkewMs)} ms`],
    [t('workers.fact.version'), worker.version ?? '—'],
  ];
  return <FactGrid facts={facts} />;
}
