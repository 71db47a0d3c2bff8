/** The Storage page: the local database's size and whereabouts, its backups, and the way back to one of them. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { BackupDialog, type BackupQuestion } from './BackupDialog.tsx';
import { BackupsCard } from './BackupsCard.tsx';
import { SetAsideCard } from './SetAsideCard.tsx';
import type { Storage } from './storage-model.ts';
import './storage.css';

export function StoragePage(): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, error, reload } = useLiveCall('storage.get', {}, { topics: [], periodMs: 15_000, keptAs: 'storage' });
  const backUp = useCommand('storage.backup');
  const unstage = useCommand('storage.restore.cancel');
  const [question, setQuestion] = useState<BackupQuestion | null>(null);
  const [made, setMade] = useState<string | null>(null);
  const makeBackup = async (): Promise<void> => {
    const { output } = await backUp.run({});
    setMade(output?.name ?? null);
    reload();
  };
  const offline = isOffline ? t('offlineBlocked') : null;
  return (
    <div className="storage-page" data-testid="page-storage">
      <header className="top">
        <h1>{t('pages.storage')}</h1>
        <span className="space" />
        <Button
          look="primary"
          data-testid="back-up"
          blockedBecause={offline ?? (backUp.isRunning ? t('part.running') : null)}
          onClick={() => void makeBackup()}
        >
          {backUp.isRunning ? t('part.running') : t('storage.backUp')}
        </Button>
      </header>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('storage.readFailed')} testId="storage-failed">
          {error.message} {error.help}
        </Banner>
      )}
      {[backUp.error, unstage.error].map(
        (text) =>
          text !== null && (
            <p role="alert" key={text}>
              <State kind="failed" word={text} />
            </p>
          ),
      )}
      <p role="status" className="made">
        {made !== null && <State kind="fresh" word={t('storage.made', { name: made })} />}
      </p>
      {data?.staged && (
        <Staged staged={data.staged} blockedBecause={offline} onCancel={() => void unstage.run({}).then(reload)} />
      )}
      <DatabaseCard storage={data} isOffline={isOffline} />
      <BackupsCard storage={data} blockedBecause={offline} onAsk={setQuestion} />
      <SetAsideCard storage={data} />
      {question !== null && !isOffline && (
        <BackupDialog
          question={question}
          onClose={() => setQuestion(null)}
          onDone={() => {
            reload();
            setQuestion(null);
          }}
        />
      )}
    </div>
  );
}

interface DatabaseCardProps {
  readonly storage: Storage | null;
  readonly isOffline: boolean;
}

function DatabaseCard({ storage, isOffline }: DatabaseCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const aside =
    storage &&
    (isOffline ? (
      <State kind="unknown" word={t('state.lastKnown')} />
    ) : (
      <State kind={storage.medium === 'file' ? 'fresh' : 'failed'} word={t(`storage.medium.${storage.medium}`)} />
    ));
  return (
    <Card title={t('storage.database')} note={t('storage.databaseNote')} aside={aside} testId="storage-database">
      {storage === null && <p className="empty">{t('storage.loading')}</p>}
      {storage?.medium === 'memory' && <p className="why">{t('storage.memoryWhy')}</p>}
      {storage !== null && (
        <dl className="whereabouts">
          <div>
            <dt>{t('storage.file')}</dt>
            <dd className="mono path">{storage.file}</dd>
          </div>
          <div>
            <dt>{t('storage.size')}</dt>
            <dd>{formatBytes(format.language, storage.sizeBytes)}</dd>
          </div>
          <div>
            <dt>{t('storage.used')}</dt>
            <dd>
              {t('storage.usedOf', {
                percent: `${format.number(storage.usedRatio * 100, 1)} %`,
                ceiling: formatBytes(format.language, storage.ceilingBytes),
              })}
              <span className="sub"> {t('storage.usedNote')}</span>
            </dd>
          </div>
          <CeleryHistory history={storage.celeryHistory} isOffline={isOffline} />
        </dl>
      )}
    </Card>
  );
}

/** Its own file: a burst of Celery's events must hold nobody up. Offline its state is no news. */
function CeleryHistory({
  history: { file, keptIn, sizeBytes, ceilingBytes },
  isOffline,
}: {
  readonly history: Storage['celeryHistory'];
  readonly isOffline: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [size, ceiling] = [sizeBytes, ceilingBytes].map((bytes) => formatBytes(format.language, bytes));
  return (
    <div data-testid="storage-celery-history">
      <dt>{t('storage.celeryHistory')}</dt>
      <dd>
        <span className="mono path">{file}</span>
        <span className="sub"> {t('storage.celeryHistorySize', { size, ceiling })}</span>
        {keptIn !== 'file' && !isOffline && <State kind="stale" word={t(`celery.keptIn.${keptIn}`)} />}
      </dd>
    </div>
  );
}

interface StagedProps {
  readonly staged: NonNullable<Storage['staged']>;
  readonly blockedBecause: string | null;
  readonly onCancel: () => void;
}

function Staged({ staged, blockedBecause, onCancel }: StagedProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Banner kind="stale" word={t('storage.stagedWord')} testId="storage-staged">
      {t('storage.staged')} {formatBytes(format.language, staged.sizeBytes)}, <Age atMs={staged.stagedAtMs} />{' '}
      <Button blockedBecause={blockedBecause} onClick={onCancel} data-testid="unstage">
        {t('storage.unstage')}
      </Button>
    </Banner>
  );
}
