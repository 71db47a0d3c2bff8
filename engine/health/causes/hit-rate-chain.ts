/** Why so many reads find nothing: the reason of most misses, and what is behind it. */
import type { CauseLink } from '../../model/cause.ts';
import type { ReadReason } from '../../model/freshness.ts';
import { type Said, said } from '../../model/said.ts';
import { isPast } from '../figures.ts';
import type { HealthFacts } from '../overview-facts.ts';
import { hitRatio } from '../readings.ts';
import { durationWords, percentWords, plural } from '../wording.ts';
import { coldRoot, goneRoot, stormRoot } from './gone-root.ts';
import { firstOf, link, rootOf } from './link.ts';
import { redisRoot } from './redis-root.ts';
import { sourceRoot } from './source-root.ts';
import { workersRoot } from './workers-root.ts';

/** Less of the misses than this is not what makes a hit rate low. */
const noticeableShare = 0.25;

export function isHitRateLow({ cache, minimumCount, rules }: HealthFacts): boolean {
  const ratio = cache === null ? null : hitRatio(cache);
  return ratio !== null && cache !== null && cache.reads >= minimumCount && isPast(ratio, rules.hit_rate);
}

export function lowHitRate(facts: HealthFacts): CauseLink[] {
  const { cache, depth } = facts;
  const reached = redisRoot('cache', facts);
  if (cache === null) return reached;
  const { reads, misses, windowMs } = cache;
  const ratio = hitRatio(cache);
  const rate = ratio === null ? 'no reads' : `hit rate ${percentWords(ratio)}`;
  const sign = link(
    null,
    `${rate} over ${durationWords(windowMs)} (${plural(misses, 'miss').replace('misss', 'misses')} of ${plural(reads, 'read')})`,
    ratio === null
      ? said('cause_no_reads', { windowMs })
      : said('cause_hit_rate', { hitRatio: ratio, windowMs, misses, reads }),
  );
  if (reached.length > 0) return [sign, ...reached];
  const [main] = mainMisses(depth.missesByReason, misses);
  if (main === undefined) return [sign];
  const [reason, count] = main;
  const share = link(
    reason === 'evicted' ? 'removed' : null,
    `${count} of the misses: ${missWords[reason].words}`,
    said(missWords[reason].code, { misses: count }),
  );
  return [sign, share, ...missRoot(reason, facts)];
}

function mainMisses(byReason: HealthFacts['depth']['missesByReason'], misses: number): [ReadReason, number][] {
  return (Object.entries(byReason) as [ReadReason, number][])
    .filter(([, count]) => count >= misses * noticeableShare && count > 0)
    .toSorted((a, b) => b[1] - a[1]);
}

const missWords = {
  'within-ttl': { words: 'fresh', code: 'cause_misses_within_ttl' },
  'just-computed': { words: 'computed just now', code: 'cause_misses_just_computed' },
  'ttl-passed': { words: 'their time and the time to serve them stale were over', code: 'cause_misses_ttl_passed' },
  'age-ceiling-passed': { words: 'too old to be served as current', code: 'cause_misses_age_ceiling_passed' },
  invalidated: { words: 'invalidated', code: 'cause_misses_invalidated' },
  'never-computed': { words: 'never computed before', code: 'cause_misses_never_computed' },
  evicted: { words: 'gone from Redis before their time', code: 'cause_misses_evicted' },
  'entry-unreadable': { words: 'the stored entry could not be read', code: 'cause_misses_entry_unreadable' },
  'redis-unreachable': { words: 'Redis did not answer in time', code: 'cause_misses_redis_unreachable' },
  'source-failed': { words: 'their refresh failed', code: 'cause_misses_source_failed' },
  'clock-disagrees': { words: 'a clock is wrong', code: 'cause_misses_clock_disagrees' },
} as const satisfies Readonly<Record<ReadReason, { words: string; code: Said['code'] }>>;

function missRoot(reason: ReadReason, facts: HealthFacts): CauseLink[] {
  switch (reason) {
    case 'redis-unreachable':
      return [link('redis_frozen', 'Redis (cache) was too slow to answer for a while', said('cause_cache_slow'))];
    case 'evicted':
      return goneRoot(facts);
    case 'invalidated': {
      const storm = stormRoot(facts);
      if (storm.length > 0) return storm;
      return [link('invalidated', 'what they depend on was invalidated', said('cause_dependency_invalidated'))];
    }
    case 'source-failed':
      return [
        link('refresh_failing', 'their computation fails', said('cause_computation_fails')),
        ...sourceRoot(facts),
      ];
    case 'ttl-passed':
    case 'age-ceiling-passed': {
      const held = firstOf(sourceRoot(facts), redisRoot('broker', facts), blockingWorkers(facts));
      if (held.length > 0) return held;
      const words = 'nothing keeps them from being refreshed: they live too short for how seldom they are read';
      return [link('ttl_short', words, said('cause_ttl_short'))];
    }
    case 'never-computed':
    case 'entry-unreadable':
    case 'clock-disagrees':
    case 'within-ttl':
    case 'just-computed': {
      const gone = goneRoot(facts);
      const held = firstOf(
        gone,
        sourceRoot(facts),
        redisRoot('broker', facts),
        blockingWorkers(facts),
        coldRoot(facts),
      );
      if (held.length > 0) return held;
      const words = 'ever new filters are asked for: keys that are read once';
      return [link('key_churn', words, said('cause_key_churn'))];
    }
  }
}

function blockingWorkers(facts: HealthFacts): CauseLink[] {
  const workers = workersRoot(facts);
  return rootOf(workers)?.code === 'slots_busy' ? [] : workers;
}
