/** Whether a cache helps: its hit rate of the last five minutes, and why it is low where it is. */
import { percentWords } from '../../health/wording.ts';
import type { FixPlan } from '../../model/doctor.ts';
import type { RedisCommandUse, RedisWindow } from '../../model/redis-health.ts';
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

/** What makes reads find nothing. The first that explains enough of the misses is named; `unexplained` when none does. */
export type MissCause = 'evicting' | 'removed' | 'expiring' | 'filling' | 'read_once' | 'never_written' | 'unexplained';

/** What happened in the same window, a second. */
export interface MissSigns {
  readonly missesPerS: number;
  readonly evictedPerS: number;
  readonly expiredPerS: number;
  /** Calls, of which one may remove many keys. */
  readonly removalsPerS: number;
  /** FLUSHALL and FLUSHDB: one empties what a million removals do. */
  readonly flushesPerS: number;
  /** Null before the commands were counted twice. */
  readonly writesPerS: number | null;
  /** By how much there are more keys. */
  readonly keysGainedPerS: number;
  readonly uptimeS: number;
}

/** Less of the misses than this is not what makes a hit rate low. */
const noticeableShare = 0.25;
/** One call removes a hundred keys at most, as a rule. */
const leastCalls = 0.01;
/** A server that runs for less is still being filled. */
const fillingS = 15 * 60;

export function missCauseOf(signs: MissSigns): MissCause {
  const noticeable = signs.missesPerS * noticeableShare;
  if (signs.evictedPerS > noticeable) return 'evicting';
  if (signs.flushesPerS > 0 || isRemoved(signs, noticeable)) return 'removed';
  if (signs.expiredPerS > noticeable) return 'expiring';
  if (signs.writesPerS === 0) return 'never_written';
  const storedPerS = Math.max(signs.writesPerS ?? 0, signs.keysGainedPerS);
  if (storedPerS <= noticeable) return 'unexplained';
  return signs.uptimeS < fillingS ? 'filling' : 'read_once';
}

/** What was missed and then stored is neither there in the end nor gone by itself. */
function isRemoved(
  { missesPerS, removalsPerS, expiredPerS, evictedPerS, keysGainedPerS }: MissSigns,
  noticeable: number,
) {
  const unaccounted = missesPerS - expiredPerS - evictedPerS - Math.max(0, keysGainedPerS);
  return removalsPerS > missesPerS * leastCalls && unaccounted > noticeable;
}

const removals = ['del', 'unlink', 'getdel'];
const flushes = ['flushall', 'flushdb'];
/** Commands by which programs fill caches. */
const writes = ['set', 'setex', 'psetex', 'setnx', 'mset', 'getset', 'restore', 'hset', 'hmset'];

function signsOf(window: RedisWindow, commands: readonly RedisCommandUse[], uptimeS: number): MissSigns {
  const perS = (names: readonly string[]) =>
    commands.filter(({ command }) => names.includes(command)).reduce((sum, use) => sum + use.perS, 0);
  const misses = window.hits.reads * (1 - (window.hits.ratio ?? 1));
  return {
    missesPerS: misses / (window.coveredMs / 1_000),
    evictedPerS: window.evictedPerS ?? 0,
    expiredPerS: window.expiredPerS ?? 0,
    removalsPerS: perS(removals),
    flushesPerS: perS(flushes),
    writesPerS: commands.length === 0 ? null : perS(writes),
    keysGainedPerS: window.keysGainedPerS ?? 0,
    uptimeS,
  };
}

async function lowOf(patient: Patient, server: ServerFacts, window: RedisWindow): Promise<Found> {
  const ratio = window.hits.ratio ?? 0;
  const signs = signsOf(window, patient.commands(server.shard.address), server.figures.uptimeS ?? fillingS);
  const cause = missCauseOf(signs);
  return {
    code: `hit_rate_low_${cause}`,
    part: patient.partOf(server),
    severity: cause === 'filling' ? 'info' : ratio < wantedRatio / 2 ? 'critical' : 'warning',
    title: `${patient.titleOf(server)}: only ${percentWords(ratio)} of the reads find something${causes[cause].words}`,
    evidence: [
      evidence('hit_ratio', ratio, 'ratio'),
      evidence('reads', window.hits.reads, 'count'),
      evidence('misses_per_s', signs.missesPerS, 'perS'),
      evidence('evicted_per_s', signs.evictedPerS, 'perS'),
      evidence('expired_per_s', signs.expiredPerS, 'perS'),
      evidence('removed_per_s', signs.removalsPerS, 'perS'),
      ...(signs.writesPerS === null ? [] : [evidence('written_per_s', signs.writesPerS, 'perS')]),
      evidence('uptime_ms', signs.uptimeS * 1_000, 'ms'),
    ],
    why: 'Each miss is a computation: the source works for what it has answered before, and readers wait.',
    steps: [...causes[cause].steps],
    fix: cause === 'evicting' ? await moreRoomFix(patient, server) : null,
  };
}

/** What was evicted comes back as it is read, and the rate is of a window: it rises by and by. */
export async function moreRoomFix(patient: Patient, server: ServerFacts): Promise<FixPlan | null> {
  const fix = await raiseLimitFix(patient, server);
  return fix === null ? null : { ...fix, showsWithinMs: 2 * windowMs };
}

const seeCache = 'See on the Cache page which layer misses and why.';

const causes: Readonly<Record<MissCause, { words: string; steps: readonly string[] }>> = {
  evicting: {
    words: ', and keys are evicted',
    steps: ['Keys are evicted for want of memory: see on the Keys page what fills it, or raise maxmemory.', seeCache],
  },
  removed: {
    words: ', since keys are removed',
    steps: [
      'See on the Redis page who sends DEL, UNLINK or FLUSHALL: the slow log, the clients, the commands.',
      'Let one change of data invalidate only what depends on it: a tag for a table or a customer, not for everything.',
    ],
  },
  expiring: {
    words: ', since keys expire',
    steps: ['Compare the TTL of the layers with how often they are read, on the Cache page.'],
  },
  filling: {
    words: ': it was started a short while ago and is still being filled',
    steps: ['Wait, or warm it: vigia cache warm'],
  },
  read_once: {
    words: ', since ever new keys are asked for',
    steps: [
      'See on the Keys page which namespace grows: a key that holds a time, a random id or unsorted filters is never read twice.',
      'Build the keys of what the answer really depends on.',
    ],
  },
  never_written: {
    words: ', and nobody writes what is asked for',
    steps: [
      'See whether the programs that fill the cache run, write to this server, and use the same database and the same keys.',
    ],
  },
  unexplained: {
    words: '',
    steps: [
      seeCache,
      'Not every miss is followed by a write: see whether the programs keep all that they compute, also what is empty.',
    ],
  },
};
