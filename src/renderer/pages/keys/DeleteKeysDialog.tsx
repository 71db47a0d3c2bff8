/** Deletes the keys that were chosen, so many at a time, after their exact number was confirmed; can be stopped between. */
import { type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { type KeyRow, readableName, type Space } from './keys-model.ts';
import { useTypeName } from './type-name.ts';

interface DeleteKeysDialogProps {
  readonly space: Space;
  readonly rows: readonly KeyRow[];
  readonly onClose: () => void;
  /** Some or all are gone. */
  readonly onDone: () => void;
}

/** Of one command to the engine, which sends each key's UNLINK by itself. */
const chunkKeys = 200;
/** From so many on the number has to be typed. */
const typedFrom = 10;
const shownNames = 8;

export function DeleteKeysDialog({ space, rows, onClose, onDone }: DeleteKeysDialogProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const typeName = useTypeName();
  const { announcements } = useServices();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.delete');
  // What was chosen when it was asked: the list behind may be read anew.
  const [chosen] = useState(rows);
  const [asked, setAsked] = useState<number | null>(null);
  const isStopped = useRef(false);
  const run = async (): Promise<void> => {
    let removed = 0;
    for (let from = 0; from < chosen.length && !isStopped.current; from += chunkKeys) {
      setAsked(from);
      const keys = chosen.slice(from, from + chunkKeys).map(({ key, keyEncoding }) => ({ key, keyEncoding }));
      const { output } = await command.run({ ...space, keys });
      if (output === null) {
        setAsked(null);
        return;
      }
      removed += output.removed;
    }
    announce(
      announcements,
      t('keys.deletedMany', { count: removed, text: format.number(removed), of: format.number(chosen.length) }),
    );
    onDone();
  };
  const isRunning = asked !== null;
  const count = format.number(chosen.length);
  return (
    <ConfirmDialog
      title={t('keys.deleteManyTitle', { count: chosen.length, text: count })}
      confirmLabel={t('keys.deleteManyConfirm', { count: chosen.length, text: count })}
      facts={[
        { name: t('keys.keyWord'), value: count },
        { name: t('keys.column.size'), value: sizeOf(chosen, format.language) },
        { name: t('keys.column.type'), value: typesOf(chosen, typeName) },
      ]}
      {...(chosen.length >= typedFrom ? { typed: String(chosen.length) } : {})}
      blockedBecause={blocked}
      isRunning={isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={() => {
        isStopped.current = true;
        if (isRunning || command.error !== null) onDone();
        else onClose();
      }}
      testId="keys-delete-dialog"
      more={
        <ul className="plain-list mono key-names" data-testid="keys-delete-names">
          {chosen.slice(0, shownNames).map((row) => (
            <li key={`${row.keyEncoding}${row.key}`}>{readableName(row)}</li>
          ))}
          {chosen.length > shownNames && (
            <li className="sub">{t('keys.andMore', { count: chosen.length - shownNames })}</li>
          )}
        </ul>
      }
    >
      <p>{t('keys.deleteManyMeans')}</p>
      <OperateLock connectionId={space.connectionId} isInline />
      {isRunning && (
        <p className="num" role="status">
          {t('keys.deleting', { done: format.number(asked), of: count })}{' '}
          <Button
            isSmall
            data-testid="keys-delete-stop"
            onClick={() => {
              isStopped.current = true;
            }}
          >
            {t('keys.stop')}
          </Button>
        </p>
      )}
    </ConfirmDialog>
  );
}

function sizeOf(rows: readonly KeyRow[], language: Parameters<typeof formatBytes>[0]): string {
  const known = rows.filter(({ sizeBytes }) => sizeBytes !== null);
  if (known.length === 0) return '—';
  return formatBytes(
    language,
    known.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
  );
}

function typesOf(rows: readonly KeyRow[], typeName: (type: string) => string): string {
  const counts = new Map<string, number>();
  for (const { type } of rows) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${typeName(type)} ${count}`).join(', ');
}
