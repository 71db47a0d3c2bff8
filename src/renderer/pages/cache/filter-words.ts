/** Filters as a sentence in the chosen language: "Client: Ñuble, Maipo · Status: validado"; "all" without any. */
import type { useTranslation } from 'react-i18next';
import type { CacheRow } from './cache-model.ts';

export function wordsOfFilters(
  t: ReturnType<typeof useTranslation>['t'],
  filters: NonNullable<CacheRow['filters']>,
): string {
  if (filters.length === 0) return t('cache.allFilters');
  return filters
    .map(({ id, label, values }) => `${t(`filter.${id}`, { defaultValue: label })}: ${values.join(', ')}`)
    .join(' · ');
}
