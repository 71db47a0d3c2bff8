/** Turns what the engine says of a value's freshness into the one state that the screen shows. */
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../shared/contract.ts';
import { useFormat } from '../format/use-format.ts';
import { useNow } from '../state/services.ts';
import type { StateKind } from './State.tsx';

export type Freshness = CallOutput<'dashboard.get'>['sections'][number]['freshness'];

export interface ShownState {
  readonly kind: StateKind;
  readonly word: string;
  readonly title: string;
}

/** `isPastFresh`: the time to live has run out since the engine answered. */
export function stateKind(freshness: Freshness, isOffline: boolean, isPastFresh: boolean): StateKind {
  const isKnown = freshness.state !== 'missing';
  if (isOffline) return isKnown ? 'expired' : 'unknown';
  if (freshness.refresh.status === 'running') return 'refreshing';
  if (freshness.refresh.status === 'failed') return 'failed';
  switch (freshness.state) {
    case 'fresh':
      return isPastFresh ? 'stale' : 'fresh';
    case 'stale':
      return 'stale';
    case 'expired':
      return 'expired';
    case 'missing':
      return 'unknown';
  }
}

/** True once a value counts as anything but fresh. */
export function isStale(freshness: Freshness, nowMs: number): boolean {
  return freshness.state !== 'fresh' || (freshness.freshUntilMs !== null && nowMs > freshness.freshUntilMs);
}

export function useShownState(freshness: Freshness, isOffline: boolean): ShownState {
  const { t } = useTranslation();
  const format = useFormat();
  const isPastFresh = useNow((nowMs) => isStale(freshness, nowMs));
  const kind = stateKind(freshness, isOffline, isPastFresh);
  const reason = isPastFresh && freshness.reason === 'within-ttl' ? 'ttl-passed' : freshness.reason;
  const parts = [t(`reason.${reason}`)];
  if (freshness.reasonDetail !== null && freshness.refresh.status !== 'failed') parts.push(freshness.reasonDetail);
  if (freshness.refresh.status === 'failed') parts.push(freshness.refresh.lastError);
  if (freshness.computeMs !== null) parts.push(`${format.number(freshness.computeMs)} ms`);
  return { kind, word: wordOf(kind, freshness, t), title: parts.join(' · ') };
}

function wordOf(kind: StateKind, { refresh, state }: Freshness, t: ReturnType<typeof useTranslation>['t']): string {
  switch (kind) {
    case 'fresh':
      return t('state.fresh');
    case 'stale':
      return t('state.stale');
    case 'expired':
      return t('state.lastKnown');
    case 'refreshing':
      if (state === 'missing') return t('state.computing');
      return refresh.status === 'running' && refresh.progress > 0
        ? t('state.refreshingAt', { percent: Math.round(refresh.progress * 100) })
        : t('state.refreshing');
    case 'failed': {
      const times = refresh.status === 'failed' ? refresh.times : 1;
      return times > 1 ? t('state.failedTimes', { times }) : t('state.failedOnce');
    }
    case 'unknown':
      return t('state.unknown');
  }
}
