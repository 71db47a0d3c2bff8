/** States that no test can bring a machine into: a full disk, two versions in one cluster, a database that is full or only in memory. */
import { expect, test } from 'vitest';
import type { Desk, Verdict } from '../../../engine/doctor/check.ts';
import { localStore } from '../../../engine/doctor/checks/local-store.ts';
import { persistenceCheck } from '../../../engine/doctor/checks/redis-persistence.ts';
import { redisVersion } from '../../../engine/doctor/checks/redis-version.ts';
import type { Patient } from '../../../engine/doctor/patient.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const clock = new ManualClock(0);
const alone = { clock, desk: null, patients: [] };
const gigabyte = 1024 ** 3;

function codesOf(verdict: Verdict): string[] {
  return verdict.kind === 'found'
    ? verdict.findings.map(({ code, severity }) => `${code} ${severity}`)
    : [verdict.kind];
}

function patientOf(servers: object[], local = true): Patient {
  const patient = {
    ...{ name: 'shop', role: 'broker', holdsJobs: true, link: { target: { local } } },
    ...{ servers: async () => servers, titleOf: () => 'shop', partOf: () => null },
    parameter: async (_shard: object, name: string) => (name === 'dir' ? '/data' : ''),
  };
  return patient as unknown as Patient;
}

const persistence = { lastSaveOk: true, lastAppendOk: true, lastRewriteOk: true, appendOnly: true, lastForkMs: 1 };

test.each([
  ['a tenth of it free, and little', 5, gigabyte, true, 'disk_full warning'],
  ['less than what the server holds', 5, 100 * gigabyte, true, 'disk_full critical'],
  ['half of it free', 50, gigabyte, true, 'well'],
  ['of another machine, which nobody here can ask', 5, gigabyte, false, 'well'],
])('a disk: %s', async (_name, freePercent, usedBytes, local, wanted) => {
  const asked: string[] = [];
  const disk = persistenceCheck(async (folder) => {
    asked.push(folder);
    return { bavail: freePercent, blocks: 100, bsize: gigabyte };
  });
  const server = { shard: { address: 'a' }, fields: new Map(), figures: { persistence, memory: { usedBytes } } };
  expect(codesOf(await disk.run(patientOf([server], local), alone))).toEqual([wanted]);
  expect(asked).toEqual(local ? ['/data'] : []);
});

test('servers of several versions behind one connection are worth knowing; of one they are well', async () => {
  const of = (version: string) => ({ product: { product: 'Redis', version }, shard: { address: version } });
  const versions = async (...all: string[]) => codesOf(await redisVersion.run(patientOf(all.map(of)), alone));
  expect(await versions('7.0.15', '7.0.15')).toEqual(['well']);
  expect(await versions('7.0.15', '7.2.4')).toEqual(['versions_differ info']);
  expect(await versions('6.0.16', '7.2.4')).toEqual(['version_old warning', 'versions_differ info']);
});

test('the local database: in memory, full, damaged, not to be read, well; and that of Celery by itself', async () => {
  const judged = async (store: object, integrity: object = { state: 'whole', problem: '' }) => {
    const desk = {
      store: {
        ...{ medium: 'file', file: 'main', sizeBytes: () => 1, usedRatio: () => 0.1 },
        ...{ celeryHistory: () => ({ file: 'tasks', keptIn: 'file', sizeBytes: 1 }), ...store },
      },
      integrity: async () => integrity,
    };
    return codesOf(await localStore.run({ ...alone, desk: desk as unknown as Desk }));
  };
  expect(await judged({})).toEqual(['well']);
  expect(await judged({ medium: 'memory' })).toEqual(['store_in_memory critical']);
  expect(await judged({ usedRatio: () => 0.96 })).toEqual(['store_full warning']);
  expect(await judged({}, { state: 'damaged', problem: 'page 7' })).toContain('store_damaged critical');
  expect(await judged({}, { state: 'unknown', problem: 'locked' })).toEqual(['unknown']);
  const history = { celeryHistory: () => ({ file: 'tasks', keptIn: 'memory', sizeBytes: 1 }) };
  expect(await judged(history)).toEqual(['celery_history_in_memory warning']);
});
