/** The filters of a warmed view in words. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Warming } from './cache-model.ts';
import { wordsOfFilters } from './filter-words.ts';

export function VariantWords({ filters }: { readonly filters: Warming['learned'][number]['shown'] }): ReactElement {
  const { t } = useTranslation();
  return <>{wordsOfFilters(t, filters)}</>;
}
