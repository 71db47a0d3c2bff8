/** Workers that are starting are neither well nor a trouble; what else is bad is found all the same. */
import { expect, test } from 'vitest';
import type { Desk } from '../../../engine/doctor/check.ts';
import { workChecks } from '../../../engine/doctor/checks/work-signs.ts';
import type { Patient } from '../../../engine/doctor/patient.ts';
import type { CauseChain, CauseCode } from '../../../engine/model/cause.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const workDone = workChecks.find(({ id }) => id === 'work-done');

function chainTo(code: CauseCode): CauseChain {
  const root = { code, words: code };
  return { sign: 'workers', links: [root], root };
}

async function verdict(isStarting: boolean, ...codes: CauseCode[]) {
  const work = { isStarting: () => isStarting, processCount: () => 1, queues: () => [] };
  const desk = { signs: async () => codes.map(chainTo), work } as unknown as Desk;
  return workDone?.run({ clock: new ManualClock(0), desk, patients: [] });
}

test('nothing is said of workers that are starting but that they are', async () => {
  expect(await verdict(true, 'workers_unseen')).toMatchObject({
    kind: 'unknown',
    reason: expect.stringMatching(/are starting/),
  });
  expect(await verdict(true, 'workers_unseen', 'queue_paused')).toMatchObject({
    kind: 'found',
    findings: [{ code: 'queue_paused' }],
  });
  expect(await verdict(true)).toEqual({ kind: 'well' });
});

test('once they had their time, not seeing them is critical', async () => {
  expect(await verdict(false, 'workers_unseen')).toMatchObject({ kind: 'found', findings: [{ severity: 'critical' }] });
});

test('a cache that evicts is offered more memory, where it is one server', async () => {
  const asked: object[] = [];
  const plan = { title: 'more', connectionId: 'cache', commands: [], undo: [], note: null };
  const server = {
    shard: { address: 'a' },
    fields: new Map([['total_system_memory', '8000000000']]),
    figures: { memory: { limit: { kind: 'limited', bytes: 1_000 } } },
  };
  const cacheOf = (...servers: object[]) =>
    ({
      ...{ role: 'cache', link: { isReady: true }, servers: async () => servers },
      configFix: async (_title: string, changes: object[]) => {
        asked.push(...changes);
        return plan;
      },
    }) as unknown as Patient;
  const fixFor = async (patient: Patient) => {
    const evictions = { code: 'evictions' as const, words: 'evicted' };
    const desk = { signs: async () => [{ sign: 'hit_rate', links: [evictions], root: evictions }], work: null };
    const helps = workChecks.find(({ id }) => id === 'cache-helps');
    const clock = new ManualClock(0);
    const said = await helps?.run({ clock, desk: desk as unknown as Desk, patients: [patient] });
    return said?.kind === 'found' ? said.findings[0]?.fix : undefined;
  };
  expect(await fixFor(cacheOf(server))).toMatchObject({ ...plan, showsWithinMs: 600_000 });
  expect(asked).toEqual([{ shard: server.shard, name: 'maxmemory', value: '2000' }]);
  expect(await fixFor(cacheOf(server, server))).toBeNull();
});
