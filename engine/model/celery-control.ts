/** What may be done to Celery's workers and queues, and what came of it. */
import { z } from 'zod';

const taskId = z.string().min(1).max(250);
const seconds = z.number().positive().max(31_536_000).nullable();
const size = z.number().int().min(1).max(1_000);

export const celeryActionSchema = z.discriminatedUnion('kind', [
  /** Whoever receives the task discards it; what a pool process runs already goes on unless it is terminated. */
  z.object({
    kind: z.literal('revoke'),
    taskIds: z.array(taskId).min(1).max(200),
    /** Kills the pool process that runs it; only pools of processes can. */
    terminate: z.boolean().default(false),
    signal: z.enum(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGUSR1']).default('SIGTERM'),
  }),
  /** `100/m`, `2/s`, `5`; null takes the limit away. Forgotten when the worker restarts. */
  z.object({ kind: z.literal('rate_limit'), task: z.string().min(1).max(250), rate: z.string().max(30).nullable() }),
  /** Null takes both away. Forgotten when the worker restarts. */
  z.object({ kind: z.literal('time_limit'), task: z.string().min(1).max(250), softS: seconds, hardS: seconds }),
  z.object({ kind: z.literal('pool_grow'), by: size }),
  z.object({ kind: z.literal('pool_shrink'), by: size }),
  z.object({ kind: z.literal('autoscale'), min: size, max: size }),
  z.object({
    kind: z.literal('add_consumer'),
    queue: z.string().min(1).max(250),
    exchange: z.string().min(1).max(250).nullable().default(null),
    exchangeType: z.enum(['direct', 'topic', 'fanout']).default('direct'),
    routingKey: z.string().min(1).max(250).nullable().default(null),
  }),
  z.object({ kind: z.literal('cancel_consumer'), queue: z.string().min(1).max(250) }),
  z.object({ kind: z.literal('enable_events') }),
  z.object({ kind: z.literal('disable_events') }),
  /** Warm: what runs is finished first. Cannot be undone from here. */
  z.object({ kind: z.literal('shutdown') }),
]);
export type CeleryAction = z.infer<typeof celeryActionSchema>;

export const celeryControlInputSchema = z.object({
  brokerId: z.string().max(300),
  /** Full node names; empty stands for all workers and is only taken for `revoke`, limits and events. */
  nodes: z.array(z.string().min(1).max(250)).max(200),
  action: celeryActionSchema,
});
export type CeleryControlInput = z.infer<typeof celeryControlInputSchema>;

export const celeryControlResultSchema = z.object({
  /** Workers that listened when it was said. */
  listeners: z.number(),
  answers: z.array(
    z.object({
      node: z.string(),
      /** `no_reply`: it may be done all the same, later too. `told`: nobody answers this. */
      outcome: z.enum(['ok', 'error', 'unclear', 'no_reply', 'told']),
      /** The worker's own words. */
      words: z.string(),
    }),
  ),
});
export type CeleryControlResult = z.infer<typeof celeryControlResultSchema>;

const jsonText = z.string().max(1_000_000);

export const celerySendSchema = z.object({
  brokerId: z.string().max(300),
  /** Must be registered at a worker that answers. */
  task: z.string().min(1).max(250),
  /** A JSON array. */
  args: jsonText.default('[]'),
  /** A JSON object. */
  kwargs: jsonText.default('{}'),
  /** Must be known at this broker. */
  queue: z.string().min(1).max(250),
  /** 0 runs first. */
  priority: z.number().int().min(0).max(9).default(0),
  etaMs: z.number().nullable().default(null),
});
export type CelerySend = z.infer<typeof celerySendSchema>;

export const celeryAgainSchema = z.object({
  brokerId: z.string().max(300),
  taskId,
  /** Null: where it ran, as far as that is known. */
  queue: z.string().min(1).max(250).nullable().default(null),
});

export const celerySentSchema = z.object({
  taskId: z.string(),
  queue: z.string(),
  /** Workers that take from the queue; null when not all have answered. */
  consumers: z.array(z.string()).nullable(),
});
export type CelerySent = z.infer<typeof celerySentSchema>;

export const celeryPurgeSchema = z.object({
  runId: z.string(),
  brokerId: z.string(),
  queue: z.string(),
  /** Messages at the start; no more than these are removed. */
  totalCount: z.number(),
  removedCount: z.number(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  error: z.string().nullable(),
});
export type CeleryPurge = z.infer<typeof celeryPurgeSchema>;
