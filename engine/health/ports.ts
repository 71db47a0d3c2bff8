/** What health asks of other rooms; the engine fills these in, so that health imports none of them. */
import type { RedisMemory, RedisRole } from '../model/health.ts';
import type { Sample } from '../model/sample.ts';
import type { QueueCounts } from '../model/task.ts';
import type { WorkerView } from '../model/worker.ts';

/** Every promise of a port may reject or hang: then there is no sample, which is not the same as zero. */
export interface RedisProbe {
  readonly role: RedisRole;
  /** Round trip, milliseconds. */
  ping(): Promise<number>;
  /** Null when the server does not tell. */
  memory(): Promise<RedisMemory | null>;
}

/** What was counted inside a window. `reads` = hits + stale hits + misses. */
export interface CacheCounts {
  readonly reads: number;
  /** Answered fresh. */
  readonly hits: number;
  /** Answered at once with a value past its TTL. */
  readonly staleHits: number;
  readonly misses: number;
}

export interface CacheFiguresPort {
  /** Counts of the last `windowMs`; asked for windows as short as one sampling period. */
  figures(windowMs: number): CacheCounts;
  /** Entries in Redis; null when that cannot be known cheaply. */
  entryCount(): Promise<number | null>;
}

/** Latencies of one stretch of time, milliseconds; null without any. */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface LatencyPort {
  /** Everything since the last call. Only the sampler calls it. */
  take(): LatencyFigures;
}

/** A worker of either kind: one of our processes, or a Celery worker with its pool. */
export type CountedWorker = Pick<
  WorkerView,
  'workerId' | 'slots' | 'activeJobCount' | 'verdict' | 'evidence' | 'evidenceSaid'
>;

export interface WorkerPort {
  views(): Promise<readonly CountedWorker[]>;
}

export interface QueuePort {
  counts(): Promise<readonly QueueCounts[]>;
  /** Jobs finished since any fixed moment, well or not; null when that is not counted. */
  finishedCount(): Promise<number | null>;
}

export interface SchedulePort {
  /** Due times that nobody saw to, and runs that took longer than their period, of the last hour. */
  troubles(): { readonly missed: number; readonly overran: number };
}

/** Every queue that is watched, ours and those of other programs. */
export interface WatchedQueuesPort {
  /** Queues whose ready jobs nobody begins. */
  unattendedCount(): number;
}

/** This process itself. */
export interface ProcessPort {
  /** p99 of the event loop's delay since the last call. */
  takeLoopDelayP99Ms(): number;
  rssBytes(): number;
}

/** Figures that come ready made. */
export interface FigurePort {
  /** What the log calls it when it does not answer. */
  readonly part: string;
  read(): Promise<readonly Omit<Sample, 'atMs'>[]>;
}

/** A part that does not exist is null and gives no samples. */
export interface SamplerPorts {
  readonly redis: readonly RedisProbe[];
  readonly cache: CacheFiguresPort | null;
  readonly responses: LatencyPort | null;
  readonly sourceQueries: LatencyPort | null;
  readonly workers: WorkerPort | null;
  readonly queues: QueuePort | null;
  readonly schedules: SchedulePort | null;
  readonly watchedQueues: WatchedQueuesPort | null;
  readonly process: ProcessPort | null;
  readonly figures?: readonly FigurePort[];
}
