/** What has happened to an entry, newest first. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import type { EntryDetail } from './cache-model.ts';

type CacheEvent = EntryDetail['timeline'][number];

const eventKinds: Record<CacheEvent['kind'], StateKind> = {
  stored: 'fresh',
  warmed: 'fresh',
  requested: 'refreshing',
  started: 'refreshing',
  failed: 'failed',
  revoked: 'unknown',
  invalidated: 'stale',
  removed: 'unknown',
};

export function Timeline({ events }: { readonly events: readonly CacheEvent[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section data-testid="timeline">
      <h3>{t('cache.timeline')}</h3>
      {events.length === 0 ? (
        <p className="reason">{t('cache.timelineNone')}</p>
      ) : (
        <ol className="timeline">
          {events.map(({ atMs, kind, words, taskId }, index) => (
            // Two things can happen in one millisecond: the place in the list tells them apart.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={`${atMs} ${kind} ${index}`} className={`at-${eventKinds[kind]}`}>
              <span className="num sub" title={format.exactMoment(atMs)}>
                {format.time(atMs)}
              </span>
              <State kind={eventKinds[kind]} word={t(`cache.event.${kind}`)} />
              <span>
                {words}
                {taskId !== null && <span className="mono sub"> {taskId}</span>}
              </span>
              <span className="sub">
                <Age atMs={atMs} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
