/** What causes are looked for in beyond the links, workers and counts; gathered by the engine, judged here. */

import type { SourceInfo } from '../../model/dashboard.ts';
import type { ReadReason } from '../../model/freshness.ts';
import type { LinkView, RedisRole } from '../../model/health.ts';
import type { QueueConcern } from '../../model/queue.ts';
import type { QueueCounts, QueueName } from '../../model/task.ts';
import type { TimelineEvent } from '../../model/timeline.ts';
import type { CountedWorker } from '../ports.ts';

/** One of the engine's own queues, as the watch sees it. */
export interface WatchedQueue {
  readonly name: QueueName;
  readonly paused: boolean;
  readonly waiting: number;
  readonly active: number;
  readonly oldestWaitingMs: number | null;
  /** Connected to it by the server's list of clients; null: not known. */
  readonly workerCount: number | null;
  readonly addedPerS: number | null;
  readonly finishedPerS: number | null;
  /** Of jobs that ended lately. */
  readonly runP95Ms: number | null;
  readonly concerns: readonly Pick<QueueConcern, 'code' | 'evidence' | 'sinceMs'>[];
}

export interface CauseDepth {
  /** Why this machine cannot see anything that is far away; null while it can. */
  readonly blindness: string | null;
  /** Of this console. */
  readonly startedAtMs: number;
  /** The console began a moment ago and none of its workers has ended: who is not seen is still starting. */
  readonly workersStarting: boolean;
  /** Null: not seen. */
  readonly watched: readonly WatchedQueue[] | null;
  /** Of the same window as the cache's counts. */
  readonly missesByReason: Readonly<Partial<Record<ReadReason, number>>>;
  /** Keys evicted in the window; null: not told. */
  readonly evicted: Readonly<Record<RedisRole, number | null>>;
  /** Of the source's queries lately, and what they usually take; null without any. */
  readonly queries: {
    readonly p95Ms: number | null;
    readonly usualMs: number | null;
    /** Of the last query that asks for next to nothing. */
    readonly lightMs: number | null;
    readonly count: number;
  };
  /** Of jobs that ended lately; null with too few. */
  readonly failedRatio: number | null;
  /** The last quarter of an hour, newest first. */
  readonly recent: readonly TimelineEvent[];
}

/** What is seen anyway, and the depth; null: could not be seen. */
export interface CauseFacts {
  readonly atMs: number;
  readonly links: readonly LinkView[];
  readonly source: SourceInfo;
  readonly workers: readonly CountedWorker[] | null;
  readonly queues: readonly QueueCounts[] | null;
  readonly memory: Readonly<
    Record<
      RedisRole,
      { readonly usedBytes: number; readonly limitBytes: number | null; readonly policy: string } | null
    >
  >;
  readonly depth: CauseDepth;
}

export const recentMs = 15 * 60_000;
