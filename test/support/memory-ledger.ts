/** A run ledger in memory, for tests of the scheduler without a store. */
import type { NewScheduleRun, RunChange, ScheduleRun } from '../../engine/model/schedule.ts';
import type { RunLedger } from '../../engine/scheduler/ledger.ts';

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
    return this.runs.filter(({ outcome }) => outcome === 'running');
  }
}
