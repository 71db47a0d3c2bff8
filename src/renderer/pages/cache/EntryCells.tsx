/** The cells of an entry that need more than a format: its key with its marks, its filters in words, its state as of now. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { State } from '../../ui/State.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import { type CacheRow, rowStateKinds, stateNow } from './cache-model.ts';
import { wordsOfFilters } from './filter-words.ts';

export function KeyCell({ row }: { readonly row: CacheRow }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className="entry-key">
      <span className="mono" title={row.key}>
        {row.key}
      </span>
      {row.origin === 'foreign' && (
        <span className="tag" title={t('cache.foreignTitle')}>
          {t('cache.foreign')}
        </span>
      )}
    </span>
  );
}

export function useFilterWords(): (row: CacheRow) => string {
  const { t } = useTranslation();
  return ({ section, filters }) => {
    const words = filters === null ? null : wordsOfFilters(t, filters);
    const name = section === null ? null : t(`section.${section}`, { defaultValue: section });
    return [name, words].filter((part) => part !== null).join(' · ');
  };
}

export function FilterCell({ row }: { readonly row: CacheRow }): ReactElement {
  const { t } = useTranslation();
  const words = useFilterWords()(row);
  if (row.origin === 'foreign') {
    return (
      <span className="entry-key">
        <span className="tag" title={t('cache.foreignTitle')}>
          {t('cache.readOnly')}
        </span>
        {row.hasStaleCopy && <span className="tag">{t('cache.staleCopy')}</span>}
        {words}
      </span>
    );
  }
  if (words === '') return <span className="sub">{t('cache.filtersUnknown')}</span>;
  return <span title={words}>{words}</span>;
}

export function LayerName({ layer }: { readonly layer: string }): ReactElement {
  const { t } = useTranslation();
  return <>{t(`cache.layer.${layer}`, { defaultValue: layer })}</>;
}

export function EntryState({ row }: { readonly row: CacheRow }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const state = useNow((nowMs) => (isOffline ? row.state : stateNow(row, nowMs)));
  const word = t(`cache.state.${state}`);
  return (
    <State
      kind={isOffline ? 'expired' : rowStateKinds[state]}
      word={isOffline && state !== 'unknown' ? t('cache.wasState', { state: word }) : word}
      {...(row.problem === null ? {} : { title: row.problem })}
    />
  );
}

export function AgeCell({ atMs }: { readonly atMs: number | null }): ReactElement {
  return atMs === null ? <>—</> : <Age atMs={atMs} />;
}

/** Without an end an own entry is a fault, which the clean-up finds. */
export function LeftCell({ row }: { readonly row: CacheRow }): ReactElement {
  const { t } = useTranslation();
  if (row.deletedAtMs === null) return <>{t('cache.neverExpires')}</>;
  return <TimeLeft untilMs={row.deletedAtMs} pastText={t('cache.over')} />;
}
