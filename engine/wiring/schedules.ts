/** The scheduler with what it needs of other rooms, and the verbs' way to it. */

import { hostname } from 'node:os';
import type { ScheduleVerbParts } from '../api/schedule-verbs.ts';
import { messageOf } from '../base/errors.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { Views } from '../kpi/views.ts';
import { type Said, said } from '../model/said.ts';
import type { ScheduleTiming } from '../model/schedule.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { JobData } from '../queue/jobs.ts';
import { brokerBoard } from '../scheduler/board.ts';
import type { KnownRun } from '../scheduler/run-record.ts';
import { type Upcoming, upcoming } from '../scheduler/schedule-view.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { builtInSchedules } from '../scheduler/schedules.ts';
import { dueBetween, problemOf, timingInWords } from '../scheduler/timing.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';
import { scheduledJobs } from './scheduled-jobs.ts';

export interface SchedulesInputs {
  readonly pack: KpiPack;
  readonly views: Views;
  readonly queues: JobQueues;
  readonly store: Store;
  /** What a warm-up is to compute now. */
  readonly warmUp: () => JobData['precompute'];
  readonly onChanged: (scheduleId: string | null) => void;
  /** A run was missed or overran. */
  readonly onTrouble: (run: KnownRun) => void;
}

const editsKey = 'schedules';
const hour = 60 * 60_000;
const day = 24 * hour;
const farAheadMs = 10 * 366 * day;

export function openScheduler(inputs: SchedulesInputs, foundation: Foundation): Scheduler {
  const { pack, views, queues, store, warmUp, onChanged, onTrouble } = inputs;
  const { clock, ids, logger } = foundation;
  return new Scheduler({
    builtIns: builtInSchedules,
    edits: {
      load: () => store.settings.get(editsKey),
      save: (text) => store.settings.set(editsKey, text),
    },
    jobOf: scheduledJobs(pack, views, warmUp),
    queues,
    board: brokerBoard((what, work) => queues.onBroker(what, work)),
    ledger: store.runs,
    clock,
    logger,
    schedulerId: ids.next(),
    host: hostname(),
    pid: process.pid,
    onChanged,
    onTrouble: (run) => {
      raiseNotice(store, run, foundation);
      onTrouble(run);
    },
  });
}

function troubleSaid({ scheduleId: schedule, outcome, dueMs, dueCount }: KnownRun): Said {
  return outcome === 'missed'
    ? said('notice_schedule_missed', { schedule, count: Math.max(1, dueCount), lastMomentMs: dueMs })
    : said('notice_schedule_overran', { schedule, dueMomentMs: dueMs });
}

/** One a day for each schedule and kind of trouble: the ledger has them all. */
function raiseNotice(store: Store, run: KnownRun, { clock, logger }: Foundation): void {
  const atMs = clock.now();
  const id = `schedule:${run.scheduleId}:${run.outcome}:${Math.floor(atMs / day)}`;
  const message =
    run.outcome === 'missed'
      ? `Schedule ${run.scheduleId}: ${run.error ?? 'a run was missed'}`
      : `Schedule ${run.scheduleId}: the run due at ${new Date(run.dueMs).toISOString()} still goes on when the next is due`;
  try {
    store.notices.add({ id, level: 'warning', message, said: troubleSaid(run), atMs });
  } catch (error) {
    logger.warn('A notice could not be kept', { id, error: messageOf(error) });
  }
}

/** The verbs' way to the scheduler. */
export function scheduleParts(scheduler: Scheduler, foundation: Foundation): ScheduleVerbParts {
  return {
    schedules: {
      list: () => scheduler.list(),
      status: () => scheduler.status(),
      upcoming: (wanted) => upcomingRuns(scheduler, wanted, foundation),
      runs: (query) => scheduler.runs(query),
      preview: (timing, count) => previewOf(timing, count, foundation),
      add: (id, spec) => scheduler.add(id, spec),
      edit: (id, change) => scheduler.edit(id, change),
      remove: (id) => scheduler.remove(id),
      reset: (id) => scheduler.reset(id),
      runNow: (id) => scheduler.runNow(id, foundation.ids.next()),
    },
  };
}

/** Of the last hour, for the sampler. */
export function troublesOf(scheduler: Scheduler, { clock }: Foundation): { missed: number; overran: number } {
  return scheduler.troubles(clock.now() - hour);
}

/** The same by schedule; one that missed nothing is told with zero. */
export function missedRunsOf(
  scheduler: Scheduler,
  { clock }: Foundation,
): readonly { readonly scheduleId: string; readonly missed: number }[] {
  return scheduler.missedRuns(clock.now() - hour);
}

async function upcomingRuns(
  scheduler: Scheduler,
  { hours, maxPerSchedule }: { hours: number; maxPerSchedule: number },
  { clock }: Foundation,
): Promise<Upcoming & { fromMs: number; toMs: number }> {
  const fromMs = clock.now();
  const toMs = fromMs + hours * hour;
  return { fromMs, toMs, ...(await upcoming(scheduler.catalog.list(), fromMs, toMs, maxPerSchedule)) };
}

/** What a timing means, before it is saved. */
function previewOf(
  timing: ScheduleTiming,
  count: number,
  { clock }: Foundation,
): { inWords: string; nextMs: number[]; problem: string | null } {
  const nowMs = clock.now();
  const inWords = timingInWords(timing);
  const problem = problemOf(timing, 0, nowMs);
  if (problem !== null) return { inWords, nextMs: [], problem };
  return { inWords, nextMs: dueBetween(timing, nowMs, nowMs + farAheadMs, count).times, problem: null };
}
