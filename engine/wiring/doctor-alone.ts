/** The doctor on servers by their addresses, without a console: nothing is kept, written or fixed. */
import { checks } from '../doctor/checks.ts';
import { Doctor } from '../doctor/doctor.ts';
import { Patient, type PatientRole } from '../doctor/patient.ts';
import { RedisSampler } from '../health/redis/redis-sampler.ts';
import type { DoctorReport } from '../model/doctor.ts';
import { parseRedisUrl, type RedisAddress } from '../redis/address.ts';
import { RedisLink } from '../redis/link.ts';
import { OperateGate } from '../redis/operate-gate.ts';
import type { Foundation } from './foundation.ts';

export interface Examined {
  readonly name: string;
  readonly role: PatientRole;
  readonly url: string;
}

const connectMs = 5_000;
/** Between two looks: rates are of that time. */
const betweenLooksMs = 2_100;

/** @throws EngineError REDIS_URL_INVALID */
export async function examineServers(servers: readonly Examined[], foundation: Foundation): Promise<DoctorReport> {
  // All addresses are read before the first connection is made.
  const addressed = servers.map((server) => ({ ...server, address: parseRedisUrl(server.url) }));
  const watched = addressed.map((server) => watch(server, foundation));
  try {
    await Promise.all(watched.map(({ link }) => link.settled(connectMs)));
    await Promise.all(watched.map(({ sampler }) => sampler.look()));
    await foundation.clock.sleep(betweenLooksMs);
    await Promise.all(watched.map(({ sampler }) => sampler.look()));
    const doctor = new Doctor({
      checks,
      patients: () => watched.map(({ patient }) => patient()),
      fixes: { list: () => [], put: () => undefined },
      desk: null,
      ...foundation,
    });
    return await doctor.run();
  } finally {
    await Promise.all(watched.map(({ close }) => close()));
  }
}

function watch({ name, role, address }: Examined & { address: RedisAddress }, foundation: Foundation) {
  const { clock } = foundation;
  const gate = new OperateGate({ title: name, byDefault: 'observe', clock, onChange: () => undefined });
  const link = new RedisLink({ role: name, purpose: 'doctor', url: address, access: gate, ...foundation });
  const sampler = new RedisSampler({
    connectionId: name,
    link: () => link,
    history: { append: () => undefined, sizeBytes: () => 0, ceilingBytes: 0 },
    onSampled: () => undefined,
    ...foundation,
  });
  const patient = (): Patient =>
    new Patient({
      ...{ connectionId: name, name: `Redis (${name})`, role, link, clock },
      health: () => sampler.view(),
      analysis: () => null,
      count: (shard, command) => sampler.meterOf(shard).add('asked', command),
    });
  return {
    ...{ link, sampler, patient },
    async close(): Promise<void> {
      await sampler.stop();
      gate.close();
      await link.close();
    },
  };
}
