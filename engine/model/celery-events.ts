/** The stream of Celery's events and what each worker tells by it, as the console sees them. */
import { z } from 'zod';

export const celerySignalSchema = z.enum(['on', 'off', 'unknown']);
export type CelerySignal = z.infer<typeof celerySignalSchema>;

/** Which signals one worker sends. */
export const celeryWorkerSignalsSchema = z.object({
  node: z.string(),
  heartbeats: celerySignalSchema,
  /** `off`: it works and says nothing of its tasks, as stock workers do. */
  taskEvents: celerySignalSchema,
  heartbeatAgeMs: z.number().nullable(),
  /** The worker's clock minus ours; positive is ahead. Null before the first heartbeat. */
  clockSkewMs: z.number().nullable(),
  /** Task starts the worker counted and no event told of, since we listen. */
  missedStarts: z.number(),
});
export type CeleryWorkerSignals = z.infer<typeof celeryWorkerSignalsSchema>;

/** Where the history is written now; `memory` is lost at the end of the process, `nowhere` waits for the thread to come back. */
export const celeryKeptInSchema = z.enum(['file', 'memory', 'nowhere']);
export type CeleryKeptIn = z.infer<typeof celeryKeptInSchema>;

export const celeryEventsStateSchema = z.object({
  brokerId: z.string(),
  /** Without credentials. */
  address: z.string(),
  listening: z.boolean(),
  sinceMs: z.number().nullable(),
  problem: z.string().nullable(),
  eventsPerSecond: z.number(),
  eventCount: z.number(),
  /** Messages that could not be understood. */
  malformedCount: z.number(),
  /** About how many events were lost in all, and how that is known. */
  lostCount: z.number(),
  losses: z.array(
    z.object({
      atMs: z.number(),
      /** `cut`: Redis or the network ended the subscription; `full`: our buffer was full; `missed`: workers counted more than we heard. */
      cause: z.enum(['cut', 'full', 'missed']),
      eventCount: z.number(),
    }),
  ),
  /** Read from the socket and not yet taken in. */
  waitingBytes: z.number(),
  waitingMessages: z.number(),
  /** How far behind the newest event taken in was when it was read; milliseconds. */
  lagMs: z.number(),
  tasksInMemory: z.number(),
  history: z.object({
    taskCount: z.number(),
    sizeBytes: z.number(),
    ceilingBytes: z.number(),
    oldestMs: z.number().nullable(),
    /** Changed and not yet written. */
    unwrittenCount: z.number(),
    /** Not written because the disk could not keep up, or was gone when the console ended. */
    skippedCount: z.number(),
    keptIn: celeryKeptInSchema,
    /** How often the thread that writes it died and was started again. */
    restartCount: z.number(),
  }),
  /** Commands sent to Redis by this part in the last minute. */
  commandsPerMinute: z.number(),
  workers: z.array(celeryWorkerSignalsSchema),
});
export type CeleryEventsState = z.infer<typeof celeryEventsStateSchema>;

/** Tasks that one worker took up, step by step. */
export const celeryThroughputSchema = z.object({
  stepMs: z.number(),
  /** As far back as counts are kept. */
  keptMs: z.number(),
  /** Oldest first; null where no heartbeat told. Ends now. */
  counts: z.array(z.number().nullable()),
});
export type CeleryThroughput = z.infer<typeof celeryThroughputSchema>;
