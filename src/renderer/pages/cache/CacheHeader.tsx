/** The head of the Cache page: is it well, how old is what is shown, the time window, and what can be done to the whole. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import type { Asking } from './cache-model.ts';
import { type CacheHealth, type CacheStatus, healthKinds, type WindowId, windowIds } from './cache-model.ts';

interface CacheHeaderProps {
  readonly status: CacheStatus | null;
  readonly health: CacheHealth | null;
  /** Null while only an earlier run's answer is known. */
  readonly receivedAtMs: number | null;
  readonly windowId: WindowId;
  readonly onWindow: (id: WindowId) => void;
  readonly onAsk: (asking: Asking) => void;
  readonly onWarming: () => void;
}

/** Asked every few seconds: only what is older is worth saying. */
const liveForMs = 40_000;

export function CacheHeader(props: CacheHeaderProps): ReactElement {
  const { status, health, windowId, onWindow, onAsk, onWarming } = props;
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const blocked = isOffline ? t('offlineBlocked') : null;
  return (
    <header className="top">
      <h1>{t('pages.cache')}</h1>
      <Headline health={health} />
      <span className="space" />
      {status !== null && <SeenAge atMs={status.atMs} />}
      <SegmentedFilter
        label={t('cache.window.label')}
        options={windowIds.map((id) => ({ id, title: t(`cache.window.${id}`) }))}
        value={windowId}
        onChange={onWindow}
        testId="cache-window"
      />
      <Button onClick={onWarming} data-testid="open-warming">
        {t('cache.warming')}
      </Button>
      <Button blockedBecause={blocked} onClick={() => onAsk({ kind: 'clean-up' })} data-testid="clean-up">
        {t('cache.cleanUp')}
      </Button>
      <Button
        blockedBecause={blocked}
        onClick={() => onAsk({ kind: 'invalidate', keys: [], tags: [] })}
        data-testid="invalidate-tags-button"
      >
        {t('cache.invalidateTags')}
      </Button>
    </header>
  );
}

function Headline({ health }: { readonly health: CacheHealth | null }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const speak = useSaid();
  if (health === null) return <State kind="unknown" word={t('state.unknown')} />;
  if (isOffline) return <State kind="expired" word={t('state.lastKnown')} />;
  // The headline is the evidence of the worst check, which comes first.
  const words = health.headline === null ? null : speak(health.checks[0]?.said, health.headline);
  return (
    <>
      <State kind={healthKinds[health.state]} word={t(`state.${health.state}`)} />
      {words !== null && (
        <span className="sub cache-headline" title={words} data-testid="cache-headline">
          {words}
        </span>
      )}
    </>
  );
}

function SeenAge({ atMs }: { readonly atMs: number }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const text = useNow((nowMs) =>
    nowMs - atMs < liveForMs && !isOffline ? t('cache.live') : t('cache.seen', { age: format.age(atMs, nowMs) }),
  );
  return (
    <span className="sub" title={format.exactMoment(atMs)} data-testid="cache-seen">
      {text}
    </span>
  );
}
