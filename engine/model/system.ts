/** What this running program is: version, pack, source, links, notices. */
import { z } from 'zod';
import { sourceInfoSchema } from './dashboard.ts';
import { linkViewSchema } from './health.ts';
import { saidSchema } from './said.ts';

/** Something the user should know of that is not an alert, e.g. a corrupt database set aside at start. */
export const noticeSchema = z.object({
  id: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  /** The message for every language; notices of earlier versions have none. */
  said: saidSchema.nullish(),
  atMs: z.number(),
});
export type Notice = z.infer<typeof noticeSchema>;

export const systemInfoSchema = z.object({
  version: z.string(),
  nodeVersion: z.string(),
  host: z.enum(['electron', 'web', 'test']),
  startedAtMs: z.number(),
  nowMs: z.number(),
  pack: z.object({ id: z.string(), title: z.string() }),
  source: sourceInfoSchema,
  asOf: z.string(),
  asOfFixed: z.boolean(),
  links: z.array(linkViewSchema),
  notices: z.array(noticeSchema),
  dataDir: z.string(),
});
export type SystemInfo = z.infer<typeof systemInfoSchema>;

/** `GET /manager/api/performance/metrics`. */
export const performanceMetricsSchema = z.object({
  atMs: z.number(),
  windowMs: z.number(),
  reads: z.number(),
  hits: z.number(),
  staleHits: z.number(),
  misses: z.number(),
  hitRatio: z.number().nullable(),
  responseMeanMs: z.number().nullable(),
  responseP50Ms: z.number().nullable(),
  responseP95Ms: z.number().nullable(),
  responseP99Ms: z.number().nullable(),
  computations: z.number(),
  computeMsTotal: z.number(),
  bytesWritten: z.number(),
  entryCount: z.number().nullable(),
  loopDelayP99Ms: z.number(),
  rssBytes: z.number(),
});
export type PerformanceMetrics = z.infer<typeof performanceMetricsSchema>;
