/** A window's hit rate; too few reads, or none, are said instead of a rate. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { State } from '../../ui/State.tsx';
import { type CacheWindow, percent } from './cache-model.ts';

export function HitRate({ window }: { readonly window: CacheWindow | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (window === null) return <>—</>;
  if (window.hitRatio !== null) return <>{percent(format, window.hitRatio)}</>;
  return <State kind="unknown" word={t(window.reads === 0 ? 'cache.noReads' : 'cache.tooFew')} />;
}
