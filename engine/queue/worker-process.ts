/** Ties a running worker to the process it lives in: settings from the parent, signals, and the parent's death. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type ChildSettings, settingsMessageSchema } from './worker-channel.ts';
import type { RunningWorker } from './worker-runtime.ts';

export interface WorkerProcessOptions {
  /** Builds the worker from what the supervisor sent. */
  readonly start: (settings: ChildSettings) => Promise<RunningWorker> | RunningWorker;
  /** Lets go of sources, caches and the like, after the last job. */
  readonly cleanUp?: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long active jobs may go on after a SIGTERM before they are given back. */
  readonly drainMs?: number;
}

const exitCode = { inOrder: 0, failed: 1 } as const;
/** On top of the drain: for giving jobs back, saying goodbye, and cleaning up. */
const exitAllowanceMs = 1_200;

/**
 * Runs a worker until it is recycled, told to stop (SIGTERM, SIGINT) or orphaned, then exits the process:
 * 0 in order, 1 when it could not start or did not end in time. Called by the entry of a worker process.
 */
export async function serveWorkerProcess(options: WorkerProcessOptions): Promise<void> {
  const { clock, logger, drainMs = 2_000 } = options;
  let worker: RunningWorker | null = null;
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info('The worker process was told to stop', { why });
    clock.after(drainMs + exitAllowanceMs, () => process.exit(exitCode.failed));
    if (worker) void worker.stop(drainMs);
    else process.exit(exitCode.inOrder);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('disconnect', () => stop('the parent is gone'));
  try {
    worker = await options.start(await receiveSettings());
    if (stopping) void worker.stop(drainMs);
    const { workerId } = worker;
    await Promise.race([worker.ready, worker.done]);
    process.send?.({ kind: 'vigia:ready', workerId });
    await worker.done;
    await options.cleanUp?.();
    process.exit(exitCode.inOrder);
  } catch (error) {
    logger.error('The worker process failed', { error: messageOf(error) });
    process.exit(exitCode.failed);
  }
}

function receiveSettings(): Promise<ChildSettings> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      const parsed = settingsMessageSchema.safeParse(message);
      if (!parsed.success) return;
      process.off('message', onMessage);
      resolve(parsed.data.settings);
    };
    process.on('message', onMessage);
  });
}
