/** One key: what it is and its value in windows; changed, renamed and deleted only where the connection is operated. */
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
import { FactGrid } from '../../ui/FactGrid.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { EditDialog } from './EditDialog.tsx';
import { formats, type KeyDetail, type KeyName, keyId, readableName, type Space } from './keys-model.ts';
import { RenameDialog } from './RenameDialog.tsx';
import { useTypeName } from './type-name.ts';
import { Value } from './Value.tsx';
import { addWish, type Wish, wholeWish } from './value-edits.ts';

interface KeyDrawerProps {
  readonly space: Space;
  readonly name: KeyName;
  readonly onClose: () => void;
  readonly onRenamed: (key: string) => void;
  readonly onChanged: () => void;
}

export function KeyDrawer({ space, name, onClose, onRenamed, onChanged }: KeyDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const [as, setAs] = useState<(typeof formats)[number]>('auto');
  // The windows that were gone through, so that the way back is there.
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const [asking, setAsking] = useState<'delete' | 'ttl' | 'rename' | Wish | null>(null);
  const cursor = cursors.at(-1) ?? null;
  const { data, error, reload } = useLiveCall(
    'redis.key',
    { ...space, ...name, as, cursor, limit: 100 },
    { topics: [], periodMs: 15_000 },
  );
  const offline = isOffline ? t('offlineBlocked') : null;
  const isGone = error?.code === 'REDIS_KEY_NOT_FOUND';
  const blocked = offline ?? (data === null || isGone ? t('keys.notOpen') : null);
  const whole = data === null ? null : wholeWish(data);
  const added = data === null ? null : addWish(data);
  const done = (): void => {
    setAsking(null);
    reload();
    onChanged();
  };
  // What was refused because it had changed is to be seen as it is now.
  const closeEdit = (): void => {
    setAsking(null);
    reload();
  };
  return (
    <>
      <Drawer
        title={readableName(name)}
        contentKey={`${keyId(name)} ${cursor ?? ''}`}
        onClose={onClose}
        testId="key-detail"
        actions={
          <>
            {(data?.value.kind === 'string' || data?.value.kind === 'json') && (
              <Button
                isSmall
                data-testid="key-edit"
                blockedBecause={blocked ?? (whole === null ? t('keys.notEditable') : null)}
                onClick={() => setAsking(whole)}
              >
                {t('keys.editValue')}
              </Button>
            )}
            {added !== null && (
              <Button isSmall data-testid="key-add-element" blockedBecause={blocked} onClick={() => setAsking(added)}>
                {t('keys.addElement')}
              </Button>
            )}
            <Button isSmall data-testid="key-rename" blockedBecause={blocked} onClick={() => setAsking('rename')}>
              {t('keys.rename')}
            </Button>
            <Button isSmall data-testid="key-ttl" blockedBecause={blocked} onClick={() => setAsking('ttl')}>
              {t('keys.changeTtl')}
            </Button>
            <Button isSmall data-testid="key-delete" blockedBecause={blocked} onClick={() => setAsking('delete')}>
              {t('keys.delete')}
            </Button>
          </>
        }
      >
        {error !== null && error.code !== 'CALL_DISCONNECTED' && (
          <p role="alert">
            <State
              kind={isGone ? 'unknown' : 'failed'}
              word={isGone ? t('keys.gone') : `${error.message} ${error.help}`.trim()}
            />
          </p>
        )}
        {data === null && error === null && <p className="sub">{t('keys.loading')}</p>}
        {data !== null && !isGone && (
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
            <Value value={data.value} blocked={blocked} onWish={setAsking} />
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
      {asking === 'delete' && (
        <DeleteDialog
          space={space}
          name={name}
          detail={data}
          onClose={() => setAsking(null)}
          onDone={() => {
            onChanged();
            onClose();
          }}
        />
      )}
      {asking === 'ttl' && (
        <TtlDialog space={space} name={name} detail={data} onClose={() => setAsking(null)} onDone={done} />
      )}
      {asking === 'rename' && (
        <RenameDialog
          space={space}
          name={name}
          onClose={() => setAsking(null)}
          onDone={(key) => {
            onChanged();
            onRenamed(key);
          }}
        />
      )}
      {typeof asking === 'object' && asking !== null && (
        <EditDialog space={space} name={name} wish={asking} onClose={closeEdit} onDone={done} />
      )}
    </>
  );
}

function Facts({ detail }: { readonly detail: KeyDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const typeName = useTypeName();
  const { type, ttlMs, sizeBytes, idleS, encoding, length } = detail;
  const facts: readonly (readonly [string, string])[] = [
    [t('keys.column.type'), typeName(type)],
    [t('keys.column.ttl'), ttlMs === null ? t('keys.noExpiry') : formatDuration(ttlMs)],
    [t('keys.column.size'), sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes)],
    [t('keys.column.idle'), idleS === null ? '—' : formatDuration(idleS * 1_000)],
    [t('keys.length'), length === null ? '—' : format.number(length)],
    [t('keys.encoding'), encoding ?? '—'],
  ];
  return <FactGrid facts={facts} testId="key-facts" />;
}

interface ChangeProps {
  readonly space: Space;
  readonly name: KeyName;
  readonly detail: KeyDetail | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function DeleteDialog({ space, name, detail, onClose, onDone }: ChangeProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { announcements } = useServices();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.delete');
  const sizeBytes = detail?.sizeBytes ?? null;
  const run = async (): Promise<void> => {
    const { output } = await command.run({ ...space, keys: [name] });
    if (output === null) return;
    announce(announcements, t(output.removed === 0 ? 'keys.gone' : 'keys.deleted'));
    onDone();
  };
  return (
    <ConfirmDialog
      title={t('keys.deleteTitle')}
      confirmLabel={t('keys.deleteConfirm')}
      facts={[
        { name: t('keys.column.key'), value: <span className="mono key-name">{readableName(name)}</span> },
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
      <OperateLock connectionId={space.connectionId} isInline />
    </ConfirmDialog>
  );
}

function TtlDialog({ space, name, detail, onClose, onDone }: ChangeProps): ReactElement {
  const { t } = useTranslation();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.ttl');
  const [seconds, setSeconds] = useState(() => {
    const ttlMs = detail?.ttlMs ?? null;
    return ttlMs === null ? '' : String(Math.ceil(ttlMs / 1_000));
  });
  const wanted = seconds.trim() === '' ? null : Number(seconds);
  const isRight = wanted === null || (Number.isFinite(wanted) && wanted >= 0.001);
  const run = async (): Promise<void> => {
    const ttlMs = wanted === null ? null : Math.round(wanted * 1_000);
    if ((await command.run({ ...space, ...name, ttlMs })).error === null) onDone();
  };
  return (
    <ConfirmDialog
      title={t('keys.changeTtl')}
      confirmLabel={t(wanted === null ? 'keys.removeTtl' : 'keys.setTtl')}
      facts={[{ name: t('keys.column.key'), value: <span className="mono key-name">{readableName(name)}</span> }]}
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
      <OperateLock connectionId={space.connectionId} isInline />
    </ConfirmDialog>
  );
}
