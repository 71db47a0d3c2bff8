/** What is wrong with the way to one of the two Redis, or with the server. */
import type { CauseCode, CauseLink } from '../../model/cause.ts';
import type { LinkView, RedisRole } from '../../model/health.ts';
import { said } from '../../model/said.ts';
import { durationWords } from '../wording.ts';
import type { CauseFacts } from './depth.ts';
import { link } from './link.ts';

/** For where one line is enough; null when the link is ready. */
export function linkCause(role: RedisRole, facts: Pick<CauseFacts, 'links' | 'atMs' | 'depth'>): CauseLink | null {
  return redisRoot(role, facts)[0] ?? null;
}

const silence = /TIMEOUT|timed out|time-out|did not answer|no answer/i;

/** Empty when the link is ready, or not known. */
export function redisRoot(role: RedisRole, facts: Pick<CauseFacts, 'links' | 'atMs' | 'depth'>): CauseLink[] {
  const view = facts.links.find((candidate) => candidate.role === role);
  if (!view) return [];
  const problem = view.problem === null ? '' : ` (${view.problem})`;
  if (view.state === 'ready') {
    // Connected, and what was asked last was not answered.
    if (view.problem === null || !silence.test(view.problem)) return [];
    const words = `Redis (${role}) is connected and does not answer${problem}`;
    return [link('redis_frozen', words, said('cause_redis_silent', { role, why: problem }))];
  }
  const sinceMs = facts.atMs - view.sinceMs;
  const words = `Redis (${role}) is ${view.state} for ${durationWords(sinceMs)}${problem}`;
  const found = [link(codeOf(view), words, said(`cause_redis_${view.state}`, { role, sinceMs, why: problem }))];
  if (facts.depth.blindness !== null && !view.embedded) {
    found.push(link('own_network', facts.depth.blindness, said('cause_own_network')));
  }
  return found;
}

function codeOf({ state, problem }: LinkView): CauseCode {
  if (state === 'refused') return 'redis_refused';
  if (state === 'degraded') return 'redis_degraded';
  return problem !== null && silence.test(problem) ? 'redis_frozen' : 'redis_unreachable';
}
