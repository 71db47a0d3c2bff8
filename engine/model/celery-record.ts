/** A Celery task as it is kept: everything that is known of it, arguments included; never crosses to a console as it is. */
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
export interface CeleryHistoryFigures {
  readonly taskCount: number;
  readonly sizeBytes: number;
  readonly ceilingBytes: number;
  readonly oldestMs: number | null;
}

/** Tasks that outlive the process. Every call may throw `STORE_UNAVAILABLE`. */
export interface CeleryTaskHistory {
  /** The largest position in use; 0 for an empty history. */
  lastSeq(): number;
  find(brokerId: string, taskId: string): CeleryTaskRecord | null;
  at(seq: number): CeleryTaskRecord | null;
  /** All or nothing; makes room by the oldest when the ceiling is passed. */
  write(records: readonly CeleryTaskRecord[]): void;
  step(step: CeleryHistoryStep): CeleryHistoryStepResult;
  /** Tasks with this root, oldest first. */
  tree(brokerId: string, rootId: string, limit: number): CeleryTaskRecord[];
  /** Tasks that had not ended when they were written, newest first. */
  unfinished(limit: number): CeleryTaskRecord[];
  /** Runtimes of the newest successful tasks. */
  runtimes(limit: number): { brokerId: string; name: string; runtimeMs: number }[];
  /** Most frequent first. */
  failures(fromMs: number | null, limit: number): CeleryFailureCount[];
  figures(): CeleryHistoryFigures;
}
