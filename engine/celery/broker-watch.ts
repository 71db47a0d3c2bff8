/** One broker's Celery as its events show it: the stream, the workers heard, the tasks, and what was lost. */
import type { Clock, Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { CeleryEventsState } from '../model/celery-events.ts';
import type { CeleryTaskHistory } from '../model/celery-record.ts';
import type { RedisLink } from '../redis/link.ts';
import { PatternFeed } from '../redis/pattern-feed.ts';
import { ClockSkews } from './events/clock-skews.ts';
import type { CeleryEvent } from './events/decode-event.ts';
import { EventStream } from './events/event-stream.ts';
import type { LossFound } from './events/loss-watch.ts';
import { type HeardWorker, WorkerRoll } from './events/worker-roll.ts';
import type { ResultBackend } from './tasks/result-backend.ts';
import { ResultRepair } from './tasks/result-repair.ts';
import { TaskNames } from './tasks/task-names.ts';
import type { LiveTask } from './tasks/task-record.ts';
import { TaskTable } from './tasks/task-table.ts';
import { fanoutPrefixOf } from './wire/names.ts';

export interface BrokerWatchOptions {
  readonly brokerId: string;
  readonly link: RedisLink;
  /** Null where the results are not in a Redis that we know. */
  readonly results: ResultBackend | null;
  readonly history: CeleryTaskHistory;
  /** `global_keyprefix` of the workers. */
  readonly keyPrefix?: string;
  readonly onChanged: (what: readonly Change[]) => void;
  /** Commands that others send to this broker for the same purpose, since the beginning. */
  readonly otherCommandCount?: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Change = 'tasks' | 'workers' | 'events';
type Loss = CeleryEventsState['losses'][number];

const writeEveryMs = 500;
const repairEveryMs = 10_000;
/** A task that was sent so long ago may well have been received. */
const unreceivedMs = 15_000;
const tellEveryMs = 1_000;
/** The engine ends within four seconds. */
const drainMs = 2_000;
const lossCeiling = 50;
const resumeCount = 5_000;
const learnCount = 20_000;
const minuteMs = 60_000;

export class BrokerWatch {
  readonly brokerId: string;
  readonly table: TaskTable;
  readonly names = new TaskNames();
  readonly skews = new ClockSkews();
  readonly roll: WorkerRoll;
  readonly results: ResultBackend | null;
  readonly #options: BrokerWatchOptions;
  readonly #stream: EventStream;
  readonly #repair: ResultRepair | null;
  readonly #changes = new Set<Change>();
  readonly #losses: Loss[] = [];
  readonly #stops: Stop[] = [];
  #feed: PatternFeed | null = null;
  #lostCount = 0;
  #listening = false;
  #sinceMs: number | null = null;
  #problem: string | null = null;
  #commandMarks: { atMs: number; count: number }[] = [];
  /** Tasks of a worker that still seemed to run when it said that it runs fewer, by worker. */
  readonly #overdue = new Map<string, number>();

  constructor(options: BrokerWatchOptions) {
    this.#options = options;
    const { brokerId, history, clock, logger, results } = options;
    this.brokerId = brokerId;
    this.results = results;
    const onMoved = (task: LiveTask): void => this.names.moved(task);
    this.table = new TaskTable({ brokerId, history, clock, logger, onMoved });
    this.roll = new WorkerRoll({
      clock,
      skews: this.skews,
      onLoss: (found) => this.#missed(found),
      onBeat: (worker) => this.#compareRunning(worker),
    });
    this.#repair = results && new ResultRepair({ table: this.table, results, clock, logger, onRepaired: onMoved });
    this.#stream = new EventStream({
      clock,
      logger,
      onEvent: (event) => this.#take(event),
      onDropped: (eventCount) => this.#lose('full', eventCount),
    });
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** Our clock that never jumps: since when every event is heard; null while none is. */
  get listeningSinceMs(): number | null {
    return this.#listening ? this.#sinceMs : null;
  }

  start(): void {
    const { clock, link, logger, keyPrefix = '' } = this.#options;
    void this.#remember();
    this.#feed = new PatternFeed({
      link,
      purpose: 'celeryev',
      patterns: [`${escapeGlob(keyPrefix)}${fanoutPrefixOf(link)}celeryev/*`],
      onMessage: (payload) => this.#stream.push(payload),
      onListening: (listening, problem) => this.#onListening(listening, problem),
      clock,
      logger,
    });
    this.#stops.push(
      clock.every(writeEveryMs, () => this.table.write()),
      clock.every(repairEveryMs, () => this.#mend()),
      clock.every(tellEveryMs, () => this.#tell()),
    );
  }

  /** Writes what is not written yet, within two seconds. Never rejects. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.#feed?.close();
    this.#feed = null;
    this.#stream.close();
    const { clock, logger, brokerId } = this.#options;
    const what = 'Writing the last Celery tasks';
    await withDeadline(clock, drainMs, { code: 'STORE_UNAVAILABLE', what }, (signal) =>
      this.table.writeAll(signal),
    ).catch(() => undefined);
    const lost = this.table.unwrittenCount;
    if (lost > 0) logger.warn('Celery tasks were not written before the end', { brokerId, count: lost });
  }

  state(): CeleryEventsState {
    const { clock, link, history } = this.#options;
    const nowMs = clock.monotonicMs();
    const { waitingBytes, waitingMessages, lagMs, eventCount, malformedCount, eventsPerSecond } = this.#stream.figures;
    return {
      brokerId: this.brokerId,
      address: link.address,
      listening: this.#listening,
      sinceMs: this.#sinceMs === null ? null : clock.now() - (nowMs - this.#sinceMs),
      problem: this.#problem,
      ...{ waitingBytes, waitingMessages, lagMs, eventCount, malformedCount, eventsPerSecond },
      lostCount: this.#lostCount,
      losses: this.#losses.map((loss) => ({ ...loss })),
      tasksInMemory: this.table.size,
      history: {
        ...history.figures(),
        unwrittenCount: this.table.unwrittenCount,
        skippedCount: this.table.skippedCount,
      },
      commandsPerMinute: this.#commandsPerMinute(),
      workers: this.roll.list().map((worker) => ({
        node: worker.node,
        ...this.roll.signals(worker),
        heartbeatAgeMs: worker.lastBeatMs === null ? null : nowMs - worker.lastBeatMs,
        clockSkewMs: this.skews.of(worker.node),
        missedStarts: worker.losses.missedStarts,
      })),
    };
  }

  /** Its running tasks have nobody who runs them. */
  workerGone(node: string): void {
    for (const task of this.table.running.values()) {
      if (task.worker !== node || task.doubt === 'worker_gone') continue;
      task.doubt = 'worker_gone';
      this.table.changed(task);
      this.#repair?.suspect(task);
    }
  }

  /** The same process speaks again: it had only been cut off. */
  workerBack(node: string): void {
    for (const task of this.table.running.values()) {
      if (task.worker !== node || task.doubt === null) continue;
      task.doubt = null;
      this.table.changed(task);
    }
  }

  #take(event: CeleryEvent): void {
    const atMs = this.skews.correct(event);
    this.roll.take(event);
    if (event.taskId === null) this.#changes.add('workers');
    else {
      this.table.take(event, atMs);
      this.#changes.add('tasks');
    }
  }

  #onListening(listening: boolean, problem: string | null): void {
    const { clock } = this.#options;
    this.#listening = listening;
    this.#problem = problem;
    this.#changes.add('events');
    if (listening) {
      this.#sinceMs = clock.monotonicMs();
      this.#repair?.suspectAll();
    } else if (this.#sinceMs !== null) {
      this.#lose('cut', 0);
      this.roll.cut();
    }
  }

  #missed({ eventCount, wasCut }: LossFound): void {
    const cut = this.#losses.findLast(({ cause }) => cause === 'cut');
    if (wasCut && cut) {
      cut.eventCount += eventCount;
      this.#lostCount += eventCount;
    } else this.#lose('missed', eventCount);
    this.#repair?.suspectAll();
  }

  /** Losses of one cause that come one after another are one line. */
  #lose(cause: Loss['cause'], eventCount: number): void {
    const atMs = this.#options.clock.now();
    this.#lostCount += eventCount;
    this.#changes.add('events');
    const last = this.#losses.at(-1);
    if (last?.cause === cause && cause !== 'cut' && atMs - last.atMs < minuteMs) last.eventCount += eventCount;
    else this.#losses.push({ atMs, cause, eventCount });
    if (this.#losses.length > lossCeiling) this.#losses.shift();
  }

  /**
   * A worker that runs fewer tasks than we believe has ended some that we did not hear of. Told twice in a row, because
   * a heartbeat may overtake the events of the same moment.
   */
  #compareRunning(worker: HeardWorker): void {
    if (worker.active === null || this.table.running.size === 0) return;
    const settledMs = this.#options.clock.now() - 2 * worker.beatEveryMs;
    const believed = [...this.table.running.values()].filter(
      (task) => task.worker === worker.node && task.lastHeardMs < settledMs,
    );
    const times = believed.length > worker.active ? (this.#overdue.get(worker.node) ?? 0) + 1 : 0;
    if (times === 0) this.#overdue.delete(worker.node);
    else this.#overdue.set(worker.node, times);
    if (times < 2) return;
    for (const task of believed) {
      this.#repair?.suspect(task);
      // It runs none at all, and the result backend did not know either: its end was missed.
      if (worker.active === 0 && task.doubt === null && (this.#repair === null || task.repairAfterMs > 0)) {
        task.doubt = 'silent';
        this.table.changed(task);
      }
    }
  }

  #mend(): void {
    // Where a worker says nothing of its tasks, only their results tell that they ended.
    const someAreMute = this.roll.list().some(({ losses }) => losses.taskEvents === 'off');
    if (someAreMute) this.#repair?.suspectUnreceived(this.#options.clock.now() - unreceivedMs);
    void this.#repair?.round();
  }

  /** What the history knows from before; events are taken in meanwhile. Never rejects. */
  async #remember(): Promise<void> {
    const { history, logger } = this.#options;
    try {
      this.table.resume(await history.unfinished(this.brokerId, resumeCount));
      for (const { name, runtimeMs } of await history.runtimes(this.brokerId, learnCount)) {
        this.names.learn(name, runtimeMs);
      }
    } catch (error) {
      logger.warn('The history of Celery tasks cannot be read', { error: messageOf(error) });
    }
    this.#repair?.suspectAll();
  }

  #tell(): void {
    this.#markCommands();
    if (this.#changes.size === 0) return;
    this.#options.onChanged([...this.#changes]);
    this.#changes.clear();
  }

  /** Commands sent since the beginning. */
  get commandCount(): number {
    const others = this.#options.otherCommandCount?.() ?? 0;
    return (this.#feed?.commandCount ?? 0) + (this.results?.commandCount ?? 0) + others;
  }

  #markCommands(): void {
    const atMs = this.#options.clock.monotonicMs();
    this.#commandMarks = this.#commandMarks.filter((mark) => atMs - mark.atMs <= minuteMs);
    this.#commandMarks.push({ atMs, count: this.commandCount });
  }

  #commandsPerMinute(): number {
    return this.commandCount - (this.#commandMarks[0]?.count ?? 0);
  }
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}
