import { describe, expect, it } from 'vitest';
import { estimateWaitMs } from '../../../engine/queue/wait-estimate.ts';

type Report = Parameters<typeof estimateWaitMs>[2][number];

function report(change: Partial<Report> = {}): Report {
  return {
    slots: { kpis: 2 },
    runs: { kpis: { count: 10, meanMs: 100 } },
    goodbye: false,
    retiring: false,
    activeJobs: [1, 2].map((job) => ({ taskId: `kpis:${job}`, job: 'refresh-kpis', startedAtMs: 0 })),
    ...change,
  };
}

describe('the wait of a task', () => {
  it('is its place in runs of all slots', () => {
    expect(estimateWaitMs('kpis', 1, [report()])).toBe(50);
    expect(estimateWaitMs('kpis', 10, [report()])).toBe(500);
    expect(estimateWaitMs('kpis', 10, [report(), report()])).toBe(250);
  });

  it('is nothing beside a free slot', () => {
    expect(estimateWaitMs('kpis', 1, [report({ activeJobs: [] })])).toBe(0);
    expect(estimateWaitMs('kpis', 3, [report({ activeJobs: [] })])).toBe(50);
  });

  it('weighs each worker by the runs that it measured', () => {
    const slow = report({ runs: { kpis: { count: 30, meanMs: 500 } } });
    expect(estimateWaitMs('kpis', 4, [report(), slow])).toBe(400);
  });

  it('is not known without a worker of the queue, or before one has ended a job', () => {
    expect(estimateWaitMs('kpis', 1, [])).toBeNull();
    expect(estimateWaitMs('background', 1, [report()])).toBeNull();
    expect(estimateWaitMs('kpis', 1, [report({ runs: {} })])).toBeNull();
    expect(estimateWaitMs('kpis', 1, [report({ goodbye: true }), report({ retiring: true })])).toBeNull();
  });
});
