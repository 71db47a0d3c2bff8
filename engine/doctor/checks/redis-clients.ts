/** Clients of each server: near their limit, refused, waiting where nothing should wait, or not taking their replies. */
import { bytesWords, percentWords } from '../../health/wording.ts';
import { type ConnectionCheck, evidence, type Found, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';

const nearRatio = 0.8;
const windowMs = 300_000;
/** Blocking is how workers wait; on a cache nobody should. */
const blockedFrom = 20;
const outputBytes = 32 * 1024 * 1024;

export const redisClients: ConnectionCheck = {
  id: 'redis-clients',
  title: 'There is room for clients, and they take their replies',
  about: 'connection',
  async run(patient) {
    const servers = await patient.servers();
    const found = await Promise.all(servers.map((server) => limit(patient, server)));
    return verdictOf(
      [...found, ...servers.map((server) => blocked(patient, server)), await unread(patient)].filter(
        (one) => one !== null,
      ),
    );
  },
};

async function limit(patient: Patient, server: ServerFacts): Promise<Found | null> {
  const { connected, max, rejectedSinceStart } = server.figures.clients;
  const { shard } = server;
  if (connected === null || max === null || max === 0) return null;
  const rejected = patient.window(shard.address, windowMs)?.rejectedCount ?? 0;
  if (connected / max < nearRatio && rejected === 0) return null;
  // Source: redis.conf, maxclients is bound by the process's limit of open files; the server refuses more by itself.
  const fix = await patient.configFix(
    `Take ${2 * max} clients`,
    [{ shard, name: 'maxclients', value: String(2 * max) }],
    'Each client takes some memory and one open file of the server.',
  );
  return {
    code: rejected > 0 ? 'clients_refused' : 'clients_near_limit',
    part: patient.partOf(server),
    severity: rejected > 0 ? 'critical' : 'warning',
    title:
      rejected > 0
        ? `${patient.titleOf(server)} refuses clients: ${rejected} in the last 5 minutes`
        : `${patient.titleOf(server)} has ${percentWords(connected / max)} of the clients that it takes`,
    evidence: [
      evidence('clients', connected, 'count'),
      evidence('client_limit', max, 'count'),
      evidence('refused_recently', rejected, 'count'),
      evidence('refused_since_start', rejectedSinceStart ?? 0, 'count'),
    ],
    why: 'At the limit Redis closes every new connection: workers and web servers fail at random.',
    steps: [
      'See on the Redis page who holds the connections (grouped by name and address): most often a pool without a limit.',
      'Let that program share connections; then, if all of them are needed, raise maxclients.',
    ],
    // Who was refused stays in the window for a while.
    fix: fix !== null && rejected > 0 ? { ...fix, showsWithinMs: 2 * windowMs } : fix,
  };
}

function blocked(patient: Patient, server: ServerFacts): Found | null {
  const count = server.figures.clients.blocked ?? 0;
  if (patient.role !== 'cache' || count < blockedFrom) return null;
  return {
    code: 'clients_blocked',
    part: patient.partOf(server),
    severity: 'warning',
    title: `${count} clients wait in blocking commands on ${patient.titleOf(server)}, which is a cache`,
    evidence: [
      evidence('blocked_clients', count, 'count'),
      evidence('clients', server.figures.clients.connected ?? 0, 'count'),
    ],
    why: 'Something uses the cache as a queue: what waits there may be evicted before it is taken.',
    steps: ['See on the Redis page which clients are "blocked", and point them at the broker.'],
  };
}

async function unread(patient: Patient): Promise<Found | null> {
  const clients = (await patient.clients()).filter((one) => one.outputBytes >= outputBytes);
  const worst = clients.toSorted((a, b) => b.outputBytes - a.outputBytes)[0];
  if (worst === undefined) return null;
  return {
    code: 'output_buffers',
    severity: 'warning',
    title: `${worst.name ?? worst.address} leaves ${bytesWords(worst.outputBytes)} of replies untaken on ${patient.name}`,
    evidence: [
      evidence('client', worst.name ?? worst.address, 'text'),
      evidence('output_bytes', worst.outputBytes, 'bytes'),
      evidence('last_command', worst.lastCommand ?? '', 'text'),
      evidence('slow_reader_count', clients.length, 'count'),
    ],
    why: "Replies that nobody takes fill the server's memory, outside of what eviction can free.",
    steps: [
      'See whether that program hangs; if so restart it, or close its connection on the Redis page.',
      'Bound the buffers: client-output-buffer-limit in redis.conf, above all for pubsub and replica.',
    ],
  };
}
