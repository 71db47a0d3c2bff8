/** Every bad sign that is seen now with its most probable cause, the most fundamental cause first. */
import { type CauseChain, type CauseLink, causeCodes, type Sign } from '../../model/cause.ts';
import type { RedisRole } from '../../model/health.ts';
import { said } from '../../model/said.ts';
import type { SignalName } from '../../model/sample.ts';
import { isPast } from '../figures.ts';
import type { HealthFacts, KnownValue } from '../overview-facts.ts';
import { latencyWords, plural } from '../wording.ts';
import { coldRoot } from './gone-root.ts';
import { isHitRateLow, lowHitRate } from './hit-rate-chain.ts';
import { firstOf, link, rootOf } from './link.ts';
import { evictions, memoryChain } from './memory-chain.ts';
import { redisRoot } from './redis-root.ts';
import { missedSchedules } from './schedule-chain.ts';
import { slowJobsRoot, sourceRoot } from './source-root.ts';
import { valueChain } from './value-chain.ts';
import { backlogChain, badBacklog, badWorkers, failingJobs, workersChain } from './work-chain.ts';

type Facts = HealthFacts & { readonly values?: readonly KnownValue[] };

const roles: readonly RedisRole[] = ['cache', 'broker'];
/** More failing jobs than this are a bad sign. */
const failingRatio = 0.1;

export function chainsOf(facts: Facts): CauseChain[] {
  const chains = [
    ...roles.flatMap((role) => chain('redis', redisRoot(role, facts))),
    ...chain('source', sourceRoot(facts)),
    ...chain('workers', badWorkers(facts)),
    ...chain('backlog', badBacklog(facts)),
    ...chain('jobs_failing', (facts.depth.failedRatio ?? 0) > failingRatio ? failingJobs(facts) : []),
    ...chain('schedules', missedSchedules(facts)),
    ...valueChains(facts),
    ...chain('hit_rate', isHitRateLow(facts) ? lowHitRate(facts) : []),
    ...chain('response_time', isSlow(facts) ? slowResponses(facts) : []),
    ...roles.flatMap((role) => chain('evictions', evictions(role, facts))),
  ];
  return chains.toSorted((a, b) => rank(a) - rank(b));
}

/** Of the figure that a rule watches, whether or not it is bad now; empty where no cause is known of. */
export function chainOfSignal(signal: SignalName, facts: Facts): CauseLink[] {
  const role = roles.find((each) => signal.startsWith(`redis.${each}.`));
  if (role !== undefined) return redisSignal(role, signal, facts);
  if (signal.startsWith('cache.')) return lowHitRate(facts);
  if (signal.startsWith('response.')) return slowResponses(facts);
  if (signal.startsWith('workers.')) return workersChain(facts);
  if (signal === 'queue.failed_ratio') return failingJobs(facts);
  if (signal.startsWith('queue.')) return backlogChain(facts);
  if (signal.startsWith('schedule.')) return missedSchedules(facts);
  if (signal.startsWith('source.')) return sourceRoot(facts);
  // A business figure past its threshold is no fault of the machinery.
  if (signal === 'kpi.expired_count' || signal.startsWith('section.')) return valueChains(facts)[0]?.links ?? [];
  return [];
}

function chain(sign: Sign, links: CauseLink[]): CauseChain[] {
  return links.length === 0 ? [] : [{ sign, links, root: rootOf(links) }];
}

function rank({ root }: CauseChain): number {
  return root === null || root.code === null ? causeCodes.length : causeCodes.indexOf(root.code);
}

/** One chain for all values of one cause: the one that most of them have comes first. */
function valueChains(facts: Facts): CauseChain[] {
  const bad = (facts.values ?? [])
    .filter(({ freshness }) => freshness.state !== 'fresh' || freshness.refresh.status === 'failed')
    .map((value) => ({ value, links: valueChain(value.freshness, facts) }));
  const byRoot = Map.groupBy(bad, ({ links }) => rootOf(links)?.code ?? 'none');
  return [...byRoot.values()]
    .toSorted((a, b) => b.length - a.length)
    .flatMap((group) => {
      const [first] = group;
      const all = facts.values?.length ?? 0;
      const section = first?.value.section ?? '';
      const words = `${plural(group.length, 'value')} of ${all} not fresh, e.g. ${section}`;
      const inAll = said('cause_values_stale', { count: group.length, all, section });
      return chain('values', [link(null, words, inAll), ...(first?.links ?? [])]);
    });
}

function isSlow({ response, minimumCount, rules }: Facts): boolean {
  return (
    response !== null &&
    response.p95Ms !== null &&
    response.count >= minimumCount &&
    isPast(response.p95Ms, rules.response_time)
  );
}

function slowResponses(facts: Facts): CauseLink[] {
  const { response } = facts;
  const p95 = response?.p95Ms ?? null;
  const count = response?.count ?? 0;
  const sign =
    p95 === null
      ? link(null, 'responses are slow', said('cause_responses_slow'))
      : link(
          null,
          `responses take ${latencyWords(p95)} (p95 of ${count})`,
          said('cause_responses_take', { p95LatencyMs: p95, responses: count }),
        );
  return [
    sign,
    ...firstOf(redisRoot('cache', facts), slowJobsRoot(facts), redisRoot('broker', facts), coldRoot(facts)),
  ];
}

function redisSignal(role: RedisRole, signal: SignalName, facts: Facts): CauseLink[] {
  const reached = redisRoot(role, facts);
  if (reached.length > 0) return reached;
  if (signal.endsWith('.evicted_count')) return evictions(role, facts);
  if (signal.includes('.memory_')) return memoryChain(role, facts);
  return [];
}
