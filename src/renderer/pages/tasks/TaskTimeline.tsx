/** What happened to a task in order: every event with its moment, the time since the one before, and how late it was heard. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { runtimeText, type TaskDetail } from './tasks-model.ts';

type Entry = TaskDetail['timeline'][number];

const known = [
  'task-sent',
  'task-received',
  'task-started',
  'task-succeeded',
  'task-failed',
  'task-rejected',
  'task-revoked',
  'task-retried',
  'result',
] as const;

/** Later than this after it happened is worth a word. */
const heardLateMs = 2_000;

export function TaskTimeline({ entries }: { readonly entries: readonly Entry[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const typeOf = (type: string): string => {
    const found = known.find((each) => each === type);
    return found === undefined ? type : t(`celery.event.${found}`);
  };
  if (entries.length === 0) return <p className="empty">{t('celery.noTimeline')}</p>;
  return (
    <ol className="task-timeline">
      {entries.map((entry, index) => {
        const before = entries[index - 1];
        return (
          // Events of a task may share type and moment, and never change places.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${entry.type}:${entry.atMs}:${index}`}>
            <time className="num" dateTime={new Date(entry.atMs).toISOString()}>
              {format.exactMoment(entry.atMs)}
            </time>{' '}
            <b>{typeOf(entry.type)}</b>
            {before !== undefined && (
              <span className="sub num"> +{runtimeText(Math.max(0, entry.atMs - before.atMs), format.number)}</span>
            )}
            <div className="sub">
              {[
                entry.worker,
                (entry.retries ?? 0) > 0 ? t('celery.attempt', { number: (entry.retries ?? 0) + 1 }) : '',
                entry.heardAtMs - entry.atMs > heardLateMs
                  ? t('celery.heardAfter', { time: runtimeText(entry.heardAtMs - entry.atMs, format.number) })
                  : '',
                entry.late ? t('celery.cameLate') : '',
              ]
                .filter((text) => text !== '')
                .join(' · ')}
            </div>
            {entry.note !== null && <div className="note">{entry.note}</div>}
          </li>
        );
      })}
    </ol>
  );
}
