/** How the doctor runs its checks: within bounds, and never taking what it could not check for well. */
import { expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { systemIds } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { type SystemCheck, silent, unknown, type Verdict, verdictOf, well } from '../../../engine/doctor/check.ts';
import { Doctor } from '../../../engine/doctor/doctor.ts';
import type { AppliedFix } from '../../../engine/model/doctor.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const check = (id: string, run: () => Promise<Verdict>): SystemCheck => ({
  ...{ id, title: id, about: 'system' },
  subject: { kind: 'console', id: 'console', name: 'console' },
  run,
});

function doctorOf(checks: SystemCheck[], clock = new ManualClock()): Doctor {
  const fixes = { list: () => [], put: () => undefined };
  return new Doctor({ checks, patients: () => [], fixes, desk: null, clock, ids: systemIds, logger: silentLogger });
}

const found = (severity: 'critical' | 'warning' | 'info') =>
  verdictOf([{ code: severity, severity, title: '', evidence: [], why: '', steps: [] }]);

test('what throws, what has no answer and what is silent are told apart from what is well', async () => {
  const report = await doctorOf([
    check('good', async () => well),
    check('away', async () => {
      throw new EngineError('REDIS_TIMEOUT', 'no answer');
    }),
    check('blind', async () => unknown('nobody may look')),
    check('elsewhere', async () => silent),
  ]).run();
  expect(report.checked.map(({ checkId, outcome, reason }) => [checkId, outcome, reason])).toEqual([
    ['good', 'well', ''],
    ['away', 'unknown', 'no answer'],
    ['blind', 'unknown', 'nobody may look'],
  ]);
  expect(report.findings).toEqual([]);
});

test('the worst comes first', async () => {
  const report = await doctorOf([
    check('a', async () => found('info')),
    check('b', async () => found('warning')),
    check('c', async () => found('critical')),
  ]).run();
  expect(report.findings.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'info']);
});

test('a check that never answers is given up, and what comes after the time of the run is unknown', async () => {
  const clock = new ManualClock();
  const never = () => new Promise<Verdict>(() => undefined);
  const names = ['one', 'two', 'three', 'four', 'five'];
  const running = doctorOf(
    names.map((name) => check(name, never)),
    clock,
  ).run();
  for (let second = 0; second < 30; second += 1) await clock.advance(1_000);
  const { checked } = await running;
  expect(checked.map(({ outcome }) => outcome)).toEqual(Array<string>(5).fill('unknown'));
  expect(checked.at(-1)?.reason).toContain('the time of the run was over');
});

test('two who ask at once share one run', async () => {
  let runs = 0;
  const doctor = doctorOf([
    check('a', async () => {
      runs += 1;
      return well;
    }),
  ]);
  await Promise.all([doctor.run(), doctor.run()]);
  expect(runs).toBe(1);
  await doctor.run();
  expect(runs).toBe(2);
});

test('a fix whose effect shows by and by is mended once its finding is gone, and failing when its time is over', async () => {
  const clock = new ManualClock();
  let verdict: Verdict = found('warning');
  const shelf: AppliedFix[] = ['one/console/warning', 'two/console/warning'].map((findingId) => ({
    ...{
      fixId: findingId,
      atMs: clock.now(),
      who: 'tester',
      findingId,
      checkId: findingId.slice(0, 3),
      findingTitle: '',
    },
    ...{ state: 'settling', undoneAtMs: null },
    plan: { title: '', connectionId: 'cache', commands: [], undo: [], note: null, showsWithinMs: 60_000 },
  }));
  const fixes = {
    list: () => shelf,
    put: (fix: AppliedFix) =>
      void shelf.splice(
        shelf.findIndex(({ fixId }) => fixId === fix.fixId),
        1,
        fix,
      ),
  };
  const checks = [check('one', async () => verdict), check('two', async () => found('warning'))];
  const doctor = new Doctor({
    ...{ checks, patients: () => [], fixes, desk: null, clock, ids: systemIds, logger: silentLogger },
  });
  const states = async () => {
    await doctor.run();
    return shelf.map(({ state }) => state);
  };
  expect(await states()).toEqual(['settling', 'settling']);
  verdict = unknown('nobody may look');
  expect(await states()).toEqual(['settling', 'settling']);
  verdict = well;
  expect(await states()).toEqual(['mended', 'settling']);
  await clock.advance(61_000);
  expect(await states()).toEqual(['mended', 'failing']);
});
