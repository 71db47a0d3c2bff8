/** The verbs of schedules, their runs and the scheduler. */
import type { ScheduleRun, SchedulerStatus, ScheduleSpec, ScheduleTiming, ScheduleView } from '../model/schedule.ts';
import type { RunPosition, RunQuery } from '../scheduler/ledger.ts';

export interface ScheduleVerbParts {
  readonly schedules: {
    list(): ScheduleView[];
    status(): SchedulerStatus;
    upcoming(wanted: { hours: number; maxPerSchedule: number }): Promise<{
      fromMs: number;
      toMs: number;
      runs: { scheduleId: string; dueMs: number }[];
      truncated: string[];
    }>;
    runs(query: RunQuery): readonly ScheduleRun[];
    preview(timing: ScheduleTiming, count: number): { inWords: string; nextMs: number[]; problem: string | null };
    add(id: string, spec: ScheduleSpec): ScheduleView;
    edit(id: string, change: Partial<ScheduleSpec>): ScheduleView;
    remove(id: string): void;
    reset(id: string): ScheduleView;
    runNow(id: string): Promise<{ taskId: string }>;
  };
}

/** A field that is left out is left as it is. */
type Change = { readonly [Field in keyof ScheduleSpec]?: ScheduleSpec[Field] | undefined };

export function scheduleVerbs({ schedules }: ScheduleVerbParts) {
  return {
    'schedules.list': async () => ({ schedules: schedules.list(), scheduler: schedules.status() }),
    'schedules.upcoming': (wanted: { hours: number; maxPerSchedule: number }) => schedules.upcoming(wanted),
    'schedules.runs': async (query: RunQuery) => pageOf(schedules.runs(query), query.limit),
    'schedules.preview': async ({ timing, count }: { timing: ScheduleTiming; count: number }) =>
      schedules.preview(timing, count),
    'schedules.add': async ({ id, spec }: { id: string; spec: ScheduleSpec }) => schedules.add(id, spec),
    'schedules.edit': async ({ id, change }: { id: string; change: Change }) => schedules.edit(id, named(change)),
    'schedules.remove': async ({ id }: { id: string }) => {
      schedules.remove(id);
      return { done: true as const };
    },
    'schedules.reset': async ({ id }: { id: string }) => schedules.reset(id),
    'schedules.pause': async ({ id }: { id: string }) => schedules.edit(id, { paused: true }),
    'schedules.resume': async ({ id }: { id: string }) => schedules.edit(id, { paused: false }),
    'schedules.run': ({ id }: { id: string }) => schedules.runNow(id),
  };
}

function pageOf(runs: readonly ScheduleRun[], limit: number): { runs: ScheduleRun[]; nextBefore: RunPosition | null } {
  const last = runs.length === limit ? runs.at(-1) : undefined;
  return { runs: [...runs], nextBefore: last ? { dueMs: last.dueMs, id: last.id } : null };
}

function named(change: Change): Partial<ScheduleSpec> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
