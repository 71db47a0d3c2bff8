/** Whether the whole chain is well: links, figures against thresholds, causes. */
import { z } from 'zod';
import { causeChainSchema, causeLinkSchema } from './cause.ts';
import { sectionNameSchema } from './dashboard.ts';
import { filtersSchema } from './filters.ts';
import { freshnessSchema } from './freshness.ts';
import { saidSchema } from './said.ts';
import { seriesSchema } from './sample.ts';

/** `unknown`: could not be seen, which is not the same as broken. */
export const healthStateSchema = z.enum(['well', 'warning', 'failed', 'unknown']);
export type HealthState = z.infer<typeof healthStateSchema>;

export const redisRoleSchema = z.enum(['cache', 'broker']);
export type RedisRole = z.infer<typeof redisRoleSchema>;

export const linkViewSchema = z.object({
  role: redisRoleSchema,
  /** Without credentials. */
  address: z.string(),
  embedded: z.boolean(),
  /** `degraded`: some shards of a cluster are away. `refused`: the server is there and does not let us in. */
  state: z.enum(['connecting', 'ready', 'degraded', 'unreachable', 'refused', 'closed']),
  sinceMs: z.number(),
  version: z.string().nullable(),
  problem: z.string().nullable(),
});
export type LinkView = z.infer<typeof linkViewSchema>;

/** What Redis says of its memory. A null limit means that none is set: a state of its own, never a ratio. */
export const redisMemorySchema = z.object({
  usedBytes: z.number(),
  limitBytes: z.number().nullable(),
  policy: z.string(),
});
export type RedisMemory = z.infer<typeof redisMemorySchema>;

/** A headline figure of the Overview with the last hour behind it. */
export const overviewFigureSchema = z.object({
  id: z.enum(['hit_rate', 'response_time', 'workers', 'redis_memory']),
  value: z.number().nullable(),
  unit: z.enum(['ratio', 'ms', 'count']),
  /** The figure beside it, e.g. "of 256 MB"; null without one. */
  note: z.string().nullable(),
  noteSaid: saidSchema.nullable().optional(),
  noDataReason: z.string().nullable(),
  noDataSaid: saidSchema.nullable().optional(),
  threshold: z.number(),
  /** Which side of the threshold is bad. */
  badWhen: z.enum(['above', 'below']),
  state: healthStateSchema,
  /** Since when the rule on this figure fires; null when it does not. */
  firingSinceMs: z.number().nullable(),
  observationCount: z.number(),
  series: seriesSchema,
});
export type OverviewFigure = z.infer<typeof overviewFigureSchema>;

/** A link of the chain source → workers → broker → cache → KPIs. */
export const chainNodeSchema = z.object({
  id: z.enum(['source', 'workers', 'broker', 'cache', 'kpis']),
  state: healthStateSchema,
  /** The state in a word or two. */
  word: z.string(),
  /** The same for every language, where the word has a figure in it. */
  wordSaid: saidSchema.nullable().optional(),
  /** At most two short lines of facts. */
  facts: z.array(z.string()),
  /** The same facts for every language, a line each. */
  said: z.array(saidSchema).optional(),
  /** What passes from here to the next link, e.g. "3.1 jobs/s"; null after the last. */
  flow: z.string().nullable(),
  flowSaid: saidSchema.nullable().optional(),
});
export type ChainNode = z.infer<typeof chainNodeSchema>;

export const staleValueSchema = z.object({
  section: sectionNameSchema,
  filters: filtersSchema,
  freshness: freshnessSchema,
  /** From the sign to its cause, e.g. "refresh waits 43 s", "no worker consumes". */
  causes: z.array(causeLinkSchema),
});
export type StaleValue = z.infer<typeof staleValueSchema>;

export const overviewSchema = z.object({
  atMs: z.number(),
  state: healthStateSchema,
  /** The worst thing in one sentence; null when all is well. */
  headline: z.string().nullable(),
  /** Null too where a figure is the worst: that one is named by `headlineFigure`, and is among the figures. */
  headlineSaid: saidSchema.nullable().optional(),
  headlineFigure: overviewFigureSchema.shape.id.nullable().optional(),
  chain: z.array(chainNodeSchema),
  figures: z.array(overviewFigureSchema),
  stale: z.array(staleValueSchema),
  /** What is bad now with its most probable cause, the most fundamental cause first. */
  causes: z.array(causeChainSchema),
  /** Section entries known in all, stale or not. */
  valueCount: z.number(),
});
export type Overview = z.infer<typeof overviewSchema>;

/** `GET /health/system`: the guide's five figures, then what is behind each. */
export const systemHealthSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  at: z.string(),
  redis: z.enum(['connected', 'connecting', 'disconnected']),
  celery_workers: z.number(),
  /** 0–1; null before enough reads. */
  cache_hit_rate: z.number().nullable(),
  /** Milliseconds; null before enough reads. */
  avg_response_time: z.number().nullable(),
  /** 0–1 of the limit; null when Redis has none. */
  memory_usage: z.number().nullable(),
  behind: z.object({
    links: z.array(linkViewSchema),
    workers: z.array(z.object({ workerId: z.string(), verdict: z.string(), evidence: z.string(), slots: z.number() })),
    hit_rate: z.object({ windowMs: z.number(), hits: z.number(), reads: z.number() }),
    response: z.object({
      windowMs: z.number(),
      count: z.number(),
      p95Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
    }),
    memory: redisMemorySchema.nullable(),
    queues: z.array(z.object({ queue: z.string(), waiting: z.number(), active: z.number(), failed: z.number() })),
    reasons: z.array(z.string()),
  }),
});
export type SystemHealth = z.infer<typeof systemHealthSchema>;
