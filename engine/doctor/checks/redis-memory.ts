/** Memory of each server: no limit where one is due, near the limit, swapped out, or fragmented. */
import { bytesWords, percentWords } from '../../health/wording.ts';
import type { FixPlan } from '../../model/doctor.ts';
import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';

const nearRatio = 0.9;
/** Of the machine, when nothing limits the server. */
const machineRatio = 0.7;
const fragmentedRatio = 1.5;
/** Waste below it is not worth a word. */
const wasteBytes = 64 * 1024 * 1024;
/** RSS this far under what is in use lies in the swap. Source: redis.io, INFO, mem_fragmentation_ratio. */
const swappedRatio = 0.8;
const swapFromBytes = 64 * 1024 * 1024;
const windowMs = 300_000;

type Memory = NonNullable<ServerFacts['figures']['memory']>;

export const redisMemory: ConnectionCheck = {
  id: 'redis-memory',
  title: 'Memory is limited, with room left, in RAM and not fragmented',
  about: 'connection',
  async run(patient) {
    const servers = await patient.servers();
    if (servers.every(({ figures }) => figures.memory === null))
      return unknown('the server does not report its memory', said('unchecked_memory_untold'));
    const found = await Promise.all(servers.map((server) => examine(patient, server)));
    return verdictOf(found.flat());
  },
};

async function examine(patient: Patient, server: ServerFacts): Promise<Found[]> {
  const { memory } = server.figures;
  if (memory === null) return [];
  const found = [
    await limitMissing(patient, server, memory),
    await near(patient, server, memory),
    swapped(patient, server, memory),
    await fragmented(patient, server, memory),
  ];
  return found.filter((one) => one !== null);
}

async function limitMissing(patient: Patient, server: ServerFacts, memory: Memory): Promise<Found | null> {
  if (memory.limit.kind !== 'none') return null;
  const { shard } = server;
  const { systemBytes } = memory.limit;
  const usedOfMachine = systemBytes === null ? 0 : memory.usedBytes / systemBytes;
  // A broker without one is usual as long as the machine has room; a cache without one only ever grows.
  if (patient.role !== 'cache' && usedOfMachine < machineRatio) return null;
  const wantedBytes = systemBytes === null ? null : Math.max(2 * memory.usedBytes, Math.floor(systemBytes / 4));
  const fits = wantedBytes !== null && systemBytes !== null && wantedBytes <= systemBytes / 2;
  const evicting = memory.policy !== 'noeviction';
  return {
    code: 'limit_missing',
    part: patient.partOf(server),
    severity: usedOfMachine >= machineRatio ? 'critical' : 'warning',
    title: `${patient.titleOf(server)} has no memory limit`,
    evidence: [
      evidence('used_bytes', memory.usedBytes, 'bytes'),
      ...(systemBytes === null ? [] : [evidence('machine_bytes', systemBytes, 'bytes')]),
      evidence('policy', memory.policy, 'text'),
    ],
    why: 'It grows until the machine has no memory left; the system then kills a process, most often Redis itself.',
    steps: [
      'Set maxmemory to what the machine can spare, at most half of it where it saves to disk.',
      ...(evicting ? [] : ['Set maxmemory-policy to allkeys-lru first, or a full cache refuses to store.']),
      'Write both into redis.conf, or make one with: vigia redis-conf --role cache --memory 2gb',
    ],
    fix:
      fits && patient.role === 'cache'
        ? await patient.configFix(
            `Limit it to ${bytesWords(wantedBytes)}`,
            [
              ...(evicting ? [] : [{ shard, name: 'maxmemory-policy', value: 'allkeys-lru' }]),
              { shard, name: 'maxmemory', value: String(wantedBytes) },
            ],
            'At the limit the least recently used keys go.',
          )
        : null,
  };
}

async function near(patient: Patient, server: ServerFacts, memory: Memory): Promise<Found | null> {
  if (memory.limit.kind !== 'limited' || memory.limit.usedRatio < nearRatio) return null;
  const { shard, fields } = server;
  const { bytes, usedRatio } = memory.limit;
  const evicting = memory.policy !== 'noeviction';
  const evictedPerS = patient.window(shard.address, windowMs)?.evictedPerS ?? null;
  const refused = Number(/count=(\d+)/.exec(fields.get('errorstat_OOM') ?? '')?.[1] ?? 0);
  return {
    code: evicting ? 'limit_near_evicting' : 'limit_near_refusing',
    part: patient.partOf(server),
    severity: evicting ? 'warning' : 'critical',
    title: `${patient.titleOf(server)} has used ${percentWords(usedRatio)} of its memory limit of ${bytesWords(bytes)}`,
    evidence: [
      evidence('used_ratio', usedRatio, 'ratio'),
      evidence('used_bytes', memory.usedBytes, 'bytes'),
      evidence('limit_bytes', bytes, 'bytes'),
      ...(evictedPerS === null ? [] : [evidence('evicted_per_s', evictedPerS, 'perS')]),
      ...(refused > 0 ? [evidence('refused_writes', refused, 'count')] : []),
    ],
    why: evicting
      ? 'From here on Redis removes keys to store new ones: values are computed again that were still good.'
      : 'At the limit Redis refuses every write: no job is queued and nothing is stored.',
    steps: [
      'See what fills it: analyse the keys on the Keys page (biggest keys, namespaces, keys without expiry).',
      'Remove what nobody needs, or give it an expiry.',
      'If all of it is needed, raise maxmemory, in redis.conf as well.',
    ],
    fix: await raiseLimitFix(patient, server),
  };
}

/** Twice what it may use now; null without a limit, and where the machine has no room for it. */
export async function raiseLimitFix(
  patient: Patient,
  { shard, fields, figures }: ServerFacts,
): Promise<FixPlan | null> {
  const limit = figures.memory?.limit;
  const systemBytes = Number(fields.get('total_system_memory') ?? 0);
  if (limit?.kind !== 'limited' || 2 * limit.bytes > systemBytes / 2) return null;
  return patient.configFix(
    `Raise the limit to ${bytesWords(2 * limit.bytes)}`,
    [{ shard, name: 'maxmemory', value: String(2 * limit.bytes) }],
    `The machine has ${bytesWords(systemBytes)}. Undoing it brings the limit back, with what that means for what was stored meanwhile.`,
  );
}

function swapped(patient: Patient, server: ServerFacts, { usedBytes, rssBytes }: Memory): Found | null {
  if (rssBytes === null || usedBytes < swapFromBytes || rssBytes / usedBytes >= swappedRatio) return null;
  return {
    code: 'swapping',
    part: patient.partOf(server),
    severity: 'critical',
    title: `${bytesWords(usedBytes - rssBytes)} of ${patient.titleOf(server)} lie in the swap`,
    evidence: [
      evidence('used_bytes', usedBytes, 'bytes'),
      evidence('rss_bytes', rssBytes, 'bytes'),
      evidence('rss_ratio', rssBytes / usedBytes, 'ratio'),
    ],
    why: 'Redis has one thread: each key that must first be read back from disk holds every client up.',
    steps: [
      'See what else uses the memory of the machine, and move it away.',
      'Lower maxmemory below what the machine can keep in RAM.',
      'Set vm.swappiness to 1, so that the system swaps Redis last.',
    ],
  };
}

async function fragmented(patient: Patient, server: ServerFacts, memory: Memory): Promise<Found | null> {
  const { shard, fields } = server;
  const { fragmentationRatio, rssBytes, usedBytes } = memory;
  if (fragmentationRatio === null || rssBytes === null) return null;
  if (fragmentationRatio < fragmentedRatio || rssBytes - usedBytes < wasteBytes) return null;
  // Source: redis.conf, activedefrag needs the jemalloc that Redis brings along.
  const canDefragment = (fields.get('mem_allocator') ?? '').startsWith('jemalloc');
  const already = canDefragment && (await patient.parameter(shard, 'activedefrag')) === 'yes';
  return {
    code: 'fragmented',
    part: patient.partOf(server),
    severity: 'warning',
    title: `${patient.titleOf(server)} holds ${bytesWords(rssBytes - usedBytes)} that it does not use`,
    evidence: [
      evidence('fragmentation_ratio', Number(fragmentationRatio.toFixed(2)), 'count'),
      evidence('rss_bytes', rssBytes, 'bytes'),
      evidence('used_bytes', usedBytes, 'bytes'),
    ],
    why: 'Memory that was freed lies scattered and is not given back: the machine runs out before Redis reaches its limit.',
    steps: [
      already ? 'Active defragmentation is on already; give it time.' : 'Switch active defragmentation on.',
      'MEMORY PURGE gives back what is free at once; a restart of a replica, then a failover, gives back all of it.',
    ],
    fix:
      canDefragment && !already
        ? await patient.configFix(
            'Switch active defragmentation on',
            [{ shard, name: 'activedefrag', value: 'yes' }],
            'It takes up to a quarter of one core while it works.',
          )
        : null,
  };
}
