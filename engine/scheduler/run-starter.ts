/** Begins the due runs of a schedule, once each, and knows up to which due time each schedule was dealt with. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { NewScheduleRun } from '../model/schedule.ts';
import type { JobName } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { JobData } from '../queue/jobs.ts';
import type { HandledRun, SchedulerBoard } from './board.ts';
import { type CatchUpPlan, planCatchUp } from './catch-up.ts';
import type { RunRecord } from './run-record.ts';
import type { Schedule } from './schedules.ts';
import { jitterOf, lastDue, overdue, timingInWords } from './timing.ts';

export type ScheduledJob = { [Job in JobName]: { readonly job: Job; readonly data: JobData[Job] } }[JobName];
export type JobOf = (schedule: Schedule) => ScheduledJob | Promise<ScheduledJob>;

export interface RunStarterOptions {
  readonly record: RunRecord;
  readonly board: Pick<SchedulerBoard, 'handled'>;
  readonly queues: Pick<JobQueues, 'enqueue'>;
  readonly jobOf: JobOf;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class RunStarter {
  readonly #options: RunStarterOptions;
  /** The due time of each schedule that was dealt with last. */
  readonly #handledMs = new Map<string, number>();
  /** Schedules whose present due time could not be queued yet. */
  readonly #owed = new Set<string>();

  constructor(options: RunStarterOptions) {
    this.#options = options;
  }

  handledUntil(scheduleId: string, dueMs: number): void {
    this.#handledMs.set(scheduleId, dueMs);
    this.#owed.delete(scheduleId);
  }

  /** From now on it is known what is new: one that was never run, nor made by a user, begins with its next due time. */
  prime(schedule: Schedule): void {
    this.#handledBy(schedule, this.#options.clock.now());
  }

  /** Takes over what another scheduler saw to. */
  mirror(schedule: Schedule, handled: ReadonlyMap<string, HandledRun>): void {
    const { id } = schedule;
    const run = handled.get(id);
    const nowMs = this.#options.clock.now();
    // Ahead of this clock, or before this console ever looked: not ours to judge or to tell.
    if (!run || run.dueMs > nowMs || run.dueMs <= this.#handledBy(schedule, nowMs)) return;
    this.handledUntil(id, run.dueMs);
    const last = this.#options.record.last(id);
    if (last?.dueMs === run.dueMs && last.taskId === run.taskId) return;
    const lateMs = run.startedAtMs === null ? null : Math.max(0, run.startedAtMs - run.dueMs);
    this.#options.record.add({ scheduleId: id, dueCount: 1, endedAtMs: null, lateMs, ...run });
  }

  /** Deals with everything that has become due since. Never rejects because of the broker. */
  async runIfDue(schedule: Schedule): Promise<void> {
    const { id, spec } = schedule;
    const nowMs = this.#options.clock.now();
    const handledMs = this.#handledBy(schedule, nowMs);
    if (spec.paused) {
      this.handledUntil(id, lastDue(spec.timing, nowMs) ?? nowMs);
      return;
    }
    const due = this.#ready(schedule, handledMs, nowMs);
    if (!due) {
      if (this.#owed.has(id)) await this.#run(schedule, handledMs, false);
      return;
    }
    const lateMs = nowMs - due.dueMs - jitterOf(id, due.dueMs, spec.jitterMs);
    const plan = planCatchUp(spec.timing, spec.catchUp, due, lateMs);
    this.handledUntil(id, due.dueMs);
    if (plan.missed) await this.#missed(schedule, plan.missed);
    for (const dueMs of plan.run) await this.#begin(schedule, dueMs, plan.run.length > 1);
  }

  /** One run beside the plan. @throws EngineError QUEUE_UNREACHABLE */
  async runNow(schedule: Schedule, runId: string): Promise<{ taskId: string }> {
    const { queues, jobOf, clock, record } = this.#options;
    const { job, data } = await jobOf(schedule);
    const dueMs = clock.now();
    const { taskId } = await queues.enqueue(job, data, {
      priority: 'interactive',
      runKey: `${schedule.id}@now-${runId}`,
    });
    record.add({
      ...unstarted(schedule.id, dueMs),
      outcome: 'running',
      startedAtMs: dueMs,
      lateMs: 0,
      taskId,
      error: null,
    });
    return { taskId };
  }

  #handledBy({ id, spec: { timing }, changedAtMs }: Schedule, nowMs: number): number {
    const latest = lastDue(timing, nowMs) ?? nowMs;
    const known = this.#handledMs.get(id) ?? this.#begunBefore(id, timing, changedAtMs) ?? latest;
    // A clock that was set back must not silence the schedule until it has caught up.
    const handledMs = Math.min(known, latest);
    this.#handledMs.set(id, handledMs);
    return handledMs;
  }

  /** By the last run on record, and not before the user made the plan what it is; null for one that is new. */
  #begunBefore(id: string, timing: Schedule['spec']['timing'], changedAtMs: number | null): number | null {
    const lastMs = this.#options.record.last(id)?.dueMs ?? null;
    if (changedAtMs === null) return lastMs;
    return Math.max(lastMs ?? 0, lastDue(timing, changedAtMs) ?? changedAtMs);
  }

  /** With jitter the latest due time may have to wait; the one before it then counts. */
  #ready({ id, spec }: Schedule, handledMs: number, nowMs: number) {
    const due = overdue(spec.timing, handledMs, nowMs);
    if (!due || due.dueMs + jitterOf(id, due.dueMs, spec.jitterMs) <= nowMs) return due;
    return overdue(spec.timing, handledMs, due.dueMs - 1);
  }

  /** A run that is still going is not joined by the next; catching up is another matter. */
  async #begin(schedule: Schedule, dueMs: number, catchingUp: boolean): Promise<void> {
    const { record } = this.#options;
    const [going] = catchingUp ? [] : record.open(schedule.id);
    if (!going) {
      await this.#run(schedule, dueMs, catchingUp);
      return;
    }
    const error = `The run due at ${new Date(going.dueMs).toISOString()} was still going`;
    await this.#settled(schedule.id, { ...unstarted(schedule.id, dueMs), outcome: 'skipped', error });
  }

  async #run(schedule: Schedule, dueMs: number, catchingUp: boolean): Promise<void> {
    const { queues, jobOf, clock, record, logger } = this.#options;
    const { id } = schedule;
    const repeated = this.#owed.has(id);
    try {
      const { job, data } = await jobOf(schedule);
      const { taskId } = await queues.enqueue(job, data, {
        priority: 'scheduled',
        // The same name on every console that shares the broker: whoever is second finds the run on record.
        runKey: `${id}@${dueMs}`,
        ...(catchingUp ? { deduplicationKey: null } : {}),
      });
      const nowMs = clock.now();
      const change = { outcome: 'running', startedAtMs: nowMs, lateMs: nowMs - dueMs, taskId, error: null } as const;
      if (repeated) record.changeLast(id, change);
      else record.add({ ...unstarted(id, dueMs), ...change });
      this.#owed.delete(id);
      await this.#tellOthers(id, { dueMs, startedAtMs: nowMs, outcome: 'running', taskId, error: null });
    } catch (error) {
      const message = messageOf(error);
      logger.warn('A scheduled run could not be queued', { schedule: id, error: message });
      if (!repeated) record.add({ ...unstarted(id, dueMs), outcome: 'failed', error: message });
      this.#owed.add(id);
    }
  }

  async #missed({ id, spec }: Schedule, missed: NonNullable<CatchUpPlan['missed']>): Promise<void> {
    const { firstMs, lastMs, count, more } = missed;
    const runs = `${more ? 'at least ' : ''}${count} ${count === 1 ? 'run' : 'runs'}`;
    const span = `${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`;
    const error = `${runs} missed, ${span} (${timingInWords(spec.timing)}): nothing was running`;
    await this.#settled(id, { ...unstarted(id, lastMs), dueCount: count, outcome: 'missed', error });
  }

  async #settled(id: string, run: NewScheduleRun): Promise<void> {
    this.#options.record.add(run);
    const { dueMs, outcome, error } = run;
    await this.#tellOthers(id, { dueMs, startedAtMs: null, outcome, taskId: null, error });
  }

  async #tellOthers(id: string, run: HandledRun): Promise<void> {
    try {
      await this.#options.board.handled(id, run);
    } catch (error) {
      this.#options.logger.debug('A scheduled run could not be noted for others', { id, error: messageOf(error) });
    }
  }
}

function unstarted(scheduleId: string, dueMs: number): Omit<NewScheduleRun, 'outcome' | 'error'> {
  return { scheduleId, dueMs, dueCount: 1, startedAtMs: null, endedAtMs: null, lateMs: null, taskId: null };
}
