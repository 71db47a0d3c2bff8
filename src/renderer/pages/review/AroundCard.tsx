/** What stood around the values at one instant, or at two: figures, links and source, workers, queues, alerts. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle } from '../../../shared/alert-words.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { useNow } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { Instant } from './PastState.tsx';
import type { Moment } from './review-model.ts';

interface AroundCardProps {
  readonly moment: Moment | null;
  readonly other: Moment | null;
  readonly isCompared: boolean;
}

/** One line of a part: what it is, and how it stood. */
interface Line {
  readonly id: string;
  readonly name: string;
  /** What the two instants are compared by. */
  readonly key: string;
  readonly shown: ReactNode;
}

const parts = ['figures', 'links', 'workers', 'queues', 'alerts'] as const;
type Part = (typeof parts)[number];

export function AroundCard({ moment, other, isCompared }: AroundCardProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('review.around')} testId="review-around">
      <div className="review-around">
        {parts.map((part) => (
          <Around key={part} part={part} moment={moment} other={other} isCompared={isCompared} />
        ))}
      </div>
    </Card>
  );
}

function Around({ part, moment, other, isCompared }: AroundCardProps & { readonly part: Part }): ReactElement {
  const { t } = useTranslation();
  const linesOf = useLines();
  const [first, second] = [linesOf(part, moment), isCompared ? linesOf(part, other) : []];
  const ids = [...new Set([...first, ...second].map(({ id }) => id))];
  const lineOf = (lines: readonly Line[], id: string): Line | undefined => lines.find((line) => line.id === id);
  return (
    <section aria-label={t(`review.${part}`)} data-testid={`around-${part}`}>
      <h3>{t(`review.${part}`)}</h3>
      {ids.length === 0 ? (
        <p className="sub">
          {moment === null
            ? '—'
            : t(part === 'workers' && moment.surroundings === null ? 'review.noSurroundings' : emptyWords[part])}
        </p>
      ) : (
        <table className="review-lines">
          <caption className="visually-hidden">{t(`review.${part}`)}</caption>
          {isCompared && (
            <thead>
              <tr>
                <th scope="col">{t('review.column.what')}</th>
                <th scope="col">{moment !== null && <Instant atMs={moment.atMs} />}</th>
                <th scope="col">{other !== null && <Instant atMs={other.atMs} />}</th>
              </tr>
            </thead>
          )}
          <tbody>
            {ids.map((id) => {
              const [a, b] = [lineOf(first, id), lineOf(second, id)];
              const isDifferent = isCompared && a?.key !== b?.key;
              return (
                <tr
                  key={id}
                  className={isDifferent ? 'is-different' : undefined}
                  data-different={isDifferent || undefined}
                >
                  <th scope="row" title={(a ?? b)?.name}>
                    {isDifferent && (
                      <span className="mark" aria-label={t('review.column.difference')} role="img">
                        ≠
                      </span>
                    )}
                    {(a ?? b)?.name}
                  </th>
                  <td>{a?.shown ?? <span className="sub">{t('review.none')}</span>}</td>
                  {isCompared && <td>{b?.shown ?? <span className="sub">{t('review.none')}</span>}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

const emptyWords = {
  figures: 'review.noFigures',
  links: 'review.noSurroundings',
  workers: 'review.noWorkers',
  queues: 'review.noQueues',
  alerts: 'review.noAlerts',
} as const;

function useLines(): (part: Part, moment: Moment | null) => readonly Line[] {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useNow((atMs) => Math.floor(atMs / 60_000) * 60_000);
  return (part, moment) => {
    if (moment === null) return [];
    switch (part) {
      case 'figures':
        return moment.signals.map(({ signal, value }) => {
          const shown = signalText(signal, value, format);
          return { id: signal, name: t(`review.signal.${signal}`, { defaultValue: signal }), key: shown, shown };
        });
      case 'links':
        return linkLines(moment, t);
      case 'workers':
        return (moment.surroundings?.workers ?? []).map(({ workerId, slots, verdict }) => ({
          id: workerId,
          name: workerId,
          key: `${verdict} ${slots}`,
          shown: (
            <>
              <PastWord kind={verdictKinds[verdict]} word={t(`review.verdict.${verdict}`)} />{' '}
              <span className="sub">{t('review.workerLine', { slots })}</span>
            </>
          ),
        }));
      case 'queues':
        return moment.queues.map(({ connectionId, prefix, name, waiting, active, failed, stretchMs }) => {
          const figures = { waiting: waiting ?? 0, active: active ?? 0, failed: failed ?? 0 };
          const stretch = stretchMs >= 86_400_000 ? 'day' : stretchMs >= 3_600_000 ? 'hour' : 'minute';
          return {
            id: `${connectionId} ${prefix} ${name}`,
            name,
            key: JSON.stringify(figures),
            shown: (
              <span className="num">
                {t('review.queueLine', figures)} <span className="sub">{t(`review.ofStretch.${stretch}`)}</span>
              </span>
            ),
          };
        });
      case 'alerts':
        return moment.alerts.map(({ ruleId, title, state, sinceMs }) => ({
          id: ruleId,
          name: alertTitle(format.language, title),
          key: state,
          shown: (
            <>
              <State kind={alertKinds[state]} word={t(`alerts.state.${state}`)} />{' '}
              <span className="sub">{t('review.alertSince', { moment: format.moment(sinceMs, nowMs) })}</span>
            </>
          ),
        }));
    }
  };
}

const verdictKinds = { consuming: null, busy: null, wedged: 'failed', unknown: 'unknown', gone: 'expired' } as const;
const alertKinds = {
  inactive: 'unknown',
  pending: 'stale',
  firing: 'failed',
  resolved: 'unknown',
  noData: 'unknown',
  error: 'failed',
} as const;

/** What was well then is said in plain words: nothing of the past is green now. */
function PastWord({ kind, word }: { readonly kind: StateKind | null; readonly word: string }): ReactElement {
  return kind === null ? <span>{word}</span> : <State kind={kind} word={word} />;
}

function linkLines(moment: Moment, t: ReturnType<typeof useTranslation>['t']): readonly Line[] {
  if (moment.surroundings === null) return [];
  const { links, source } = moment.surroundings;
  return [
    ...links.map(({ role, state, address }) => ({
      id: role,
      name: t(`review.part.${role}`),
      key: `${state} ${address}`,
      shown: <PastWord kind={state === 'ready' ? null : 'failed'} word={t(`review.linkState.${state}`)} />,
    })),
    {
      id: 'source',
      name: t('review.part.source'),
      key: `${source.label} ${source.reachable}`,
      shown: (
        <>
          <PastWord
            kind={source.reachable ? null : 'failed'}
            word={t(source.reachable ? 'review.reachable' : 'review.unreachable')}
          />{' '}
          <span className="sub">{source.demo ? t('kpis.demo') : source.label}</span>
        </>
      ),
    },
  ];
}

function signalText(signal: string, value: number, format: Format): string {
  if (signal.endsWith('_ratio')) return `${format.number(value * 100, 1)} %`;
  if (signal.endsWith('_bytes')) return formatBytes(format.language, value);
  if (!signal.endsWith('_ms')) return format.number(value);
  return value >= 10_000 ? formatDuration(value) : `${format.number(value, value > 0 && value < 10 ? 1 : 0)} ms`;
}
