/** The state that a value had then, and moments of the past with the age they had then. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useNow } from '../../state/services.ts';
import { State } from '../../ui/State.tsx';
import { type PastSection, stateKinds } from './review-model.ts';

const words = {
  fresh: 'state.fresh',
  stale: 'state.stale',
  expired: 'state.lastKnown',
  missing: 'state.unknown',
} as const;

export function PastState({ state }: { readonly state: PastSection['state'] }): ReactElement {
  const { t } = useTranslation();
  const kind = stateKinds[state];
  const word = t(words[state]);
  return kind === null ? <span>{word}</span> : <State kind={kind} word={word} />;
}

interface ThenProps {
  readonly atMs: number | null;
  /** The instant that it is looked at from. */
  readonly fromMs: number;
}

/** When, and how long before the instant that was. */
export function Then({ atMs, fromMs }: ThenProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const moment = useNow((nowMs) => (atMs === null ? '—' : format.moment(atMs, nowMs)));
  if (atMs === null) return <span className="sub">—</span>;
  return (
    <time className="num" dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
      {moment} <span className="sub">{t('review.ageThen', { age: formatDuration(fromMs - atMs) })}</span>
    </time>
  );
}

export function DataTo({ atMs }: { readonly atMs: number | null }): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => (atMs === null ? '—' : format.dataTime(atMs, nowMs)));
  return <span className="num">{text}</span>;
}

/** An instant as this page names it. */
export function Instant({ atMs }: { readonly atMs: number }): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => format.moment(atMs, nowMs));
  return (
    <time className="num" dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
      {text}
    </time>
  );
}
