/** What will go wrong on a Celery broker if nobody acts, each with its evidence. */
import { z } from 'zod';

export const celeryRiskCodeSchema = z.enum([
  /** Held longer than the visibility timeout: another worker runs it as well. */
  'unacked_past_visibility',
  /** An ETA further away than the visibility timeout: it will run more than once. */
  'eta_past_visibility',
  /** Redis may throw away queued tasks when its memory is full. */
  'evicting_policy',
  'results_without_expiry',
  /** Reply queues of programs that are gone; every answer of every worker reads all of them. */
  'leftover_replies',
  /** Event queues that nobody listens to any more, of monitors and workers that were killed. */
  'leftover_events',
  /** One worker holds back tasks that another could run. */
  'prefetch_hoarding',
  'queue_without_consumer',
  /** Delivered, and no worker that answers has it: it waits for the visibility timeout. */
  'unclaimed_messages',
]);
export type CeleryRiskCode = z.infer<typeof celeryRiskCodeSchema>;

/** Why a check could not be made. */
export const celeryUncheckedReasonSchema = z.enum([
  'no_settings',
  'too_many_held',
  'server_silent',
  'not_all_answered',
]);
export type CeleryUncheckedReason = z.infer<typeof celeryUncheckedReasonSchema>;

export const celeryRiskSchema = z.object({
  code: celeryRiskCodeSchema,
  severity: z.enum(['warning', 'critical']),
  /** Queue or worker it is about; null for the broker as a whole. */
  subject: z.string().nullable(),
  /** In one English sentence, with figures. */
  words: z.string(),
  /** The figures, for a sentence in another language. */
  values: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type CeleryRisk = z.infer<typeof celeryRiskSchema>;

export const celeryRisksSchema = z.object({
  brokerId: z.string(),
  atMs: z.number().nullable(),
  problem: z.string().nullable(),
  looking: z.boolean(),
  risks: z.array(celeryRiskSchema),
  /** Checks that could not be made, and why; a silent list without these means all is well. */
  unchecked: z.array(
    z.object({ code: celeryRiskCodeSchema, reason: celeryUncheckedReasonSchema, /** In English. */ why: z.string() }),
  ),
});
export type CeleryRisks = z.infer<typeof celeryRisksSchema>;
