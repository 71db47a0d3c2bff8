/** Why a scheduled run was missed: nobody ran, or nobody could reach the broker. */
import type { CauseLink } from '../../model/cause.ts';
import { said } from '../../model/said.ts';
import type { TimelineEvent } from '../../model/timeline.ts';
import type { HealthFacts } from '../overview-facts.ts';
import { durationWords } from '../wording.ts';
import { detailSaid, link } from './link.ts';

/** A console looks at its servers before it sees to its schedules. */
const startingMs = 30_000;

/** A run that nobody saw to: because nobody ran, or nobody could reach the broker. */
export function missedSchedules(facts: HealthFacts): CauseLink[] {
  const { depth, atMs } = facts;
  const missed = depth.recent.find(({ code }) => code === 'schedule_missed');
  if (missed === undefined) return [];
  const agoMs = atMs - missed.atMs;
  const words = `a run of ${missed.subject} was missed ${durationWords(agoMs)} ago: ${missed.detail}`;
  const inAll = said('cause_run_missed', { schedule: missed.subject, agoMs, detail: detailSaid(missed) });
  const gap = gapAround(missed.atMs, depth.recent);
  const lost = depth.recent.find(({ code, subject }) => code === 'link_lost' && subject === 'broker');
  if (gap !== null) {
    return [link(null, words, inAll), notRunning(gap)];
  }
  if (lost !== undefined) {
    const at = clockWords(lost.atMs);
    const lostWords = `Redis (broker) was lost at ${at}: ${lost.detail}`;
    return [
      link(null, words, inAll),
      link('redis_unreachable', lostWords, said('cause_broker_lost', { at, detail: detailSaid(lost) })),
    ];
  }
  return [link('not_running', words, inAll)];
}

function notRunning({ subject, atMs, untilMs }: TimelineEvent): CauseLink {
  const forMs = untilMs - atMs;
  const until = clockWords(untilMs);
  const ended = `for ${durationWords(forMs)}, until ${until}`;
  if (subject === 'asleep') {
    return link('not_running', `this machine slept ${ended}`, said('cause_slept', { forMs, until }));
  }
  return subject === 'held-up'
    ? link('not_running', `this console was held up ${ended}`, said('cause_held_up', { forMs, until }))
    : link('not_running', `no console ran ${ended}`, said('cause_no_console', { forMs, until }));
}

/** The longest stretch in which nobody looked and that the due time lies in; null: somebody looked, or nothing is known. */
function gapAround(dueMs: number, recent: readonly TimelineEvent[]): TimelineEvent | null {
  const around = recent.filter(
    ({ code, subject, atMs, untilMs }) =>
      code === 'not_observed' && subject !== 'own-network' && atMs <= dueMs && dueMs <= untilMs + startingMs,
  );
  return around.toSorted((a, b) => b.untilMs - b.atMs - (a.untilMs - a.atMs))[0] ?? null;
}

function clockWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} UTC`;
}
