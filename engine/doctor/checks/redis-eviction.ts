/** Whether each server's eviction policy fits what lies on it: a broker must forget nothing, a cache must be able to. */

import { said } from '../../model/said.ts';
import { type CheckContext, type ConnectionCheck, evidence, type Found, silent, unknown, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';

export const redisEviction: ConnectionCheck = {
  id: 'redis-eviction',
  title: 'The eviction policy fits what the server is for',
  about: 'connection',
  async run(patient, context) {
    if (patient.role === 'other') return silent;
    const servers = await patient.servers();
    const known = servers.filter(({ figures }) => figures.memory !== null && figures.memory.policy !== 'unknown');
    if (known.length === 0) return unknown('the server does not say its policy', said('unchecked_policy_untold'));
    const jobs = patient.holdsJobs || (await sharesWithJobs(known, patient, context));
    // One server is judged once: of a shared one at the connection that holds the jobs.
    if (jobs && !patient.holdsJobs) return silent;
    const wrong = known.filter((server) => (jobs ? mayForget(server) : refusesWhenFull(server)));
    if (wrong.length === 0) return verdictOf([]);
    return verdictOf([jobs ? await evicts(patient, wrong) : await refuses(patient, wrong)]);
  },
};

function mayForget({ figures }: ServerFacts): boolean {
  return figures.memory?.policy !== 'noeviction';
}

/** Without a limit it never comes to it. */
function refusesWhenFull({ figures }: ServerFacts): boolean {
  return figures.memory?.policy === 'noeviction' && figures.memory.limit.kind === 'limited';
}

/** Source: `run_id` of INFO server, one for each start of a server. */
async function sharesWithJobs(servers: readonly ServerFacts[], patient: Patient, context: CheckContext) {
  const ids = new Set(servers.map(({ fields }) => fields.get('run_id')));
  const others = context.patients.filter((other) => other !== patient && other.holdsJobs && other.link.isReady);
  const theirs = await Promise.all(others.map((other) => other.servers().catch(() => [])));
  return theirs.flat().some(({ fields }) => ids.has(fields.get('run_id')));
}

async function evicts(patient: Patient, wrong: readonly ServerFacts[]): Promise<Found> {
  const memory = wrong[0]?.figures.memory;
  const limited = wrong.some(({ figures }) => figures.memory?.limit.kind === 'limited');
  const evicted = wrong.reduce((sum, { fields }) => sum + Number(fields.get('evicted_keys') ?? 0), 0);
  return {
    code: 'broker_evicts',
    severity: limited ? 'critical' : 'warning',
    title: `${patient.name} may throw jobs away: its policy is ${memory?.policy}`,
    evidence: [
      evidence('policy', memory?.policy ?? '', 'text'),
      evidence('evicted_keys', evicted, 'count'),
      evidence('used_bytes', memory?.usedBytes ?? 0, 'bytes'),
      ...(memory?.limit.kind === 'limited' ? [evidence('limit_bytes', memory.limit.bytes, 'bytes')] : []),
    ],
    why: limited
      ? 'When memory runs out, Redis removes keys by this policy, and jobs and messages are keys like any other: work is lost without a trace.'
      : 'As soon as somebody sets a memory limit, Redis removes jobs and messages by this policy.',
    steps: [
      'Set maxmemory-policy to noeviction: a full broker then refuses new jobs, which is seen, instead of losing old ones.',
      'Write it into redis.conf as well (or CONFIG REWRITE), or it is gone with the next start.',
      'If the cache lives on the same server, give it a server of its own: vigia redis-conf --role cache.',
    ],
    fix: await patient.configFix(
      'Evict nothing',
      wrong.map(({ shard }) => ({ shard, name: 'maxmemory-policy', value: 'noeviction' })),
      'A full server then answers OOM to writers. A cache on the same server stops forgetting.',
    ),
  };
}

async function refuses(patient: Patient, wrong: readonly ServerFacts[]): Promise<Found> {
  const memory = wrong[0]?.figures.memory;
  const limitBytes = memory?.limit.kind === 'limited' ? memory.limit.bytes : 0;
  return {
    code: 'cache_refuses',
    severity: 'warning',
    title: `${patient.name} refuses to store when it is full: its policy is noeviction`,
    evidence: [
      evidence('policy', 'noeviction', 'text'),
      evidence('used_bytes', memory?.usedBytes ?? 0, 'bytes'),
      evidence('limit_bytes', limitBytes, 'bytes'),
    ],
    why: 'A cache that may not forget its oldest entries takes no new ones once its limit is reached: every read then misses.',
    steps: [
      'Set maxmemory-policy to allkeys-lru, if nothing but cached values lies on this server.',
      'Write it into redis.conf as well (or CONFIG REWRITE), or it is gone with the next start.',
    ],
    fix: await patient.configFix(
      'Let it forget what was not used for longest',
      wrong.map(({ shard }) => ({ shard, name: 'maxmemory-policy', value: 'allkeys-lru' })),
      'Every key of this server may then be evicted, also those of other programs.',
    ),
  };
}
