/** Queues recurring work when it is due: once a due time over all consoles, by its rule after a sleep, and on record. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { SchedulerStatus, ScheduleSpec, ScheduleView } from '../model/schedule.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { BoardView, SchedulerBoard } from './board.ts';
import type { CatalogOptions, ScheduleEdit } from './catalog.ts';
import { ScheduleCatalog } from './catalog.ts';
import type { RunCounts, RunLedger, RunQuery } from './ledger.ts';
import { type KnownRun, RunRecord } from './run-record.ts';
import { type JobOf, RunStarter } from './run-starter.ts';
import { viewOf } from './schedule-view.ts';
import type { Schedule } from './schedules.ts';
import { Seat } from './seat.ts';
import { lastDue, nextDue } from './timing.ts';

export interface SchedulerOptions extends Omit<CatalogOptions, 'store'> {
  readonly edits: CatalogOptions['store'];
  /** What a run of the schedule is to do now, e.g. which view it refreshes. */
  readonly jobOf: JobOf;
  readonly queues: Pick<JobQueues, 'enqueue' | 'onTaskChanged' | 'status'>;
  readonly board: SchedulerBoard;
  readonly ledger: RunLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this scheduler among others. */
  readonly schedulerId: string;
  readonly host: string;
  readonly pid: number;
  /** A schedule, or a run of it, has changed; null: who acts has. */
  readonly onChanged?: (scheduleId: string | null) => void;
  /** A run was missed or overran. */
  readonly onTrouble?: (run: KnownRun) => void;
}

/** Timers stand still while a machine sleeps, so the clock is looked at this often; also the pause before a failed try is repeated. */
const longestPauseMs = 15_000;
/** Tasks that run for longer are asked for: their end may have been told while nobody listened. */
const askAfterMs = 30_000;
const day = 24 * 60 * 60_000;

export class Scheduler {
  readonly catalog: ScheduleCatalog;
  readonly #options: SchedulerOptions;
  readonly #record: RunRecord;
  readonly #seat: Seat;
  readonly #starter: RunStarter;
  #view: BoardView | null = null;
  #disarm: Stop = () => undefined;
  #stopListening: Stop = () => undefined;
  #running = false;
  #ticking: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { clock, logger, board, queues, jobOf } = options;
    this.catalog = new ScheduleCatalog({ ...options, store: options.edits });
    this.#record = new RunRecord({ ledger: options.ledger, logger, onChange: (run) => this.#runChanged(run) });
    this.#starter = new RunStarter({ record: this.#record, board, queues, jobOf, clock, logger });
    this.#seat = new Seat({
      ...options,
      onView: (view) => this.#viewed(view),
      onRole: () => options.onChanged?.(null),
    });
  }

  /** Takes up the ledger; a schedule that was run before and is overdue is dealt with at once, a new one at its next due time. */
  start(): void {
    const { queues } = this.#options;
    this.#running = true;
    const schedules = this.catalog.list();
    this.#record.load(schedules.map(({ id }) => id));
    for (const schedule of schedules) this.#starter.prime(schedule);
    this.#stopListening = queues.onTaskChanged((status) => this.#record.taskChanged(status));
    this.#ticking = this.#seat.start().then(() => this.#tick());
    this.#arm();
  }

  /** Resolves when nothing is being queued any more. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#disarm();
    this.#stopListening();
    await this.#ticking;
    await this.#seat.stop();
  }

  list(): ScheduleView[] {
    const nowMs = this.#options.clock.now();
    const counts = this.#record.counts(nowMs - day);
    return this.catalog.list().map((schedule) => viewOf(schedule, this.#record.last(schedule.id), counts, nowMs));
  }

  status(): SchedulerStatus {
    return this.#seat.status();
  }

  runs(query: RunQuery): ReturnType<RunRecord['page']> {
    return this.#record.page(query);
  }

  /** Due times missed and runs that overran since then, over all schedules. */
  troubles(sinceMs: number): Omit<RunCounts, 'scheduleId'> {
    const counts = this.#record.counts(sinceMs);
    const sum = (of: 'missed' | 'overran'): number => counts.reduce((total, count) => total + count[of], 0);
    return { missed: sum('missed'), overran: sum('overran') };
  }

  /** Due times missed since then, of each schedule that there is. */
  missedRuns(sinceMs: number): Pick<RunCounts, 'scheduleId' | 'missed'>[] {
    const counts = new Map(this.#record.counts(sinceMs).map(({ scheduleId, missed }) => [scheduleId, missed]));
    return this.catalog.list().map(({ id }) => ({ scheduleId: id, missed: counts.get(id) ?? 0 }));
  }

  /** @throws EngineError SCHEDULE_* */
  add(id: string, spec: ScheduleSpec): ScheduleView {
    return this.#edited(this.catalog.add(id, spec));
  }

  /** What was due before counts as dealt with. @throws EngineError SCHEDULE_* */
  edit(id: string, change: Partial<ScheduleSpec>): ScheduleView {
    return this.#edited(this.catalog.edit(id, change));
  }

  /** @throws EngineError SCHEDULE_* */
  remove(id: string): void {
    this.#publish(this.catalog.remove(id));
  }

  /** @throws EngineError SCHEDULE_NOT_FOUND */
  reset(id: string): ScheduleView {
    const edit = this.catalog.reset(id);
    return edit ? this.#edited(edit) : this.#viewOf(id);
  }

  /** One run at once, beside the plan. @throws EngineError SCHEDULE_NOT_FOUND, QUEUE_UNREACHABLE */
  runNow(id: string, runId: string): Promise<{ taskId: string }> {
    return this.#starter.runNow(this.catalog.get(id), runId);
  }

  #edited(edit: ScheduleEdit): ScheduleView {
    this.#publish(edit);
    return this.#viewOf(edit.id);
  }

  #viewOf(id: string): ScheduleView {
    const nowMs = this.#options.clock.now();
    return viewOf(this.catalog.get(id), this.#record.last(id), this.#record.counts(nowMs - day), nowMs);
  }

  /** Consoles that cannot be reached now hear of it with a later beat. */
  #publish(edit: ScheduleEdit): void {
    const { board, logger, onChanged } = this.#options;
    this.#changed([edit.id]);
    board.publish(edit).catch((error: unknown) => {
      logger.debug('A changed schedule could not be shared yet', { schedule: edit.id, error: messageOf(error) });
    });
    onChanged?.(edit.id);
  }

  /** A new plan begins now: nothing before it is made up for. */
  #changed(ids: readonly string[]): void {
    const nowMs = this.#options.clock.now();
    for (const id of ids) {
      const schedule = this.catalog.find(id);
      if (schedule) this.#starter.handledUntil(id, lastDue(schedule.spec.timing, nowMs) ?? nowMs);
    }
    if (!this.#running) return;
    this.#disarm();
    this.#arm();
  }

  #runChanged(run: KnownRun): void {
    const { onChanged, onTrouble } = this.#options;
    if (run.outcome === 'missed' || (run.outcome === 'overran' && run.endedAtMs === null)) onTrouble?.(run);
    onChanged?.(run.scheduleId);
  }

  #viewed(view: BoardView): void {
    this.#view = view;
    const changed = this.catalog.merge(view.edits);
    this.#changedElsewhere(changed);
    const shared = new Map(view.edits.map((edit) => [edit.id, edit]));
    for (const edit of this.catalog.edits()) {
      const there = shared.get(edit.id);
      if (!there || there.revision < edit.revision) this.#publishAgain(edit);
    }
    if (!this.#seat.mayAct) for (const schedule of this.catalog.list()) this.#starter.mirror(schedule, view.handled);
  }

  #changedElsewhere(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#changed(ids);
    for (const id of ids) this.#options.onChanged?.(id);
  }

  #publishAgain(edit: ScheduleEdit): void {
    const { board, logger } = this.#options;
    board.publish(edit).catch((error: unknown) => {
      logger.debug('A changed schedule could not be shared yet', { schedule: edit.id, error: messageOf(error) });
    });
  }

  #arm(): void {
    const { clock } = this.#options;
    const nowMs = clock.now();
    const next = this.catalog.list().flatMap(({ spec }) => (spec.paused ? [] : (nextDue(spec.timing, nowMs) ?? [])));
    const pauseMs = Math.min(...next.map((dueMs) => dueMs - nowMs), longestPauseMs);
    this.#disarm = clock.after(pauseMs, () => {
      this.#ticking = this.#ticking.then(() => this.#tick());
      this.#arm();
    });
  }

  async #tick(): Promise<void> {
    try {
      await this.#askForOpen();
      for (const schedule of this.catalog.list()) {
        if (!this.#running) return;
        this.#noteOverrun(schedule);
        if (!this.#seat.mayAct) continue;
        this.#starter.mirror(schedule, this.#view?.handled ?? new Map());
        await this.#starter.runIfDue(schedule);
      }
    } catch (error) {
      this.#options.logger.error('A round of the scheduler failed', { error: messageOf(error) });
    }
  }

  /** A run overruns when it takes longer than the time to the next one. */
  #noteOverrun({ id, spec }: Schedule): void {
    const nowMs = this.#options.clock.now();
    for (const run of this.#record.open(id)) {
      const nextMs = run.outcome === 'running' ? nextDue(spec.timing, run.dueMs) : null;
      if (nextMs === null || run.startedAtMs === null) continue;
      if (run.startedAtMs + (nextMs - run.dueMs) <= nowMs) this.#record.overran(run);
    }
  }

  /** Tasks that ended while this console was closed, or that were lost, are no news any more; their record is. */
  async #askForOpen(): Promise<void> {
    const { queues, clock } = this.#options;
    for (const { taskId, runs } of this.#record.openTasks()) {
      if (runs.every(({ startedAtMs }) => clock.now() - (startedAtMs ?? 0) < askAfterMs)) continue;
      try {
        this.#record.taskChanged(await queues.status(taskId));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.code === 'QUEUE_TASK_NOT_FOUND') this.#record.taskLost(taskId, clock.now());
        // Without the broker nothing more can be learnt in this round.
        else return;
      }
    }
  }
}
