/** Turns what one port answers into samples; a figure that does not exist is null, never zero. */
import type { RedisMemory } from '../model/health.ts';
import type { Sample, SignalName } from '../model/sample.ts';
import type { QueueCounts } from '../model/task.ts';
import type {
  CacheCounts,
  CountedWorker,
  LatencyFigures,
  ProcessPort,
  RedisProbe,
  SchedulePort,
  WatchedQueuesPort,
} from './ports.ts';

export type Reading = Omit<Sample, 'atMs'>;

function gauge(signal: SignalName, value: number | null): Reading {
  return { signal, value, count: value === null ? 0 : 1 };
}

/** Hit or stale hit: the reader was answered at once from the cache. */
export function hitRatio(counts: CacheCounts): number | null {
  return counts.reads > 0 ? (counts.hits + counts.staleHits) / counts.reads : null;
}

/** Null also while there are too few reads to judge by: a share of three reads says nothing. */
export function judgedHitRatio(counts: CacheCounts, minimumCount: number): number | null {
  return counts.reads < minimumCount ? null : hitRatio(counts);
}

export function cacheReadings(counts: CacheCounts): Reading[] {
  return [
    { signal: 'cache.hit_ratio', value: hitRatio(counts), count: counts.reads },
    gauge('cache.read_count', counts.reads),
  ];
}

export function latencyReadings(figures: LatencyFigures): Reading[] {
  const { count } = figures;
  return [
    { signal: 'response.p95_ms', value: figures.p95Ms, count },
    { signal: 'response.p99_ms', value: figures.p99Ms, count },
    { signal: 'response.mean_ms', value: figures.meanMs, count },
    gauge('response.count', count),
  ];
}

/**
 * Job slots of the processes that take jobs. One process with four slots does what four of the original's workers did.
 * Null when there are processes but not one of them can be judged: not seen is not the same as gone.
 */
export function availableSlots(workers: readonly CountedWorker[]): number | null {
  const known = workers.filter((worker) => worker.verdict !== 'gone');
  const available = known
    .filter((worker) => worker.verdict === 'consuming' || worker.verdict === 'busy')
    .reduce((sum, worker) => sum + worker.slots, 0);
  const allUnknown = known.length > 0 && known.every((worker) => worker.verdict === 'unknown');
  return allUnknown ? null : available;
}

export function workerReadings(workers: readonly CountedWorker[]): Reading[] {
  return [gauge('workers.available_count', availableSlots(workers))];
}

export function queueReadings(queues: readonly QueueCounts[]): Reading[] {
  return [
    gauge(
      'queue.backlog_count',
      queues.reduce((sum, queue) => sum + queue.waiting, 0),
    ),
    // With nothing waiting the wait is truly 0.
    gauge('queue.oldest_waiting_ms', Math.max(0, ...queues.map((queue) => queue.oldestWaitingMs ?? 0))),
  ];
}

export function scheduleReadings({ missed, overran }: ReturnType<SchedulePort['troubles']>): Reading[] {
  return [gauge('schedule.missed_count', missed), gauge('schedule.overran_count', overran)];
}

export function watchedQueueReadings(watched: WatchedQueuesPort): Reading[] {
  return [gauge('queue.unattended_count', watched.unattendedCount())];
}

/** Used part of the limit; null without a limit. */
export function memoryRatio(memory: RedisMemory): number | null {
  return memory.limitBytes === null || memory.limitBytes <= 0 ? null : memory.usedBytes / memory.limitBytes;
}

export async function memoryReadings(probe: RedisProbe): Promise<Reading[]> {
  const memory = await probe.memory();
  if (memory === null) return [];
  return [
    gauge(`redis.${probe.role}.memory_bytes`, memory.usedBytes),
    // Counted without a limit too: that there is none was seen, and is no lack of data.
    { signal: `redis.${probe.role}.memory_ratio`, value: memoryRatio(memory), count: 1 },
  ];
}

export async function pingReadings(probe: RedisProbe): Promise<Reading[]> {
  return [gauge(`redis.${probe.role}.ping_ms`, await probe.ping())];
}

export function processReadings(process: ProcessPort): Reading[] {
  return [
    gauge('engine.loop_delay_p99_ms', process.takeLoopDelayP99Ms()),
    gauge('engine.rss_bytes', process.rssBytes()),
  ];
}
