/** The form of a schedule against the schedule it stands for, and the day ahead as places on a line. */
import { describe, expect, it } from 'vitest';
import { emptyForm, formOf, specOf, timingOf } from '../../../src/renderer/pages/schedules/schedule-form.ts';
import { lanesOf } from '../../../src/renderer/pages/schedules/schedules-model.ts';
import { schedulesScript } from '../../support/console-schedules.ts';

describe('the form of a schedule', () => {
  it('gives back every schedule that it was made from', () => {
    for (const schedule of schedulesScript(0).schedules.filter(
      ({ timing }) => timing.kind === 'cron' || timing.everyMs > 0,
    )) {
      const { title, job, filters, timing, catchUp, jitterMs } = schedule;
      expect(specOf(formOf(schedule, 'UTC'))).toEqual({ title, job, filters, timing, catchUp, jitterMs });
    }
  });

  it('shows an interval in its largest whole unit', () => {
    const [schedule] = schedulesScript(0).schedules;
    if (!schedule) throw new Error('The script has no schedule');
    const shown = (everyMs: number): string => {
      const { every, unit } = formOf({ ...schedule, timing: { kind: 'every', everyMs } }, 'UTC');
      return `${every} ${unit}`;
    };
    expect([90_000, 7_200_000, 172_800_000, 1_000].map(shown)).toEqual([
      '90 seconds',
      '2 hours',
      '2 days',
      '1 seconds',
    ]);
  });

  it('means nothing while a number is none, too small, or a pattern is empty', () => {
    const form = emptyForm('UTC');
    expect(timingOf({ ...form, every: '' })).toBeNull();
    expect(timingOf({ ...form, every: 'soon' })).toBeNull();
    expect(timingOf({ ...form, every: '0.5', unit: 'seconds' })).toBeNull();
    expect(timingOf({ ...form, kind: 'cron', pattern: '  ' })).toBeNull();
    expect(specOf({ ...form, jitterSeconds: '-1' })).toBeNull();
  });

  it('leaves filters out of jobs that read none', () => {
    const form = { ...emptyForm('UTC'), id: 'x', filters: 'cliente=Andes' };
    expect(specOf({ ...form, job: 'clean-up' })?.filters).toEqual({});
    expect(specOf({ ...form, job: 'refresh-kpis' })?.filters).toEqual({ cliente: 'Andes' });
  });
});

it('the day ahead has a line for each schedule, the next to run first, and paused ones last', () => {
  const { schedules } = schedulesScript(0);
  const [kpis, charts] = schedules;
  if (!kpis || !charts) throw new Error('The script has too few schedules');
  const paused = { ...kpis, id: 'paused', nextRunAtMs: null };
  const lanes = lanesOf([paused, charts, kpis], {
    fromMs: 1_000,
    toMs: 3_000,
    runs: [
      { scheduleId: 'kpis', dueMs: 1_000 },
      { scheduleId: 'kpis', dueMs: 2_000 },
    ],
    truncated: ['kpis'],
  });
  expect(lanes.map(({ schedule }) => schedule.id)).toEqual(['kpis', 'charts', 'paused']);
  expect(lanes[0]).toMatchObject({ marks: [0, 0.5], isTruncated: true });
});
