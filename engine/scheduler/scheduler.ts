/** Queues recurring work when it is due: once a due time over all consoles, once after a sleep, and on record. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { NewScheduleRun, ScheduleView } from '../model/schedule.ts';
import type { JobName } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { JobData } from '../queue/jobs.ts';
import { lastDue, nextDue, overdue } from './due.ts';
import type { RunLedger } from './ledger.ts';
import { RunRecord } from './run-record.ts';
import { defaultSchedules, everyInWords, type Schedule } from './schedules.ts';

export type ScheduledJob = { [Job in JobName]: { readonly job: Job; readonly data: JobData[Job] } }[JobName];

export interface SchedulerOptions {
  readonly schedules?: readonly Schedule[];
  /** What a run of the schedule is to do now, e.g. which view it refreshes. */
  readonly jobOf: (schedule: Schedule) => ScheduledJob | Promise<ScheduledJob>;
  readonly queues: Pick<JobQueues, 'enqueue' | 'onTaskChanged' | 'status'>;
  readonly ledger: RunLedger;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Timers stand still while a machine sleeps, so the clock is looked at this often; also the pause before a failed try is repeated. */
const longestPauseMs = 15_000;

export class Scheduler {
  readonly #options: Required<SchedulerOptions>;
  readonly #record: RunRecord;
  /** The due time of each schedule that was dealt with last. */
  readonly #handledMs = new Map<string, number>();
  /** Schedules whose present due time could not be queued yet. */
  readonly #owed = new Set<string>();
  /** Tasks of an earlier life whose end is to be asked for. */
  #unknownTasks: string[] = [];
  #disarm: Stop = () => undefined;
  #stopListening: Stop = () => undefined;
  #running = false;
  #ticking: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = { schedules: defaultSchedules, ...options };
    this.#record = new RunRecord(options.ledger, options.logger);
  }

  /** Takes up the ledger; a schedule that was run before and is overdue is run at once, a new one at its next due time. */
  start(): void {
    const { schedules, clock, queues } = this.#options;
    const nowMs = clock.now();
    this.#running = true;
    this.#unknownTasks = this.#record.load(schedules.map(({ id }) => id));
    for (const { id, everyMs } of schedules) {
      this.#handledMs.set(id, this.#record.last(id)?.dueMs ?? lastDue(everyMs, nowMs));
    }
    this.#stopListening = queues.onTaskChanged((status) => this.#record.taskChanged(status));
    this.#next();
  }

  /** Resolves when nothing is being queued any more. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#disarm();
    this.#stopListening();
    await this.#ticking;
  }

  list(): ScheduleView[] {
    const nowMs = this.#options.clock.now();
    return this.#options.schedules.map((schedule) => {
      const last = this.#record.last(schedule.id);
      return {
        id: schedule.id,
        job: schedule.job,
        every: everyInWords(schedule.everyMs),
        everyMs: schedule.everyMs,
        nextRunAtMs: nextDue(schedule.everyMs, nowMs),
        lastRunAtMs: last?.startedAtMs ?? null,
        lastOutcome: last === null ? 'never' : last.outcome === 'skipped' ? 'missed' : last.outcome,
        lastLateMs: last?.lateMs ?? null,
      };
    });
  }

  #next(): void {
    this.#ticking = this.#tick().finally(() => {
      if (!this.#running) return;
      const { clock, schedules } = this.#options;
      const nowMs = clock.now();
      const nextMs = Math.min(...schedules.map(({ everyMs }) => nextDue(everyMs, nowMs) - nowMs), longestPauseMs);
      this.#disarm = clock.after(nextMs, () => this.#next());
    });
  }

  async #tick(): Promise<void> {
    await this.#askForUnknown();
    for (const schedule of this.#options.schedules) {
      if (!this.#running) return;
      await this.#runIfDue(schedule);
    }
  }

  async #runIfDue(schedule: Schedule): Promise<void> {
    const nowMs = this.#options.clock.now();
    const handledMs = this.#handledMs.get(schedule.id) ?? lastDue(schedule.everyMs, nowMs);
    const due = overdue(schedule.everyMs, handledMs, nowMs);
    if (due) {
      if (due.firstMissedMs !== null) {
        this.#record.add(missedRun(schedule, due.firstMissedMs, due.missedCount, due.dueMs - schedule.everyMs));
      }
      this.#handledMs.set(schedule.id, due.dueMs);
      this.#owed.delete(schedule.id);
      await this.#run(schedule, due.dueMs);
    } else {
      // A clock that was set back must not silence the schedule until it has caught up.
      this.#handledMs.set(schedule.id, Math.min(handledMs, lastDue(schedule.everyMs, nowMs)));
      if (this.#owed.has(schedule.id)) await this.#run(schedule, handledMs);
    }
  }

  async #run(schedule: Schedule, dueMs: number): Promise<void> {
    const { queues, jobOf, clock, logger } = this.#options;
    const repeated = this.#owed.has(schedule.id);
    try {
      const { job, data } = await jobOf(schedule);
      const { taskId } = await queues.enqueue(job, data, {
        priority: 'scheduled',
        // The same name on every console that shares the broker: whoever is second finds the run on record.
        runKey: `${schedule.id}@${dueMs}`,
      });
      const nowMs = clock.now();
      const change = { outcome: 'running', startedAtMs: nowMs, lateMs: nowMs - dueMs, taskId, error: null } as const;
      if (repeated) this.#record.changeLast(schedule.id, change);
      else this.#record.add({ scheduleId: schedule.id, dueMs, endedAtMs: null, ...change });
      this.#owed.delete(schedule.id);
    } catch (error) {
      logger.warn('A scheduled run could not be queued', { schedule: schedule.id, error: messageOf(error) });
      if (!repeated) this.#record.add(failedRun(schedule, dueMs, messageOf(error)));
      this.#owed.add(schedule.id);
    }
  }

  /** Tasks that ended while this console was closed are no news any more; their record is. */
  async #askForUnknown(): Promise<void> {
    const asked = this.#unknownTasks;
    this.#unknownTasks = [];
    for (const taskId of asked) {
      try {
        this.#record.taskChanged(await this.#options.queues.status(taskId));
      } catch (error) {
        if (error instanceof EngineError && error.code === 'QUEUE_TASK_NOT_FOUND') {
          this.#record.taskLost(taskId, this.#options.clock.now());
        } else {
          this.#unknownTasks.push(taskId);
        }
      }
    }
  }
}

function missedRun({ id, everyMs }: Schedule, firstMs: number, count: number, lastMs: number): NewScheduleRun {
  const span = `${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`;
  const error = `${count} ${count === 1 ? 'run' : 'runs'} missed, ${span} (${everyInWords(everyMs)}): nothing was running`;
  return { ...unstarted(id, firstMs), outcome: 'missed', error };
}

function failedRun({ id }: Schedule, dueMs: number, error: string): NewScheduleRun {
  return { ...unstarted(id, dueMs), outcome: 'failed', error };
}

function unstarted(scheduleId: string, dueMs: number): Omit<NewScheduleRun, 'outcome' | 'error'> {
  return { scheduleId, dueMs, startedAtMs: null, endedAtMs: null, lateMs: null, taskId: null };
}
