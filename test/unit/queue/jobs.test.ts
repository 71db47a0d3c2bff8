import { describe, expect, it } from 'vitest';
import { jobNames } from '../../../engine/model/task.ts';
import {
  deduplicationKeyOf,
  jobDataSchemas,
  jobPolicy,
  jobRules,
  type RefreshData,
} from '../../../engine/queue/jobs.ts';
import { slotCount, slotsFor } from '../../../engine/queue/slots.ts';

const refresh: RefreshData = {
  pack: 'edp',
  viewId: 'abc',
  filters: {},
  asOf: '2026-03-31',
  sections: ['kpis'],
  force: false,
  requestedBy: 'reader',
};

describe('routing', () => {
  it('sends KPI refreshes to kpis, dashboards to dashboard, the rest to background', () => {
    expect(Object.fromEntries(jobNames.map((name) => [name, jobRules[name].queue]))).toEqual({
      'refresh-kpis': 'kpis',
      'refresh-dashboard': 'dashboard',
      precompute: 'background',
      'clean-up': 'background',
    });
  });

  it('tries four times, and puts first whoever waits', () => {
    expect(jobPolicy('interactive', 60_000)).toMatchObject({
      attempts: 4,
      priority: 0,
      backoff: { type: 'exponential', delay: 60_000, jitter: 0.5 },
    });
    expect(jobPolicy('scheduled', 60_000)).toMatchObject({
      attempts: 4,
      priority: 10,
      backoff: { delay: 60_000, jitter: 0.5 },
    });
  });

  it('bounds the records that are kept', () => {
    expect(jobPolicy('interactive', 60_000)).toMatchObject({
      removeOnComplete: { age: 86_400, count: 1_000 },
      removeOnFail: { age: 604_800, count: 1_000 },
    });
  });
});

describe('one job', () => {
  it('stands for all requests of a view, but a forced one only for forced ones', () => {
    const key = deduplicationKeyOf('refresh-kpis', refresh);
    expect(deduplicationKeyOf('refresh-kpis', { ...refresh, sections: ['charts'], requestedBy: 'other' })).toBe(key);
    expect(deduplicationKeyOf('refresh-kpis', { ...refresh, force: true })).not.toBe(key);
    expect(deduplicationKeyOf('refresh-dashboard', refresh)).not.toBe(key);
    expect(deduplicationKeyOf('refresh-kpis', { ...refresh, viewId: 'abd' })).not.toBe(key);
    expect(deduplicationKeyOf('clean-up', {})).toBe('clean-up');
  });

  it('is refused when its data lacks something', () => {
    expect(jobDataSchemas['refresh-kpis'].safeParse(refresh).success).toBe(true);
    expect(jobDataSchemas['refresh-kpis'].safeParse({ ...refresh, sections: [] }).success).toBe(false);
    expect(jobDataSchemas['refresh-kpis'].safeParse({ ...refresh, sections: ['nonsense'] }).success).toBe(false);
  });
});

describe('slots', () => {
  it.each([
    [4, { kpis: 1, dashboard: 2, background: 1 }],
    [8, { kpis: 3, dashboard: 3, background: 2 }],
    [1, { kpis: 1, dashboard: 1, background: 1 }],
  ])('of %i are shared so that every queue has its own', (concurrency, slots) => {
    expect(slotsFor(['kpis', 'dashboard', 'background'], concurrency)).toEqual(slots);
  });

  it('are never taken by queues that are not served', () => {
    expect(slotsFor(['background'], 4)).toEqual({ background: 4 });
    expect(slotsFor(['kpis', 'dashboard'], 5)).toEqual({ kpis: 2, dashboard: 3 });
    expect(slotsFor(['kpis', 'background'], 5)).toEqual({ kpis: 4, background: 1 });
    expect(slotCount(slotsFor(['kpis', 'dashboard', 'background'], 16))).toBe(16);
  });
});
