/** What may be asked of the cache and done to it. */
import { z } from 'zod';
import { cacheHealthSchema, cacheStatusSchema } from '../../../engine/model/cache.ts';
import {
  cacheCleanUpReportSchema,
  cacheClearReportSchema,
  cacheInvalidationSchema,
  cacheTargetSchema,
  cacheWarmingSchema,
  dataChangeSchema,
  invalidateModeSchema,
} from '../../../engine/model/cache-actions.ts';
import {
  cacheEntriesPageSchema,
  cacheEntriesQuerySchema,
  cacheEntryDetailSchema,
  cacheReachSchema,
} from '../../../engine/model/cache-entries.ts';
import { layerSetSchema, setLayerSchema } from '../../../engine/model/cache-layers.ts';
import { layerNameSchema } from '../../../engine/model/freshness.ts';
import { command, nothing, query } from './call.ts';

const layerOrAll = z.union([layerNameSchema, z.literal('all')]);
const reason = z.string().max(300).default('');

export const cacheCalls = {
  'cache.status': query(nothing, cacheStatusSchema),
  'cache.health': query(nothing, cacheHealthSchema),
  /** A piece of a listing; the listing is made by the first call and kept for a while under `listingId`. */
  'cache.entries': query(cacheEntriesQuerySchema, cacheEntriesPageSchema),
  'cache.entry': query(z.object({ key: z.string().min(1).max(512) }), cacheEntryDetailSchema),
  'cache.invalidatePreview': query(cacheTargetSchema, cacheReachSchema),
  'cache.invalidate': command(
    cacheTargetSchema.extend({ mode: invalidateModeSchema.default('stale'), reason }),
    cacheInvalidationSchema,
  ),
  /** Forces the computation of the view that an entry belongs to; only where `refreshable`. */
  'cache.refresh': command(z.object({ key: z.string().min(1).max(512) }), z.object({ taskId: z.string() })),
  'cache.clearPreview': query(z.object({ layer: layerOrAll }), cacheReachSchema),
  /** `confirm` must be the layer's name (or `all`), typed by a person; the engine checks it. Foreign entries are left alone. */
  'cache.clear': command(z.object({ layer: layerOrAll, confirm: z.string().max(100), reason }), cacheClearReportSchema),
  /** From now on, after a restart, and in every process; refused for what a variable fixes. */
  'cache.setLayer': command(setLayerSchema, layerSetSchema),
  /** Queues a warm-up, or joins the one that waits or runs. */
  'cache.warm': command(nothing, z.object({ taskId: z.string(), joined: z.boolean() })),
  'cache.warming': query(nothing, cacheWarmingSchema),
  /** Looks for what can go, and removes nothing. */
  'cache.cleanUpPreview': query(nothing, cacheCleanUpReportSchema),
  'cache.cleanUp': command(nothing, cacheCleanUpReportSchema),
  /** Invalidates what depends on what was changed, as the pack declares. */
  'cache.dataChanged': command(dataChangeSchema, cacheInvalidationSchema),
} as const;

export const cacheTopics = {
  /** At most four a second. `keys`: which entries, at most 100; empty when more changed, or none in particular. */
  'cache.changed': z.object({
    what: z.enum(['entries', 'invalidated', 'cleared', 'cleaned', 'warming', 'settings', 'link']),
    keys: z.array(z.string()),
  }),
} as const;
