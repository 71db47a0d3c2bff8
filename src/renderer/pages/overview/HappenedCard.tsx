/** What happened lately, newest first, and what is most probably the cause of what is bad now. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle, evidenceWords } from '../../../shared/alert-words.ts';
import type { CallOutput } from '../../../shared/contract.ts';
import { shortId } from '../../format/short-id.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Icon, type IconName } from '../../ui/icons.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import type { Overview } from './overview-model.ts';

type Happening = CallOutput<'timeline.events'>['events'][number];

const filters = {
  all: { kinds: [], tones: [] },
  trouble: { kinds: [], tones: ['bad', 'warning'] },
  redis: { kinds: ['redis'], tones: [] },
  work: { kinds: ['queue', 'worker', 'schedule'], tones: [] },
  data: { kinds: ['cache', 'source'], tones: [] },
  alerts: { kinds: ['alert', 'gap'], tones: [] },
  commands: { kinds: ['command'], tones: [] },
} as const;
type FilterId = keyof typeof filters;
const filterIds = Object.keys(filters) as FilterId[];

const icons: Readonly<Record<Happening['kind'], IconName>> = {
  redis: 'redis',
  queue: 'queues',
  worker: 'workers',
  cache: 'cache',
  source: 'storage',
  schedule: 'schedules',
  alert: 'alerts',
  command: 'play',
  gap: 'expired',
};
/** Where the very thing is shown that an event is about; null for a command, which is shown nowhere else. */
function linkOf({ kind, subject }: Happening): string | null {
  const id = encodeURIComponent(subject);
  switch (kind) {
    case 'redis':
      return routeHref('redis', `of=${id}`);
    case 'queue':
      return routeHref('queues', `queue=${encodeURIComponent(queueKeyOf(subject))}`);
    case 'worker':
      return routeHref('workers', `worker=${id}`);
    case 'cache':
      return routeHref('cache');
    case 'source':
      return routeHref('doctor');
    case 'schedule':
      return routeHref('schedules', `runs=${id}`);
    case 'alert':
      return routeHref('alerts', `tab=history&rule=${id}`);
    case 'gap':
      return routeHref('review');
    case 'command':
      return null;
  }
}

/** "broker/bull:mail" as the Queues page has it in its address; no name of a queue holds a colon. */
function queueKeyOf(subject: string): string {
  const [, connectionId = '', prefix = '', name = ''] = /^([^/]*)\/(.*):([^:]*)$/.exec(subject) ?? [];
  return [connectionId, prefix, name].map(encodeURIComponent).join('/');
}
const toneKinds = { bad: 'failed', warning: 'stale', good: 'fresh' } as const;
const stepCount = 40;
const mostCount = 400;

interface HappenedCardProps {
  readonly overview: Overview | null;
}

export function HappenedCard({ overview }: HappenedCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const address = useAddress('overview');
  const [limit, setLimit] = useState(stepCount);
  const chosen = filterIds.find((id) => id === address.text('happened')) ?? 'all';
  const { kinds, tones } = filters[chosen];
  const { data, error } = useLiveCall(
    'timeline.events',
    { kinds: [...kinds], tones: [...tones], limit },
    { topics: ['timeline.added'], periodMs: 60_000, keptAs: 'timeline' },
  );
  const events = data?.events ?? [];
  const canShowMore = data?.nextBefore !== null && data !== null && limit < mostCount;
  return (
    <Card
      title={t('overview.happened.title')}
      {...(isOffline ? { note: t('state.lastKnown') } : {})}
      aside={
        <SegmentedFilter
          label={t('overview.happened.filter')}
          options={filterIds.map((id) => ({ id, title: t(`overview.happened.filters.${id}`) }))}
          value={chosen}
          onChange={(id) => address.set({ happened: id === 'all' ? null : id }, { replace: true })}
          testId="happened-filter"
        />
      }
      className="happened"
      testId="happened"
    >
      <ProbableCauses overview={overview} />
      {events.length === 0 ? (
        <p className="empty">
          {data === null ? (error?.message ?? t('overview.unknown')) : t('overview.happened.none')}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keyboard
        <ol className="events" tabIndex={0} aria-label={t('overview.happened.title')}>
          {events.map((event) => (
            <Line key={event.id} event={event} />
          ))}
        </ol>
      )}
      {canShowMore && <Button onClick={() => setLimit(limit + stepCount)}>{t('overview.happened.more')}</Button>}
    </Card>
  );
}

/** One line a cause: what several signs have in common is said once. */
function ProbableCauses({ overview }: HappenedCardProps): ReactElement | null {
  const { t } = useTranslation();
  const speak = useSaid();
  const known = (overview?.causes ?? []).flatMap(({ root, sign }) =>
    root === null ? [] : [{ cause: speak(root.said, root.words), sign }],
  );
  const words = [...new Set(known.map(({ cause }) => cause))];
  if (words.length === 0) return null;
  return (
    <ul className="probable" aria-label={t('overview.happened.probable')} data-testid="probable-causes">
      {words.slice(0, 3).map((named) => {
        const signs = new Set(known.filter(({ cause }) => cause === named).map(({ sign }) => sign));
        return (
          <li key={named}>
            <State kind="failed" word={t('overview.happened.probable')} />
            <span>
              <b>{named}</b>
              <span className="sub"> → {[...signs].map((sign) => t(`overview.happened.sign.${sign}`)).join(', ')}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Figures and reasons in the language of the page. */
function useDetail({ detail, said, alert }: Happening): string {
  const { language } = useFormat();
  const speak = useSaid();
  if (!alert) return speak(said, detail);
  return `${alertTitle(language, alert.title)}: ${evidenceWords(language, alert)}`;
}

function Line({ event }: { readonly event: Happening }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { atMs, untilMs, kind, code, tone, subject, count } = event;
  const detail = useDetail(event);
  const href = linkOf(event);
  const when = useNow((nowMs) => format.moment(atMs, nowMs));
  const title = t(`overview.happened.code.${code}`);
  const shown = kind === 'gap' ? t(`overview.happened.gap.${subject}`, { defaultValue: subject }) : shortId(subject);
  return (
    <li data-testid={`event-${code}`}>
      <time
        dateTime={new Date(atMs).toISOString()}
        title={`${format.exactMoment(atMs)} – ${format.exactMoment(untilMs)}`}
      >
        {when}
      </time>
      <span className="kind" title={t(`overview.happened.kind.${kind}`)}>
        <Icon name={icons[kind]} />
        <span className="visually-hidden">{t(`overview.happened.kind.${kind}`)}</span>
      </span>
      {tone === 'plain' ? <span>{title}</span> : <State kind={toneKinds[tone]} word={title} />}
      <span className="what">
        {href === null ? (
          <b>{shown}</b>
        ) : (
          <a href={href} {...(shown === subject ? {} : { title: subject })}>
            {shown}
          </a>
        )}
        {count > 1 && <span className="sub"> ×{format.number(count)}</span>}
        {detail !== '' && (
          <span className="sub" title={detail}>
            {' '}
            {detail}
          </span>
        )}
      </span>
    </li>
  );
}
