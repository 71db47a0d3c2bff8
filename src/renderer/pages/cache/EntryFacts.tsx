/** What is known of an entry in single figures: its clocks, its size, what its bytes say of themselves. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { DataTime } from '../../ui/Age.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import { type EntryDetail, showMs } from './cache-model.ts';
import { AgeCell, LeftCell } from './EntryCells.tsx';

export function EntryFacts({ detail }: { readonly detail: EntryDetail }): ReactElement {
  const { t } = useTranslation();
  const facts = useFacts(detail);
  const { tags } = detail.row;
  return (
    <section>
      <dl className="facts entry-facts" data-testid="entry-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {tags.length > 0 && (
        <p className="entry-tags">
          <span className="sub">{t('cache.fact.tags')}</span>{' '}
          {tags.map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function useFacts({ row, header }: EntryDetail): readonly (readonly [string, ReactNode])[] {
  const { t } = useTranslation();
  const format = useFormat();
  const bytes = (value: number): string => formatBytes(format.language, value);
  const isOwn = row.origin === 'own';
  const facts: (readonly [string, ReactNode])[] = [
    [t('cache.fact.computed'), <AgeCell key="age" atMs={row.computedAtMs} />],
    [t('cache.fact.dataAsOf'), row.dataAsOfMs === null ? '—' : <DataTime key="data" atMs={row.dataAsOfMs} />],
    [
      t('cache.fact.freshUntil'),
      row.freshUntilMs === null ? '—' : <TimeLeft key="fresh" untilMs={row.freshUntilMs} pastText={t('cache.over')} />,
    ],
    [t('cache.fact.deleted'), <LeftCell key="left" row={row} />],
    [t('cache.fact.size'), bytes(row.sizeBytes)],
  ];
  if (row.rawBytes !== null) facts.push([t('cache.fact.raw'), bytes(row.rawBytes)]);
  if (row.ratio !== null) facts.push([t('cache.fact.ratio'), t('cache.times', { ratio: format.number(row.ratio, 1) })]);
  if (row.computeMs !== null) facts.push([t('cache.fact.compute'), showMs(format, row.computeMs)]);
  if (row.hits !== null) facts.push([t('cache.fact.hits'), format.number(row.hits)]);
  if (isOwn) facts.push([t('cache.fact.memory'), t(row.inMemory ? 'cache.yes' : 'cache.no')]);
  if (row.asOf !== null) facts.push([t('cache.fact.asOf'), format.isoDate(row.asOf)]);
  if (header !== null) {
    facts.push([t('cache.fact.codec'), header.codec]);
    facts.push([t('cache.fact.format'), `v${header.formatVersion}`]);
    facts.push([t('cache.fact.checksum'), t(header.checksumOk ? 'cache.checksumOk' : 'cache.checksumWrong')]);
    facts.push([t('cache.fact.explained'), t(header.keyExplained ? 'cache.yes' : 'cache.no')]);
  }
  return facts;
}
