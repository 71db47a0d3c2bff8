/** The filters of a warmed view in words. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Warming } from './cache-model.ts';

type Filters = Warming['learned'][number]['filters'];

export function VariantWords({ filters }: { readonly filters: Filters }): ReactElement {
  const { t } = useTranslation();
  const parts = Object.entries(filters).map(([id, value]) => `${t(`filter.${id}`, { defaultValue: id })}: ${value}`);
  return <>{parts.length === 0 ? t('cache.allFilters') : parts.join(' · ')}</>;
}
