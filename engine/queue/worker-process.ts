/** Ties a running worker to the process it lives in: settings from the parent, signals, and the parent's death. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type ChildMessage, type ChildSettings, retireMessageSchema, settingsMessageSchema } from './worker-channel.ts';
import type { RunningWorker, WorkerOptions } from './worker-runtime.ts';

/** What the supervisor adds to a worker's own options. */
export type SupervisedOptions = Required<Pick<WorkerOptions, 'askReplacement' | 'recycledCount'>>;

/** What the worker has to say to its supervisor beyond that. */
export type ToSupervisor = (message: Extract<ChildMessage, { kind: 'vigia:query' }>) => void;

export interface WorkerProcessOptions {
  /** Builds the worker from what the supervisor sent. */
  readonly start: (
    settings: ChildSettings,
    supervised: SupervisedOptions,
    tell: ToSupervisor,
  ) => Promise<RunningWorker> | RunningWorker;
  /** Lets go of sources, caches and the like, after the last job. */
  readonly cleanUp?: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long active jobs may go on after a SIGTERM before they are given back. */
  readonly drainMs?: number;
  /** How often the parent is told what runs. */
  readonly pulseMs?: number;
}

const exitCode = { inOrder: 0, failed: 1 } as const;
/** On top of the drain: for giving jobs back, saying goodbye, and cleaning up. */
const exitAllowanceMs = 1_200;

/**
 * Runs a worker until it is recycled, told to stop (SIGTERM, SIGINT) or orphaned, then exits the process:
 * 0 in order, 1 when it could not start or did not end in time. Called by the entry of a worker process.
 */
export async function serveWorkerProcess(options: WorkerProcessOptions): Promise<void> {
  const { clock, logger, pulseMs = 1_000 } = options;
  let drainMs = options.drainMs ?? 2_000;
  let worker: RunningWorker | null = null;
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) {
      // Told twice: what still runs is given back now.
      if (worker) void worker.stop(0);
      return;
    }
    stopping = true;
    logger.info('The worker process was told to stop', { why });
    clock.after(drainMs + exitAllowanceMs, () => process.exit(exitCode.failed));
    if (worker) void worker.stop(drainMs);
    else process.exit(exitCode.inOrder);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  // Ctrl+C in a terminal reaches the whole group; the parent then says what is to be done.
  process.on('SIGINT', () => process.connected || stop('SIGINT'));
  process.on('disconnect', () => stop('the parent is gone'));
  try {
    const sent = await receive(settingsMessageSchema);
    const { settings, recycledCount } = sent;
    drainMs = sent.drainMs ?? drainMs;
    worker = await options.start(settings, { recycledCount, askReplacement }, tell);
    const running = worker;
    if (stopping) void running.stop(drainMs);
    void receive(retireMessageSchema).then(() => running.retire('its supervisor wants one less'));
    clock.every(pulseMs, () => tell({ kind: 'vigia:pulse', active: [...running.active()] }));
    await Promise.race([running.ready, running.done]);
    tell({ kind: 'vigia:ready', workerId: running.workerId });
    await running.done;
    await options.cleanUp?.();
    process.exit(exitCode.inOrder);
  } catch (error) {
    logger.error('The worker process failed', { error: messageOf(error) });
    process.exit(exitCode.failed);
  }
}

/** Resolves when the parent has put another process in this one's place. */
async function askReplacement(why: string): Promise<void> {
  if (!process.connected) return;
  const answered = receive(retireMessageSchema);
  tell({ kind: 'vigia:retiring', why });
  await answered;
}

/** A parent that is gone is noticed by its `disconnect`. */
function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message, () => undefined);
}

function receive<Message>(schema: {
  safeParse(value: unknown): { success: true; data: Message } | { success: false };
}): Promise<Message> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      const parsed = schema.safeParse(message);
      if (!parsed.success) return;
      process.off('message', onMessage);
      resolve(parsed.data);
    };
    process.on('message', onMessage);
  });
}
