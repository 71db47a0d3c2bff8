/** Why something is bad: a chain of sentences from the sign to its most probable cause. */
import { z } from 'zod';
import { saidSchema } from './said.ts';

/** What can be the cause; the most fundamental first, so that of several the first one is the cause of the others. */
export const causeCodes = [
  'own_network',
  'not_running',
  'redis_unreachable',
  'redis_frozen',
  'redis_refused',
  'redis_degraded',
  'source_unreachable',
  'queue_paused',
  'workers_missing',
  'workers_wedged',
  'workers_unseen',
  'source_slow',
  'job_flood',
  'evictions',
  'redis_restarted',
  'cache_cleared',
  'invalidation_storm',
  'cold_start',
  'memory_full',
  'ttl_short',
  'key_churn',
  'refresh_failing',
  'slots_busy',
  'invalidated',
  'removed',
  'computing',
] as const;
export const causeCodeSchema = z.enum(causeCodes);
export type CauseCode = z.infer<typeof causeCodeSchema>;

export const causeLinkSchema = z.object({
  /** Null for a step on the way that is no cause by itself. */
  code: causeCodeSchema.nullable(),
  /** With its figures and since when. */
  words: z.string(),
  /** The same for every language; without it, a console of an earlier version said it. */
  said: saidSchema.optional(),
});
export type CauseLink = z.infer<typeof causeLinkSchema>;

export const signSchema = z.enum([
  'redis',
  'source',
  'workers',
  'backlog',
  'jobs_failing',
  'schedules',
  'values',
  'hit_rate',
  'response_time',
  'evictions',
  'memory',
]);
export type Sign = z.infer<typeof signSchema>;

/** What is bad now, with why. */
export const causeChainSchema = z.object({
  sign: signSchema,
  /** From the sign to its cause. */
  links: z.array(causeLinkSchema),
  /** The last link that is a cause; null when none was found. */
  root: causeLinkSchema.nullable(),
});
export type CauseChain = z.infer<typeof causeChainSchema>;
