/** A run ledger in memory, for tests of the scheduler without a store. */
import type { NewScheduleRun, RunChange, ScheduleRun } from '../../engine/model/schedule.ts';
import type { RunCounts, RunLedger, RunQuery } from '../../engine/scheduler/ledger.ts';

export class MemoryLedger implements RunLedger {
  runs: ScheduleRun[] = [];

  append(run: NewScheduleRun): number {
    const id = this.runs.length + 1;
    this.runs.push({ ...run, id });
    return id;
  }

  update(id: number, change: RunChange): boolean {
    const index = this.runs.findIndex((run) => run.id === id);
    const run = this.runs[index];
    if (!run) return false;
    this.runs[index] = { ...run, ...change };
    return true;
  }

  lastRuns(scheduleId: string, limit: number): ScheduleRun[] {
    return this.runs
      .filter((run) => run.scheduleId === scheduleId)
      .sort((a, b) => b.dueMs - a.dueMs || b.id - a.id)
      .slice(0, limit);
  }

  unfinished(): ScheduleRun[] {
    return this.runs.filter(
      ({ outcome, endedAtMs }) => endedAtMs === null && (outcome === 'running' || outcome === 'overran'),
    );
  }

  page({ id, outcomes, limit }: RunQuery): ScheduleRun[] {
    return this.runs
      .filter((run) => (id === undefined || run.scheduleId === id) && (outcomes?.includes(run.outcome) ?? true))
      .sort((a, b) => b.dueMs - a.dueMs || b.id - a.id)
      .slice(0, limit);
  }

  counts(sinceMs: number): RunCounts[] {
    const counts = new Map<string, { missed: number; overran: number }>();
    for (const { scheduleId, outcome, dueCount, dueMs } of this.runs) {
      if (dueMs < sinceMs || (outcome !== 'missed' && outcome !== 'overran')) continue;
      const { missed, overran } = counts.get(scheduleId) ?? { missed: 0, overran: 0 };
      const isMissed = outcome === 'missed';
      counts.set(scheduleId, { missed: missed + (isMissed ? dueCount : 0), overran: overran + (isMissed ? 0 : 1) });
    }
    return [...counts].map(([scheduleId, count]) => ({ scheduleId, ...count }));
  }
}
