/** A Celery task as it is kept: everything that is known of it, arguments included; never crosses to a console as it is. */
import type { CeleryKeptIn } from './celery-events.ts';
import type {
  CeleryDoubt,
  CeleryStateSource,
  CeleryTaskQuery,
  CeleryTaskState,
  CeleryTimelineEntry,
} from './celery-task.ts';

export interface CeleryTaskRecord {
  readonly brokerId: string;
  readonly taskId: string;
  /** Unique over all brokers and all time; the order of the history. */
  readonly seq: number;
  name: string | null;
  state: CeleryTaskState;
  stateSource: CeleryStateSource;
  doubt: CeleryDoubt | null;
  worker: string | null;
  queue: string | null;
  readonly firstSeenMs: number;
  sentAtMs: number | null;
  receivedAtMs: number | null;
  startedAtMs: number | null;
  finishedAtMs: number | null;
  etaMs: number | null;
  expiresMs: number | null;
  runtimeMs: number | null;
  retries: number;
  exception: string | null;
  failureId: string | null;
  traceback: string | null;
  /** Python reprs, cut. */
  args: string | null;
  kwargs: string | null;
  result: string | null;
  rootId: string | null;
  parentId: string | null;
  timeline: CeleryTimelineEntry[];
}

/** What the history is asked for; a page is cut into steps so that no single look takes long. */
export interface CeleryHistoryStep {
  readonly query: CeleryTaskQuery;
  /** Only what comes before it, newest first. */
  readonly beforeSeq: number;
  readonly limit: number;
}

export interface CeleryHistoryStepResult {
  readonly records: CeleryTaskRecord[];
  /** Everything from here on was looked at; null at the end of the history. */
  readonly reachedSeq: number | null;
}

/** Failures of one kind as the history counts them. */
export interface CeleryFailureCount {
  readonly failureId: string;
  readonly brokerId: string;
  readonly count: number;
  /** Of the first and the last task that failed so. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly last: CeleryTaskRecord;
  readonly taskNames: string[];
}

/** What the history holds and may hold. */
export interface CeleryHistoryCounts {
  readonly taskCount: number;
  readonly sizeBytes: number;
  readonly ceilingBytes: number;
  readonly oldestMs: number | null;
  /** The oldest place that is in use; everything before it was let go. */
  readonly oldestSeq: number | null;
}

export interface CeleryHistoryFigures extends Omit<CeleryHistoryCounts, 'oldestSeq'> {
  /** `nowhere`: whoever writes it is not there at the moment. */
  readonly keptIn: CeleryKeptIn;
  /** How often whoever writes it had to be started again. */
  readonly restartCount: number;
}

/**
 * Tasks that outlive the process, kept by a thread of their own. Every promise may be rejected with `STORE_UNAVAILABLE`.
 */
export interface CeleryTaskHistory {
  /** A place that was never used, after all those before. */
  nextSeq(): number;
  /** False where the history surely has no such task. */
  mayHave(taskId: string): boolean;
  /** Those of them that are known, in no order. */
  find(brokerId: string, taskIds: readonly string[]): Promise<CeleryTaskRecord[]>;
  /** Resolves once they are kept, all of them; rejected, none of them is. Makes room by the oldest when the ceiling is passed. */
  write(records: readonly CeleryTaskRecord[]): Promise<void>;
  step(step: CeleryHistoryStep): Promise<CeleryHistoryStepResult>;
  /** Tasks with this root, oldest first. */
  tree(brokerId: string, rootId: string, limit: number): Promise<CeleryTaskRecord[]>;
  /** Tasks that had not ended when they were written, newest first. */
  unfinished(brokerId: string, limit: number): Promise<CeleryTaskRecord[]>;
  /** Runtimes of the newest successful tasks. */
  runtimes(brokerId: string, limit: number): Promise<{ name: string; runtimeMs: number }[]>;
  /** Most frequent first. */
  failures(fromMs: number | null, limit: number): Promise<CeleryFailureCount[]>;
  /** As they were told with the last write. */
  figures(): CeleryHistoryFigures;
}
