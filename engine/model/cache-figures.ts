/** What the cache did in a window of time, layer by layer, as one process counted it. */
import { z } from 'zod';
import { layerNameSchema, readReasonSchema } from './freshness.ts';

export const cacheLayerFiguresSchema = z.object({
  layer: layerNameSchema,
  windowMs: z.number(),
  /** `hits + staleHits + misses`; one for each key that was read. */
  reads: z.number(),
  /** Fresh values, from whatever tier. */
  hits: z.number(),
  staleHits: z.number(),
  /** Nothing, or only a last known value. */
  misses: z.number(),
  missesByReason: z.partialRecord(readReasonSchema, z.number()),
  /** `hits / reads`, 0–1; null when there were too few reads to mean anything. */
  hitRatio: z.number().nullable(),
  /** Values by where they came from. */
  fromMemory: z.number(),
  fromRedis: z.number(),
  fromSnapshot: z.number(),
  /** Of entries fetched from Redis and written to it, as stored. */
  bytesRead: z.number(),
  bytesWritten: z.number(),
  /** What compression took off the bytes written. */
  bytesSaved: z.number(),
  /** What the values that were read would have taken to compute. */
  computeMsSaved: z.number(),
  /** Computations that were stored, what they took, and those that failed. */
  refreshes: z.number(),
  computeMsTotal: z.number(),
  failures: z.number(),
  /** Callers that joined a computation instead of starting one. */
  joined: z.number(),
  /** Reads chosen to have a fresh entry refreshed before its end. */
  renewals: z.number(),
  /** Milliseconds, to a quarter of their size; null without reads. */
  readMsP50: z.number().nullable(),
  readMsP95: z.number().nullable(),
  readMsP99: z.number().nullable(),
});
export type CacheLayerFigures = z.infer<typeof cacheLayerFiguresSchema>;

/** The windows that figures are told for: a minute, five minutes, an hour. */
export const cacheFigureWindowsMs = [60_000, 300_000, 3_600_000] as const;
