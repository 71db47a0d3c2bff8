/** What the engine's thread and the thread of the Celery history say to each other. */

import type { ErrorCode } from '../../base/errors.ts';
import type {
  CeleryFailureCount,
  CeleryHistoryCounts,
  CeleryHistoryStep,
  CeleryHistoryStepResult,
  CeleryTaskRecord,
} from '../../model/celery-record.ts';
import type { Said } from '../../model/said.ts';
import type { Medium } from '../connection.ts';
import type { WrittenRow } from './task-rows-store.ts';

/** What the engine's thread may ask, each in its own turn. */
export interface HistoryCalls {
  write(rows: readonly WrittenRow[]): void;
  find(brokerId: string, taskIds: readonly string[]): CeleryTaskRecord[];
  search(step: CeleryHistoryStep): CeleryHistoryStepResult;
  tree(brokerId: string, rootId: string, limit: number): CeleryTaskRecord[];
  unfinished(brokerId: string, limit: number): CeleryTaskRecord[];
  runtimes(brokerId: string, limit: number): { name: string; runtimeMs: number }[];
  failures(fromMs: number | null, limit: number): CeleryFailureCount[];
  /** Hashes of ids and their places by turns, oldest first; once all that has to come back from elsewhere is back. */
  ids(afterSeq: number, limit: number): Promise<Float64Array>;
  /** Adds some rows to a copy of the main database; answers the place that it reached, null at the end. */
  copyStep(file: string, afterSeq: number): number | null;
  /** Back to the file, where the history had to go on in memory. */
  attemptReturn(): void | Promise<void>;
}

export type CallName = keyof HistoryCalls;

export interface ThreadSettings {
  readonly file: string;
  /** The main database, which may hold tasks of a backup that was restored. */
  readonly mainFile: string;
  readonly ceilingBytes: number;
}

/** Where the history stands. */
export interface ThreadState extends CeleryHistoryCounts {
  readonly medium: Medium;
  readonly lastSeq: number;
}

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly input: readonly unknown[] }
  /** The flag turns to 1 when everything before it was done and the file was let go. */
  | { readonly kind: 'close'; readonly flag: Int32Array };

export type FromThread =
  | { readonly kind: 'opened' }
  /** At the start and soon after each change, some times a second at most. */
  | { readonly kind: 'state'; readonly state: ThreadState }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  | {
      readonly kind: 'notice';
      readonly level: 'info' | 'warning' | 'error';
      readonly message: string;
      readonly said: Said;
    };
