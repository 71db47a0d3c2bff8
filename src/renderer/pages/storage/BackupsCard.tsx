/** The backups, newest first: restore one, remove one. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { BackupQuestion } from './BackupDialog.tsx';
import type { Backup, Storage } from './storage-model.ts';

interface BackupsCardProps {
  readonly storage: Storage | null;
  readonly blockedBecause: string | null;
  readonly onAsk: (question: BackupQuestion) => void;
}

export function BackupsCard({ storage, blockedBecause, onAsk }: BackupsCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<Backup>[] = [
    {
      id: 'name',
      header: t('storage.column.name'),
      render: ({ name, problem }) => (
        <>
          <span className="mono">{name}</span>
          {problem !== null && <State kind="failed" word={t('storage.problem', { problem })} />}
        </>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: 'made',
      header: t('storage.column.made'),
      align: 'end',
      render: ({ madeAtMs }) => <Age atMs={madeAtMs} />,
      sortValue: ({ madeAtMs }) => -madeAtMs,
    },
    {
      id: 'size',
      header: t('storage.column.size'),
      align: 'end',
      render: ({ sizeBytes }) => formatBytes(format.language, sizeBytes),
      sortValue: ({ sizeBytes }) => sizeBytes,
    },
    {
      id: 'actions',
      header: t('storage.column.actions'),
      align: 'end',
      isTight: true,
      render: (backup) => (
        <span className="row-actions">
          <Button
            blockedBecause={blockedBecause ?? backup.problem}
            onClick={() => onAsk({ kind: 'restore', backup })}
            data-testid={`restore-${backup.name}`}
          >
            {t('storage.restore')}
          </Button>
          <Button
            blockedBecause={blockedBecause}
            onClick={() => onAsk({ kind: 'remove', backup })}
            data-testid={`remove-${backup.name}`}
          >
            {t('storage.remove')}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Card
      title={t('storage.backups')}
      note={t('storage.backupsNote')}
      aside={storage && <span className="mono path">{storage.backupFolder}</span>}
      testId="storage-backups"
    >
      {storage === null ? (
        <p className="empty">{t('storage.loading')}</p>
      ) : (
        <Table
          caption={t('storage.backups')}
          columns={columns}
          rows={storage.backups}
          rowKey={({ name }) => name}
          emptyText={t('storage.noBackups')}
          maxHeightPx={360}
        />
      )}
    </Card>
  );
}
