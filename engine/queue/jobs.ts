/** Every job: what its data is, which queue runs it, how urgent it is and how it is tried again. */
import { z } from 'zod';
import { sectionNameSchema } from '../model/dashboard.ts';
import type { JobName, QueueName } from '../model/task.ts';

/** A view to compute; filters are in their normalised form and `viewId` is made from pack, filters and as-of date. */
export const refreshDataSchema = z.object({
  pack: z.string(),
  viewId: z.string(),
  filters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** ISO date. */
  asOf: z.string(),
  sections: z.array(sectionNameSchema).min(1),
  /** Compute also what is fresh. */
  force: z.boolean().default(false),
  /** Who or what wants it, e.g. "reader" or "schedule:kpis". */
  requestedBy: z.string(),
});
export type RefreshData = z.infer<typeof refreshDataSchema>;

/** Views to compute ahead of their readers, in this order; filters in their normalised form. */
const warmDataSchema = z.object({
  variants: z
    .array(
      z.object({
        filters: z.record(z.string(), z.union([z.string(), z.number()])),
        origin: z.enum(['static', 'learned']),
      }),
    )
    .optional(),
  requestedBy: z.string().optional(),
});

export const jobDataSchemas = {
  'refresh-kpis': refreshDataSchema,
  'refresh-dashboard': refreshDataSchema,
  precompute: warmDataSchema,
  'clean-up': z.object({}),
} as const satisfies Record<JobName, z.ZodType>;

export type JobData = { [Job in JobName]: z.infer<(typeof jobDataSchemas)[Job]> };

/** `interactive`: somebody waits for it, so it goes first; asked for again, it does not sit out the pause of a retry. */
export type JobPriority = 'interactive' | 'scheduled' | 'idle';

interface JobRule {
  readonly queue: QueueName;
  readonly priority: JobPriority;
}

export const jobRules: Readonly<Record<JobName, JobRule>> = {
  'refresh-kpis': { queue: 'kpis', priority: 'interactive' },
  'refresh-dashboard': { queue: 'dashboard', priority: 'interactive' },
  precompute: { queue: 'background', priority: 'idle' },
  'clean-up': { queue: 'background', priority: 'scheduled' },
};

export const retryCount = 3;

/** BullMQ runs jobs without a priority first, in order, then by ascending number. One number keeps `prioritized` in order of age. */
const priorityNumber: Readonly<Record<JobPriority, number>> = { interactive: 0, scheduled: 10, idle: 100 };

const day = 24 * 60 * 60;

export interface JobPolicy {
  readonly priority: number;
  readonly attempts: number;
  readonly backoff: { readonly type: 'exponential'; readonly delay: number; readonly jitter: number };
  /** `age` in seconds. */
  readonly removeOnComplete: { readonly age: number; readonly count: number };
  readonly removeOnFail: { readonly age: number; readonly count: number };
  readonly keepLogs: number;
  readonly stackTraceLimit: number;
}

/** The BullMQ options of a job: retries double their distance, up to half of it taken off at random. */
export function jobPolicy(priority: JobPriority, retryFirstMs: number): JobPolicy {
  return {
    priority: priorityNumber[priority],
    attempts: 1 + retryCount,
    backoff: { type: 'exponential', delay: retryFirstMs, jitter: 0.5 },
    removeOnComplete: { age: day, count: 1_000 },
    removeOnFail: { age: 7 * day, count: 1_000 },
    keepLogs: 100,
    stackTraceLimit: 10,
  };
}

/**
 * What two requests must have in common to be one job: the view, and whether fresh values are computed again,
 * so that "refresh now" never joins a job that would leave fresh sections alone.
 */
export function deduplicationKeyOf<Job extends JobName>(job: Job, data: JobData[Job]): string {
  if (!('viewId' in data)) return job;
  return data.force ? `${job}.${data.viewId}.force` : `${job}.${data.viewId}`;
}

export function queueOf(job: JobName): QueueName {
  return jobRules[job].queue;
}
