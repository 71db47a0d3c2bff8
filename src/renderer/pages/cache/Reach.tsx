/** What an action would reach: how many entries, how big, in which layers, and the largest of them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import type { ConfirmFact } from '../../ui/ConfirmDialog.tsx';
import { State } from '../../ui/State.tsx';
import type { CacheReach } from './cache-model.ts';
import { LayerName, useFilterWords } from './EntryCells.tsx';

const shownSample = 5;

/** While it is counted the places are kept. */
export function useReachFacts(reach: CacheReach | null): readonly ConfirmFact[] {
  const { t } = useTranslation();
  const format = useFormat();
  const counting = '…';
  return [
    {
      name: t('cache.reachEntries'),
      value: <span data-testid="reach-entries">{reach === null ? counting : format.number(reach.entryCount)}</span>,
    },
    {
      name: t('cache.reachSize'),
      value: reach === null ? counting : formatBytes(format.language, reach.sizeBytes),
    },
    {
      name: t('cache.reachLayers'),
      value:
        reach === null
          ? counting
          : reach.byLayer.length === 0
            ? '—'
            : reach.byLayer.map(({ layer, entryCount }) => (
                <span key={layer} className="reach-layer">
                  <LayerName layer={layer} /> {format.number(entryCount)}
                </span>
              )),
    },
  ];
}

export function ReachSample({ reach }: { readonly reach: CacheReach | null }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useFilterWords();
  if (reach === null || reach.entryCount === 0) return null;
  return (
    <>
      {!reach.complete && (
        <p>
          <State kind="unknown" word={t('cache.reachIncomplete')} />
        </p>
      )}
      <h3 className="sub">{t('cache.reachSample')}</h3>
      <ul className="reach-sample">
        {reach.sample.slice(0, shownSample).map((row) => (
          <li key={row.key}>
            <span title={row.key}>{words(row) || row.key}</span>
            <span className="num">{formatBytes(format.language, row.sizeBytes)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
