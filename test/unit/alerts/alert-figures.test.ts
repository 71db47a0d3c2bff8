/** What rules can look at beyond the figures of the Overview: verdicts on workers, and each schedule by itself. */
import { expect, it } from 'vitest';
import type { WorkerVerdict } from '../../../engine/model/worker.ts';
import { alertFigures } from '../../../engine/wiring/alert-figures.ts';
import { workerView } from '../../support/worker-views.ts';

interface World {
  readonly verdicts: readonly WorkerVerdict[];
  readonly missedRuns: readonly { readonly scheduleId: string; readonly missed: number }[];
}

async function figuresOf({ verdicts, missedRuns }: World): Promise<Record<string, number | null>> {
  const ports = alertFigures({
    links: () => [],
    redisFacts: () => null,
    workers: async () => verdicts.map((verdict) => workerView({ verdict })),
    finished: () => ({ succeeded: 0, failed: 0 }),
    missedRuns: () => missedRuns,
    source: () => ({ reachable: true }),
    unproved: () => null,
    storeUsedRatio: () => 0,
    views: async () => [],
    nowMs: () => 0,
  });
  const read = await Promise.all(ports.map((port) => port.read()));
  return Object.fromEntries(read.flat().map(({ signal, value }) => [signal, value]));
}

it('counts workers by every verdict, also those that none has', async () => {
  const figures = await figuresOf({ verdicts: ['consuming', 'consuming', 'wedged', 'gone'], missedRuns: [] });
  expect(figures).toMatchObject({
    'workers.consuming_count': 2,
    'workers.busy_count': 0,
    'workers.wedged_count': 1,
    'workers.unknown_count': 0,
    'workers.gone_count': 1,
  });
});

it('tells what each schedule missed, with zero where it missed nothing', async () => {
  const missedRuns = [
    { scheduleId: 'precompute', missed: 2 },
    { scheduleId: 'morning-report', missed: 0 },
  ];
  expect(await figuresOf({ verdicts: [], missedRuns })).toMatchObject({
    'schedule.precompute.missed_count': 2,
    'schedule.morning_report.missed_count': 0,
  });
});
