/** The verdict on a Celery worker with its evidence, as the console sees it. */
import { z } from 'zod';
import { workerVerdictSchema } from './worker.ts';

/** Why a verdict is as it is; a page has a sentence for each. */
export const celeryReasonSchema = z.enum([
  'taking_tasks',
  'nothing_to_do',
  'running_tasks',
  'all_slots_taken',
  'all_slots_stuck',
  'pool_empty',
  'not_taking_tasks',
  'no_queues',
  'holding_tasks',
  'deaf_and_idle',
  'silent',
  'silent_and_disconnected',
  'said_goodbye',
  'never_heard',
]);
export type CeleryReason = z.infer<typeof celeryReasonSchema>;

/** What else is true of a worker, whatever the verdict. */
export const celeryWorkerFlagSchema = z.enum([
  'deaf',
  'remote_control_off',
  'task_events_off',
  'heartbeats_off',
  'duplicate_name',
  'clock_skewed',
]);
export type CeleryWorkerFlag = z.infer<typeof celeryWorkerFlagSchema>;

/** One line of evidence: a code for the page's words, the figures in it, and the line in English. */
export const celeryEvidenceSchema = z.object({
  code: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  words: z.string(),
});
export type CeleryEvidence = z.infer<typeof celeryEvidenceSchema>;

export const celeryWorkerVerdictSchema = z.object({
  brokerId: z.string(),
  node: z.string(),
  verdict: workerVerdictSchema,
  reason: celeryReasonSchema,
  /** The verdict in one English sentence. */
  words: z.string(),
  evidence: z.array(celeryEvidenceSchema),
  flags: z.array(celeryWorkerFlagSchema),
  sinceMs: z.number(),
  /** Pool processes or threads; null when the worker never told. */
  slots: z.number().nullable(),
  activeCount: z.number().nullable(),
  processedCount: z.number().nullable(),
  queues: z.array(z.string()),
  pid: z.number().nullable(),
  version: z.string().nullable(),
  loadAverage: z.array(z.number()).nullable(),
  heartbeatAgeMs: z.number().nullable(),
  replyAgeMs: z.number().nullable(),
  clockSkewMs: z.number().nullable(),
});
export type CeleryWorkerVerdict = z.infer<typeof celeryWorkerVerdictSchema>;
