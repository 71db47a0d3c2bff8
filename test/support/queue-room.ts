/** What the queue's integration tests share: queues and workers on a private server, and sample jobs. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { queueNames, type TaskState } from '../../engine/model/task.ts';
import { type BrokerConnection, brokerAt } from '../../engine/queue/broker.ts';
import { JobQueues, type JobQueuesOptions } from '../../engine/queue/job-queues.ts';
import type { RefreshData } from '../../engine/queue/jobs.ts';
import { type RunningWorker, runWorker, type WorkerOptions } from '../../engine/queue/worker-runtime.ts';
import { parseRedisUrl } from '../../engine/redis/address.ts';
import { until } from './until.ts';
import { journalHandlers } from './worker-settings.ts';

const opened = new Set<BrokerConnection>();

/** @param address any that a link takes, a socket's path as well */
function broker(address: string): BrokerConnection {
  const connection = brokerAt(parseRedisUrl(address));
  opened.add(connection);
  return connection;
}

/** After the queues and workers were closed: what they left open on a cluster. */
export function closeBrokers(): void {
  for (const connection of opened) connection.close();
  opened.clear();
}

export function openQueues(address: string, options: Partial<JobQueuesOptions> = {}): JobQueues {
  return new JobQueues({
    connection: broker(address),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    ...options,
  });
}

/** A worker inside the test's own process. */
export function startWorker(address: string, journal: string, options: Partial<WorkerOptions> = {}): RunningWorker {
  return runWorker({
    connection: broker(address),
    queues: queueNames,
    concurrency: 4,
    handlers: journalHandlers(journal),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    version: 'test',
    timing: { lockMs: 2_000, stalledCheckMs: 500, heartbeatMs: 200 },
    ...options,
  });
}

export function refreshOf(viewId: string, filters: RefreshData['filters'] = {}, force = false): RefreshData {
  return {
    pack: 'edp',
    viewId,
    filters,
    asOf: '2026-03-31',
    sections: ['essentials', 'kpis'],
    force,
    requestedBy: 'test',
  };
}

export function newJournal(): string {
  return join(mkdtempSync(join(tmpdir(), 'vigia-journal-')), 'journal.txt');
}

export function journalLines(journal: string): string[] {
  try {
    return readFileSync(journal, 'utf8').trim().split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function untilState(
  queues: JobQueues,
  taskId: string,
  state: TaskState,
  timeoutMs = 5_000,
): Promise<void> {
  await until(async () => (await queues.status(taskId)).state === state, timeoutMs, `${taskId} to be ${state}`);
}
