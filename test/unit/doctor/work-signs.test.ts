/** Workers that are starting are neither well nor a trouble; what else is bad is found all the same. */
import { expect, test } from 'vitest';
import type { Desk } from '../../../engine/doctor/check.ts';
import { workChecks } from '../../../engine/doctor/checks/work-signs.ts';
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
