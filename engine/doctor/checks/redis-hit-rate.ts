/** Whether a cache helps: its hit rate of the last five minutes, with what speaks for a cause beside it. */
import { percentWords } from '../../health/wording.ts';
import type { FixPlan } from '../../model/doctor.ts';
import type { RedisWindow } from '../../model/redis-health.ts';
import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, silent, unknown, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';
import { raiseLimitFix } from './redis-memory.ts';

const windowMs = 300_000;
/** The threshold of the guide's alert. */
const wantedRatio = 0.8;

export const redisHitRate: ConnectionCheck = {
  id: 'redis-hit-rate',
  title: 'Most reads of the cache find something',
  about: 'connection',
  async run(patient) {
    if (patient.role !== 'cache') return silent;
    const servers = await patient.servers();
    const windows = servers.map((server) => ({ server, window: patient.window(server.shard.address, windowMs) }));
    const judged = windows.filter(({ window }) => window !== null && window.hits.ratio !== null);
    if (judged.length === 0) {
      const reads = windows.reduce((sum, { window }) => sum + (window?.hits.reads ?? 0), 0);
      return unknown(
        `${reads} reads in the last 5 minutes are too few to judge by`,
        said('unchecked_few_reads', { count: reads, windowMs }),
      );
    }
    const low = judged.flatMap(({ server, window }) =>
      window === null || (window.hits.ratio ?? 1) >= wantedRatio ? [] : [lowOf(patient, server, window)],
    );
    return verdictOf(await Promise.all(low));
  },
};

async function lowOf(patient: Patient, server: ServerFacts, window: RedisWindow): Promise<Found> {
  const ratio = window.hits.ratio ?? 0;
  const lost = { evictedPerS: window.evictedPerS ?? 0, expiredPerS: window.expiredPerS ?? 0 };
  const isEvicting = lost.evictedPerS > 0;
  return {
    code: isEvicting ? 'hit_rate_low_evicting' : 'hit_rate_low',
    part: patient.partOf(server),
    severity: ratio < wantedRatio / 2 ? 'critical' : 'warning',
    title: `${patient.titleOf(server)}: only ${percentWords(ratio)} of the reads find something`,
    evidence: [
      evidence('hit_ratio', ratio, 'ratio'),
      evidence('reads', window.hits.reads, 'count'),
      evidence('evicted_per_s', lost.evictedPerS, 'perS'),
      evidence('expired_per_s', lost.expiredPerS, 'perS'),
      evidence('uptime_ms', (server.figures.uptimeS ?? 0) * 1_000, 'ms'),
    ],
    why: 'Each miss is a computation: the source works for what it has answered before, and readers wait.',
    steps: stepsOf(server, lost),
    fix: isEvicting ? await moreRoomFix(patient, server) : null,
  };
}

/** What was evicted comes back as it is read, and the rate is of a window: it rises by and by. */
export async function moreRoomFix(patient: Patient, server: ServerFacts): Promise<FixPlan | null> {
  const fix = await raiseLimitFix(patient, server);
  return fix === null ? null : { ...fix, showsWithinMs: 2 * windowMs };
}

const coldS = 15 * 60;

function stepsOf({ figures }: ServerFacts, lost: { evictedPerS: number; expiredPerS: number }): string[] {
  const young = (figures.uptimeS ?? coldS) < coldS;
  return [
    ...(lost.evictedPerS > 0 ? ['Keys are evicted for want of memory: see what fills it, or raise maxmemory.'] : []),
    ...(young
      ? ['The server was started a short while ago and is still filling: wait, or warm it: vigia cache warm']
      : []),
    ...(lost.expiredPerS > 0
      ? ['Keys expire: compare the TTL of the layers with how often they are read (Cache page).']
      : []),
    'See on the Cache page which layer misses and why: expired, invalidated, never computed.',
  ];
}
