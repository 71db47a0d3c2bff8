/** Why entries are not there, or not valid any more, before their time. */
import type { CauseLink } from '../../model/cause.ts';
import { said } from '../../model/said.ts';
import { bytesWords, durationWords, plural } from '../wording.ts';
import type { CauseFacts } from './depth.ts';
import { detailSaid, latest, link } from './link.ts';

/** So many invalidations in a quarter of an hour are no longer single changes of data. */
const stormCount = 20;

const coldMs = 10 * 60_000;

/** Why entries are not there any more before their time: pushed out, cleared, lost with the server's memory. */
export function goneRoot(facts: CauseFacts): CauseLink[] {
  const { depth, memory, atMs } = facts;
  const evicted = depth.evicted.cache ?? 0;
  if (evicted > 0) {
    const { limitBytes = null, policy = '' } = memory.cache ?? {};
    const words = `Redis (cache) evicted ${plural(evicted, 'key')} lately`;
    const figures = { role: 'cache', count: evicted };
    if (limitBytes === null) return [link('evictions', words, said('cause_evictions', figures))];
    const inAll = said('cause_evictions_limit', { ...figures, limitBytes, policy });
    return [link('evictions', `${words} at a limit of ${bytesWords(limitBytes)} (${policy})`, inAll)];
  }
  const cleared = latest(depth.recent, 'cleared');
  const restarted = latest(depth.recent, 'server_restarted', (subject) => subject === 'cache');
  if (restarted !== null && restarted.atMs >= (cleared?.atMs ?? 0)) {
    const agoMs = atMs - restarted.atMs;
    const words = `Redis (cache) was started anew ${durationWords(agoMs)} ago; ${restarted.detail}`;
    return [link('redis_restarted', words, said('cause_redis_restarted', { agoMs, detail: detailSaid(restarted) }))];
  }
  if (cleared !== null) {
    const { subject, detail } = cleared;
    const agoMs = atMs - cleared.atMs;
    const isAll = subject === 'all';
    const words = `${isAll ? 'every layer' : subject} was cleared ${durationWords(agoMs)} ago: ${detail}`;
    const inAll = isAll
      ? said('cause_all_cleared', { agoMs, detail: detailSaid(cleared) })
      : said('cause_cleared', { what: subject, agoMs, detail: detailSaid(cleared) });
    return [link('cache_cleared', words, inAll)];
  }
  return [];
}

/** Many invalidations lately; empty when there were only a few. */
export function stormRoot({ depth }: Pick<CauseFacts, 'depth'>): CauseLink[] {
  const events = depth.recent.filter(({ code }) => code === 'invalidated');
  const count = events.reduce((sum, event) => sum + event.count, 0);
  const [most] = events.toSorted((a, b) => b.count - a.count);
  if (count < stormCount || most === undefined) return [];
  const oldestMs = Math.min(...events.map(({ atMs }) => atMs));
  const untilMs = Math.max(...events.map((event) => event.untilMs));
  const withinMs = untilMs - oldestMs;
  const words = `${plural(count, 'invalidation')} within ${durationWords(withinMs)}, most of ${most.subject} (${most.detail})`;
  const inAll = said('cause_storm', { count, withinMs, most: most.subject, detail: detailSaid(most) });
  return [link('invalidation_storm', words, inAll)];
}

/** The console has hardly begun, or what was there is gone for a reason that {@link goneRoot} knows. */
export function coldRoot(facts: CauseFacts): CauseLink[] {
  const gone = goneRoot(facts);
  if (gone.length > 0) return gone;
  const upMs = facts.atMs - facts.depth.startedAtMs;
  if (upMs >= coldMs) return [];
  const words = `the console began ${durationWords(upMs)} ago with an empty cache`;
  return [link('cold_start', words, said('cause_cold_start', { upMs }))];
}
