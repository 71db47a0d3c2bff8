/** The doctor over a test's own servers: real connections, real samples, a real store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openVault } from '../../engine/config/secret-vault.ts';
import type { Doctor } from '../../engine/doctor/doctor.ts';
import type { Finding } from '../../engine/model/doctor.ts';
import { doctorReportSchema } from '../../engine/model/doctor.ts';
import { RedisLink } from '../../engine/redis/link.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import { type Connections, openConnections } from '../../engine/wiring/connections.ts';
import { openDoctor } from '../../engine/wiring/doctor.ts';
import { type WatchedRedis, watchRedis } from '../../engine/wiring/redis.ts';

export interface DoctorRoom {
  readonly doctor: Doctor;
  readonly connections: Connections;
  readonly redis: WatchedRedis;
  readonly store: Store;
  readonly file: string;
  /** Runs it, and answers what the check found on the connection; through the contract's schema. */
  found(checkId: string, subjectId: string): Promise<Finding[]>;
  /** `found`, `well`, `unknown: why`, or null when the check said nothing of it. */
  outcome(checkId: string, subjectId: string): Promise<string | null>;
  close(): Promise<void>;
}

export async function openDoctorRoom(
  urls: { cache: string; broker: string },
  options: { clock?: Clock } = {},
): Promise<DoctorRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-doctor-'));
  const clock = options.clock ?? systemClock;
  const foundation = { clock, ids: systemIds, random: Math.random, logger: silentLogger };
  const file = join(folder, 'vigia.db');
  const store = await openStore({ file, ...foundation });
  const link = (role: 'cache' | 'broker') => new RedisLink({ role, url: urls[role], access: 'own', ...foundation });
  const links = { cache: link('cache'), broker: link('broker') };
  const vault = openVault({ dataDir: folder, seal: null, env: {} });
  const connections = openConnections({ links, store, vault }, foundation);
  const redis = watchRedis({ connections, store }, foundation);
  const doctor = openDoctor(
    { connections, redis, store, signs: async () => [], work: null, slowQueries: async () => [] },
    foundation,
  );
  await Promise.all(['cache', 'broker'].map((id) => connections.of(id).settled(10_000)));
  const report = async () => doctorReportSchema.parse(JSON.parse(JSON.stringify(await doctor.run())));
  return {
    ...{ doctor, connections, redis, store, file },
    async found(checkId, subjectId) {
      const { findings } = await report();
      return findings.filter((one) => one.checkId === checkId && one.subject.id === subjectId);
    },
    async outcome(checkId, subjectId) {
      const { checked } = await report();
      const one = checked.find((each) => each.checkId === checkId && each.subject.id === subjectId);
      if (one === undefined) return null;
      return one.outcome === 'unknown' ? `unknown: ${one.reason}` : one.outcome;
    },
    async close() {
      await redis.stop();
      await connections.close();
      await Promise.all([links.cache.close(), links.broker.close()]);
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
