/** One key: what it is and its value in windows; TTL and removal only where the connection is operated. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { announce } from '../../state/announce.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { formats, type KeyDetail, type KeyName, keyId } from './keys-model.ts';
import { Value } from './Value.tsx';

interface KeyDrawerProps {
  readonly connectionId: string;
  readonly name: KeyName;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

export function KeyDrawer({ connectionId, name, onClose, onChanged }: KeyDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const [as, setAs] = useState<(typeof formats)[number]>('auto');
  // The windows that were gone through, so that the way back is there.
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const [isAsking, setIsAsking] = useState<'delete' | 'ttl' | null>(null);
  const cursor = cursors.at(-1) ?? null;
  const { data, error, reload } = useLiveCall(
    'redis.key',
    { connectionId, ...name, as, cursor, limit: 100 },
    { topics: [], periodMs: 15_000 },
  );
  const offline = isOffline ? t('offlineBlocked') : null;
  return (
    <>
      <Drawer
        title={name.key}
        contentKey={`${keyId(name)} ${cursor ?? ''}`}
        onClose={onClose}
        testId="key-detail"
        actions={
          <>
            <Button isSmall data-testid="key-ttl" blockedBecause={offline} onClick={() => setIsAsking('ttl')}>
              {t('keys.changeTtl')}
            </Button>
            <Button isSmall data-testid="key-delete" blockedBecause={offline} onClick={() => setIsAsking('delete')}>
              {t('keys.delete')}
            </Button>
          </>
        }
      >
        {error !== null && error.code !== 'CALL_DISCONNECTED' && (
          <p role="alert">
            <State
              kind={error.code === 'REDIS_KEY_NOT_FOUND' ? 'unknown' : 'failed'}
              word={error.code === 'REDIS_KEY_NOT_FOUND' ? t('keys.gone') : `${error.message} ${error.help}`.trim()}
            />
          </p>
        )}
        {data === null && error === null && <p className="sub">{t('keys.loading')}</p>}
        {data !== null && error?.code !== 'REDIS_KEY_NOT_FOUND' && (
          <>
            <Facts detail={data} />
            {data.value.kind === 'string' && (
              <SegmentedFilter
                label={t('keys.format')}
                options={formats.map((id) => ({ id, title: t(`keys.formats.${id}`) }))}
                value={as}
                onChange={(next) => {
                  setAs(next);
                  setCursors([null]);
                }}
                testId="key-format"
              />
            )}
            <Value value={data.value} />
            <div className="keys-more">
              <Button
                isSmall
                data-testid="value-back"
                blockedBecause={cursors.length > 1 ? null : t('keys.atStart')}
                onClick={() => setCursors((before) => before.slice(0, -1))}
              >
                {t('keys.back')}
              </Button>
              <Button
                isSmall
                data-testid="value-on"
                blockedBecause={data.nextCursor === null ? t('keys.valueEnd') : offline}
                onClick={() => setCursors((before) => [...before, data.nextCursor])}
              >
                {t('keys.on')}
              </Button>
            </div>
          </>
        )}
      </Drawer>
      {isAsking === 'delete' && (
        <DeleteDialog
          connectionId={connectionId}
          name={name}
          detail={data}
          onClose={() => setIsAsking(null)}
          onDone={() => {
            onChanged();
            onClose();
          }}
        />
      )}
      {isAsking === 'ttl' && (
        <TtlDialog
          connectionId={connectionId}
          name={name}
          detail={data}
          onClose={() => setIsAsking(null)}
          onDone={() => {
            setIsAsking(null);
            reload();
            onChanged();
          }}
        />
      )}
    </>
  );
}

function Facts({ detail }: { readonly detail: KeyDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { type, ttlMs, sizeBytes, idleS, encoding, length } = detail;
  const facts: readonly (readonly [string, string])[] = [
    [t('keys.column.type'), type],
    [t('keys.column.ttl'), ttlMs === null ? t('keys.noExpiry') : formatDuration(ttlMs)],
    [t('keys.column.size'), sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes)],
    [t('keys.column.idle'), idleS === null ? '—' : formatDuration(idleS * 1_000)],
    [t('keys.length'), length === null ? '—' : format.number(length)],
    [t('keys.encoding'), encoding ?? '—'],
  ];
  return (
    <dl className="fact-grid" data-testid="key-facts">
      {facts.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChangeProps {
  readonly connectionId: string;
  readonly name: KeyName;
  readonly detail: KeyDetail | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function DeleteDialog({ connectionId, name, detail, onClose, onDone }: ChangeProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { announcements } = useServices();
  const { blocked } = useOperate(connectionId);
  const command = useCommand('redis.key.delete');
  const sizeBytes = detail?.sizeBytes ?? null;
  const run = async (): Promise<void> => {
    const { output } = await command.run({ connectionId, keys: [name] });
    if (output === null) return;
    announce(announcements, t(output.removed === 0 ? 'keys.gone' : 'keys.deleted'));
    onDone();
  };
  return (
    <ConfirmDialog
      title={t('keys.deleteTitle')}
      confirmLabel={t('keys.deleteConfirm')}
      facts={[
        { name: t('keys.column.key'), value: <span className="mono key-name">{name.key}</span> },
        { name: t('keys.column.type'), value: detail?.type ?? '—' },
        {
          name: t('keys.column.size'),
          value: sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes),
        },
      ]}
      blockedBecause={blocked}
      isRunning={command.isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="key-delete-dialog"
    >
      <p>{t('keys.deleteMeans')}</p>
      <OperateLock connectionId={connectionId} isInline />
    </ConfirmDialog>
  );
}

function TtlDialog({ connectionId, name, detail, onClose, onDone }: ChangeProps): ReactElement {
  const { t } = useTranslation();
  const { blocked } = useOperate(connectionId);
  const command = useCommand('redis.key.ttl');
  const [seconds, setSeconds] = useState(() => {
    const ttlMs = detail?.ttlMs ?? null;
    return ttlMs === null ? '' : String(Math.ceil(ttlMs / 1_000));
  });
  const wanted = seconds.trim() === '' ? null : Number(seconds);
  const isRight = wanted === null || (Number.isFinite(wanted) && wanted >= 0.001);
  const run = async (): Promise<void> => {
    const ttlMs = wanted === null ? null : Math.round(wanted * 1_000);
    if ((await command.run({ connectionId, ...name, ttlMs })).error === null) onDone();
  };
  return (
    <ConfirmDialog
      title={t('keys.changeTtl')}
      confirmLabel={t(wanted === null ? 'keys.removeTtl' : 'keys.setTtl')}
      facts={[{ name: t('keys.column.key'), value: <span className="mono key-name">{name.key}</span> }]}
      blockedBecause={blocked ?? (isRight ? null : t('keys.ttlWrong'))}
      isRunning={command.isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="key-ttl-dialog"
    >
      <label className="field">
        {t('keys.ttlSeconds')}
        <input
          className="input num"
          inputMode="decimal"
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
          data-testid="key-ttl-seconds"
        />
      </label>
      <OperateLock connectionId={connectionId} isInline />
    </ConfirmDialog>
  );
}
