/** The verdict on the cache's own parts: link, breaker, change messages, hit rate, memory, warming, index. */
import { bytesWords, countWords, durationWords, percentWords, plural } from '../health/wording.ts';
import { type CacheHealth, type CacheStatus, minimumReadsForRate } from '../model/cache.ts';
import type { HealthState } from '../model/health.ts';
import { said } from '../model/said.ts';

type Check = CacheHealth['checks'][number];

const lowHitRatio = 0.7;
const badness: readonly HealthState[] = ['well', 'unknown', 'warning', 'failed'];

/** From what the status says; the worst check first. */
export function cacheHealth(status: CacheStatus): CacheHealth {
  const checks = [
    linkCheck(status),
    breakerCheck(status),
    coherenceCheck(status),
    hitRateCheck(status),
    memoryCheck(status),
    warmingCheck(status),
    indexCheck(status),
  ].toSorted((a, b) => badness.indexOf(b.state) - badness.indexOf(a.state));
  const worst = checks[0];
  const state = worst?.state ?? 'unknown';
  return { atMs: status.atMs, state, headline: state === 'well' ? null : (worst?.evidence ?? null), checks };
}

function linkCheck({ link, atMs }: CacheStatus): Check {
  const sinceMs = atMs - link.sinceMs;
  const { address, problem, state } = link;
  if (state === 'ready') {
    const evidence = `Redis at ${address} for ${durationWords(sinceMs)}`;
    return { id: 'link', state: 'well', evidence, said: said('cache_link_ready', { address, sinceMs }) };
  }
  const why = problem === null ? '' : ` (${problem})`;
  const evidence = `Redis at ${address} is ${state} for ${durationWords(sinceMs)}${why}`;
  return {
    id: 'link',
    state: state === 'connecting' ? 'unknown' : 'failed',
    evidence,
    said: said(problem === null ? 'cache_link_away' : 'cache_link_problem', {
      address,
      sinceMs,
      problem: problem ?? '',
    }),
  };
}

function breakerCheck({ breaker, link }: CacheStatus): Check {
  if (breaker === 'open') {
    const evidence = 'Redis did not answer in time and is spared until a probe is answered';
    return { id: 'breaker', state: 'failed', evidence, said: said('cache_breaker_open') };
  }
  if (link.state !== 'ready') {
    const evidence = 'not tripped so far; the link to Redis is not ready';
    return { id: 'breaker', state: 'unknown', evidence, said: said('cache_breaker_untripped') };
  }
  return { id: 'breaker', state: 'well', evidence: 'Redis answers in time', said: said('cache_breaker_closed') };
}

const coherenceWords = {
  tracking: { evidence: 'Redis tells every change of an entry', code: 'cache_tracked' },
  messages: {
    evidence: 'Redis does not track keys: changes by others than Vigía are noticed late',
    code: 'cache_untracked',
  },
  deaf: { evidence: 'Changes are not heard: every read is compared with Redis', code: 'cache_deaf' },
} as const;

function coherenceCheck({ coherence }: CacheStatus): Check {
  const { evidence, code } = coherenceWords[coherence];
  return { id: 'coherence', state: coherence === 'tracking' ? 'well' : 'warning', evidence, said: said(code) };
}

const rateWindowMs = 300_000;

function hitRateCheck({ totals }: CacheStatus): Check {
  const window = totals.find(({ windowMs }) => windowMs === rateWindowMs);
  const count = window?.reads ?? 0;
  if (!window || window.hitRatio === null) {
    return {
      id: 'hit-rate',
      state: 'unknown',
      evidence: `${plural(count, 'read')} in 5 min; a rate needs ${minimumReadsForRate}`,
      said: said('too_few_reads', { count, windowMs: rateWindowMs, needed: minimumReadsForRate }),
    };
  }
  const { hitRatio } = window;
  return {
    id: 'hit-rate',
    state: hitRatio < lowHitRatio ? 'warning' : 'well',
    evidence: `Hit rate ${percentWords(hitRatio)} of ${plural(count, 'read')} in 5 min`,
    said: said('cache_hit_rate', { count, hitRatio, windowMs: rateWindowMs }),
  };
}

function memoryCheck({ memory }: CacheStatus): Check {
  const { usedBytes, limitBytes, entryCount: count } = memory;
  const copies = count === 1 ? '1 copy' : `${countWords(count)} copies`;
  const evidence = `Memory tier: ${copies}, ${bytesWords(usedBytes)} of ${bytesWords(limitBytes)}`;
  return { id: 'memory', state: 'well', evidence, said: said('cache_memory', { count, usedBytes, limitBytes }) };
}

function warmingCheck({ warming }: CacheStatus): Check {
  const { lastReport: report, enabled, failure } = warming;
  const id = 'warming';
  if (!enabled) return { id, state: 'well', evidence: 'Warming is off', said: said('warming_off') };
  if (failure !== null) {
    const evidence = `The last warm-up failed: ${failure}`;
    return { id, state: 'warning', evidence, said: said('warming_failed', { problem: failure }) };
  }
  if (report === null) {
    return { id, state: 'unknown', evidence: 'Nothing has been warmed yet', said: said('warming_none') };
  }
  const { failedCount, provedCount, keyCount } = report;
  if (failedCount > 0) {
    const evidence = `${failedCount} of ${keyCount} warmed keys were no hit when read back`;
    return { id, state: 'warning', evidence, said: said('warming_missed', { failed: failedCount, count: keyCount }) };
  }
  const evidence = `${plural(provedCount, 'warmed key')} read back as hits`;
  return { id, state: 'well', evidence, said: said('warming_proved', { count: provedCount }) };
}

function indexCheck({ index }: CacheStatus): Check {
  const { entryCount: count, commandsLastMinute: commands } = index;
  const entries = count === 1 ? '1 entry' : `${countWords(count)} entries`;
  const load = `${countWords(commands)} commands in the last minute`;
  const id = 'index';
  if (index.state === 'blind') {
    const evidence = `${entries}, as of before Redis went away`;
    return { id, state: 'unknown', evidence, said: said('index_blind', { count }) };
  }
  if (index.truncated) {
    const evidence = `More entries than the ${entries} listed; ${load}`;
    return { id, state: 'warning', evidence, said: said('index_truncated', { count, commands }) };
  }
  return { id, state: 'well', evidence: `${entries}; ${load}`, said: said('index_well', { count, commands }) };
}
