/** Whether copies are in step and the right server answers: replicas, failover, slots of a cluster. */
import { bytesWords } from '../../health/wording.ts';
import { asText } from '../../redis/reply.ts';
import { type ConnectionCheck, evidence, type Found, silent, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';

const lagBytes = 16 * 1024 * 1024;
const lagS = 10;
const slotCount = 16_384;

export const redisReplication: ConnectionCheck = {
  id: 'redis-replication',
  title: 'Copies are in step, and every slot is served',
  about: 'connection',
  async run(patient) {
    const servers = await patient.servers();
    const lags = servers.flatMap((server) => [lost(patient, server), ...behind(patient, server)]);
    const found = [...lags, patient.link.isCluster ? await uncovered(patient) : null].filter((one) => one !== null);
    const alone = servers.every(
      ({ figures }) => figures.replication.role !== 'replica' && figures.replication.replicas.length === 0,
    );
    return found.length === 0 && alone && !patient.link.isCluster ? silent : verdictOf(found);
  },
};

function lost(patient: Patient, server: ServerFacts): Found | null {
  const { role, masterLinkUp, masterSilentS } = server.figures.replication;
  if (role !== 'replica') return null;
  const master = `${server.fields.get('master_host')}:${server.fields.get('master_port')}`;
  if (masterLinkUp !== false) {
    return {
      code: 'writes_to_replica',
      part: patient.partOf(server),
      severity: 'warning',
      title: `${patient.titleOf(server)} is a replica of ${master}: nothing can be stored there`,
      evidence: [evidence('role', 'replica', 'text'), evidence('primary', master, 'text')],
      why: 'After a failover the address of the old primary leads to a replica, which refuses every write.',
      steps: [`Connect to ${master}, or by redis-sentinel:// so that a failover is followed by itself.`],
    };
  }
  return {
    code: 'primary_lost',
    part: patient.partOf(server),
    severity: 'critical',
    title: `${patient.titleOf(server)} has lost its primary ${master}`,
    evidence: [evidence('primary', master, 'text'), evidence('silent_ms', (masterSilentS ?? 0) * 1_000, 'ms')],
    why: 'It answers with what it had; everything that was written since is missing, and nobody takes writes.',
    steps: [
      `See whether ${master} runs and can be reached from this server (masterauth, firewall).`,
      'If it is gone for good, make one replica the primary: redis-cli REPLICAOF NO ONE, and point the others at it.',
    ],
  };
}

function behind(patient: Patient, server: ServerFacts): Found[] {
  return server.figures.replication.replicas
    .filter((one) => one.state !== 'online' || (one.lagBytes ?? 0) >= lagBytes || (one.lagS ?? 0) >= lagS)
    .map(
      (one): Found => ({
        code: 'replica_behind',
        part: one.address,
        severity: 'warning',
        title:
          one.state === 'online'
            ? `The replica ${one.address} is ${bytesWords(one.lagBytes ?? 0)} behind ${patient.titleOf(server)}`
            : `The replica ${one.address} of ${patient.titleOf(server)} is not in step: ${one.state}`,
        evidence: [
          evidence('replica', one.address, 'text'),
          evidence('replica_state', one.state, 'text'),
          evidence('lag_bytes', one.lagBytes ?? 0, 'bytes'),
          evidence('lag_ms', (one.lagS ?? 0) * 1_000, 'ms'),
        ],
        why: 'What has not been copied is lost when the primary dies now.',
        steps: [
          'See whether the replica hangs, is short of memory, or the network between them is slow.',
          'Raise repl-backlog-size, so that a short break does not need a full copy.',
        ],
      }),
    );
}

/** Source: CLUSTER INFO, `cluster_slots_ok` of 16384. */
async function uncovered(patient: Patient): Promise<Found | null> {
  const infos = await patient.eachServer('cluster|info', async (shard) =>
    asText(await shard.command('CLUSTER INFO', (client) => client.call('CLUSTER', 'INFO'))),
  );
  const number = (name: string): number =>
    Math.min(...infos.map((info) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1] ?? slotCount)));
  const served = number('cluster_slots_ok');
  const state = infos.map((info) => /cluster_state:(\w+)/.exec(info)?.[1] ?? 'ok').find((one) => one !== 'ok') ?? 'ok';
  if (served >= slotCount && state === 'ok') return null;
  return {
    code: 'slots_uncovered',
    severity: 'critical',
    title: `${slotCount - served} of the ${slotCount} slots of ${patient.name} are served by nobody`,
    evidence: [
      evidence('slots_served', served, 'count'),
      evidence('slots', slotCount, 'count'),
      evidence('cluster_state', state, 'text'),
    ],
    why: 'Keys in those slots can be neither read nor written; by default the whole cluster then refuses.',
    steps: [
      'redis-cli --cluster check <any node> names the slots and the node that had them.',
      'Bring that node back, or let its replica take over: CLUSTER FAILOVER TAKEOVER on the replica.',
      'If there is no replica, give the slots to others: redis-cli --cluster fix <any node>',
    ],
  };
}
