/** Whether a connection is observed or operated, and the way from the one to the other: unlocked for a chosen time only. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../state/calls.ts';
import { type Connection, useOperate } from '../state/operate.ts';
import { useIsOffline, useServices } from '../state/services.ts';
import { Button } from './Button.tsx';
import { Floating } from './Floating.tsx';
import './operate-lock.css';
import { SegmentedFilter } from './SegmentedFilter.tsx';
import { State } from './State.tsx';
import { TimeLeft } from './TimeLeft.tsx';

interface OperateLockProps {
  readonly connectionId: string;
  /** Inside a dialog: the choices stand open instead of in a panel of their own. */
  readonly isInline?: boolean;
  /** False where the connection's name stands beside it already. */
  readonly isNamed?: boolean;
}

const minuteMs = 60_000;
const spans = { '15': 15 * minuteMs, '60': 60 * minuteMs, '480': 480 * minuteMs } as const;
type Span = keyof typeof spans;

export function OperateLock({ connectionId, isInline = false, isNamed = true }: OperateLockProps): ReactElement {
  const { t } = useTranslation();
  const { connection } = useOperate(connectionId);
  const isOffline = useIsOffline();
  const [isOpen, setIsOpen] = useState(false);
  const isOperated = connection?.mode === 'operate';
  const word =
    connection === null || isOffline
      ? t('part.operate.unknownShort')
      : t(isOperated ? 'part.operate.operated' : 'part.operate.observed');
  return (
    <div className={isInline ? 'operate-lock is-inline' : 'operate-lock'} data-testid="operate-lock">
      {isNamed && (
        <span className="operate-name">
          {connection?.name ?? connectionId}
          {connection?.environment === 'production' && <span className="tag">{t('part.operate.production')}</span>}
        </span>
      )}
      <State kind={connection === null || isOffline ? 'unknown' : isOperated ? 'stale' : 'fresh'} word={word} />
      {connection !== null && isOperated && <Unlocked connection={connection} />}
      {connection !== null &&
        !isOperated &&
        (isInline ? (
          <UnlockChoices connection={connection} onDone={() => undefined} />
        ) : (
          <Floating
            buttonClass="button small"
            buttonContent={t('part.operate.unlock')}
            panelLabel={t('part.operate.unlock')}
            isOpen={isOpen}
            onOpenChange={setIsOpen}
            testId="operate-open"
          >
            <UnlockChoices connection={connection} onDone={() => setIsOpen(false)} />
          </Floating>
        ))}
    </div>
  );
}

function Unlocked({ connection }: { readonly connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const isOffline = useIsOffline();
  const lock = useCommand('connections.lock');
  const close = async (): Promise<void> => {
    await lock.run({ connectionId: connection.id });
    connections.reload();
  };
  return (
    <>
      <span className="sub num">
        {connection.operateUntilMs === null ? (
          t(connection.local ? 'part.operate.localOpen' : 'part.operate.open')
        ) : (
          <TimeLeft untilMs={connection.operateUntilMs} pastText={t('part.operate.ended')} />
        )}
      </span>
      <Button
        isSmall
        look="quiet"
        data-testid="operate-lock-now"
        blockedBecause={isOffline ? t('offlineBlocked') : lock.isRunning ? t('part.running') : null}
        onClick={() => void close()}
      >
        {t('part.operate.lock')}
      </Button>
      <Failure error={lock.error} />
    </>
  );
}

interface UnlockChoicesProps {
  readonly connection: Connection;
  readonly onDone: () => void;
}

/** Nobody should unlock production by habit: its name must be typed. */
function UnlockChoices({ connection, onDone }: UnlockChoicesProps): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const isOffline = useIsOffline();
  const [span, setSpan] = useState<Span>('15');
  const [typed, setTyped] = useState('');
  const unlock = useCommand('connections.unlock');
  const isProduction = connection.environment === 'production';
  const isTyped = !isProduction || typed.trim() === connection.name;
  const open = async (): Promise<void> => {
    const { error } = await unlock.run({ connectionId: connection.id, forMs: spans[span] });
    if (error !== null) return;
    connections.reload();
    onDone();
  };
  return (
    <div className="unlock-choices">
      <span className="sub">{t('part.operate.means')}</span>
      {isProduction && (
        <label className="field">
          <span>
            {t('part.typeToConfirm')} <b className="mono">{connection.name}</b>
          </span>
          <input
            className="input"
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
            data-testid="operate-typed"
          />
        </label>
      )}
      <div className="unlock-row">
        <SegmentedFilter
          label={t('part.operate.forHowLong')}
          options={(['15', '60', '480'] as const).map((id) => ({ id, title: t(`part.operate.spans.${id}`) }))}
          value={span}
          onChange={setSpan}
        />
        <Button
          isSmall
          data-testid="operate-unlock"
          blockedBecause={
            isOffline
              ? t('offlineBlocked')
              : unlock.isRunning
                ? t('part.running')
                : isTyped
                  ? null
                  : t('part.typeFirst', { word: connection.name })
          }
          onClick={() => void open()}
        >
          {t('part.operate.unlockNow')}
        </Button>
      </div>
      <Failure error={unlock.error} />
    </div>
  );
}

function Failure({ error }: { readonly error: string | null }): ReactElement | null {
  if (error === null) return null;
  return (
    <p role="alert">
      <State kind="failed" word={error} />
    </p>
  );
}
