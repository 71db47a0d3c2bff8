/** What another program keeps beside its entry: the stale copy, the metadata. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { JsonTree } from '../../ui/JsonTree.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import type { EntryDetail } from './cache-model.ts';

export function Companions({ companions }: { readonly companions: EntryDetail['companions'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section data-testid="companions">
      <h3>{t('cache.companions')}</h3>
      {companions.map(({ key, kind, sizeBytes, deletedAtMs, value }) => (
        <div key={key} className="companion">
          <p className="sub">
            <span className="tag">{t(`cache.companion.${kind}`)}</span> <span className="mono">{key}</span> ·{' '}
            {formatBytes(format.language, sizeBytes)} · {t('cache.fact.deleted')}{' '}
            {deletedAtMs === null ? (
              t('cache.neverExpires')
            ) : (
              <TimeLeft untilMs={deletedAtMs} pastText={t('cache.over')} />
            )}
          </p>
          {value !== null && <JsonTree label={key} value={value} maxHeightPx={200} />}
        </div>
      ))}
    </section>
  );
}
