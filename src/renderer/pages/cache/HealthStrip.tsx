/** Whether the cache's own parts are well: link, breaker, change messages, memory, index, warming; each with its evidence. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline } from '../../state/services.ts';
import { State, type StateKind } from '../../ui/State.tsx';
import { type CacheHealth, type CacheStatus, healthKinds, percent, windowOf } from './cache-model.ts';

type CheckId = CacheHealth['checks'][number]['id'];
const checkIds = [
  'hit-rate',
  'link',
  'breaker',
  'coherence',
  'memory',
  'index',
  'warming',
] as const satisfies CheckId[];

interface HealthStripProps {
  readonly status: CacheStatus | null;
  readonly health: CacheHealth | null;
}

export function HealthStrip({ status, health }: HealthStripProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const word = useCheckWords(status);
  const speak = useSaid();
  return (
    <ul className="cache-checks" aria-label={t('cache.health')} data-testid="cache-health">
      {checkIds.map((id) => {
        const check = health?.checks.find((each) => each.id === id) ?? null;
        const evidence = check === null ? null : speak(check.said, check.evidence);
        const kind: StateKind = check === null ? 'unknown' : isOffline ? 'expired' : healthKinds[check.state];
        return (
          <li key={id} className="card" data-testid={`check-${id}`}>
            <span className="name">{t(`cache.check.${id}`)}</span>
            <State kind={kind} word={word(id)} />
            <span className="evidence" title={evidence ?? undefined}>
              {evidence ?? ' '}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function useCheckWords(status: CacheStatus | null): (id: CheckId) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (id) => {
    if (status === null) return t('state.unknown');
    switch (id) {
      case 'link':
        return t(`cache.link.${status.link.state}`);
      case 'breaker':
        return t(`cache.breaker.${status.breaker}`);
      case 'coherence':
        return t(`cache.coherence.${status.coherence}`);
      case 'index':
        return t(`cache.index.${status.index.state}`);
      case 'warming':
        return t(
          status.warming.failure !== null || (status.warming.lastReport?.failedCount ?? 0) > 0
            ? 'cache.proofBroken'
            : `cache.warmingState.${status.warming.state}`,
        );
      case 'memory':
        return formatBytes(format.language, status.memory.usedBytes);
      case 'hit-rate': {
        const window = windowOf(status.totals, '300000');
        if (window === null || window.reads === 0) return t('cache.noReads');
        return window.hitRatio === null ? t('cache.tooFew') : percent(format, window.hitRatio);
      }
    }
  };
}
