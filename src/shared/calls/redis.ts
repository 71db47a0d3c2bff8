/** What may be asked of the Redis server behind a connection, of its keys, and what may be done with them. */
import { z } from 'zod';
import {
  aclLogEntrySchema,
  doctorWordsSchema,
  redisClientSchema,
  redisConfigSchema,
  redisHealthSchema,
  redisHistorySchema,
  redisTierSchema,
  slowLogSchema,
} from '../../../engine/model/redis-health.ts';
import {
  analysisSchema,
  analysisSummarySchema,
  keyDetailSchema,
  keyEditSchema,
  keyFilterSchema,
  keyGuardSchema,
  keyNameSchema,
  keyPageSchema,
  keyRefSchema,
  keySpaceSchema,
  stringFormatSchema,
  treePageSchema,
} from '../../../engine/model/redis-keys.ts';
import { command, done, query } from './call.ts';

const one = z.object({ connectionId: z.string() });
const cursor = z.string().max(4_000).nullable().default(null);
const separator = z.string().min(1).max(5).default(':');

export const redisCalls = {
  /** Of the last look; costs Redis nothing. */
  'redis.health': query(one, redisHealthSchema),
  /** Without `shard` all shards together; without `tier` the finest one that reaches back to `fromMs`. */
  'redis.history': query(
    one.extend({
      shard: z.string().optional(),
      fromMs: z.number(),
      toMs: z.number(),
      tier: redisTierSchema.optional(),
    }),
    redisHistorySchema,
  ),
  /** The newest `limit` entries of each server. */
  'redis.slowlog': query(one.extend({ limit: z.number().int().min(1).max(1_000).default(128) }), slowLogSchema),
  'redis.clients': query(one, z.object({ atMs: z.number(), clients: z.array(redisClientSchema) })),
  /** Operate only. False when the client had gone already. Our own connections are refused. */
  'redis.clients.kill': command(
    one.extend({ shard: z.string(), clientId: z.string().regex(/^\d+$/) }),
    z.object({ killed: z.boolean() }),
  ),
  'redis.config': query(one, redisConfigSchema),
  'redis.aclLog': query(one, z.object({ entries: z.array(aclLogEntrySchema) })),
  /** MEMORY DOCTOR and LATENCY DOCTOR in the server's own words. */
  'redis.doctorWords': query(one, z.object({ shards: z.array(doctorWordsSchema) })),
  /** A page ends when it has `limit` keys or its time is over; `limit` may be passed by what one SCAN brings. */
  'redis.keys': query(
    keySpaceSchema.extend({
      filter: keyFilterSchema.prefault({}),
      cursor,
      limit: z.number().int().min(1).max(500).default(100),
    }),
    keyPageSchema,
  ),
  /** What lies directly under `path`, as far as one page of walking saw. */
  'redis.keyTree': query(
    keySpaceSchema.extend({
      path: z.string().max(1_000_000).default(''),
      pathEncoding: keyNameSchema.shape.keyEncoding,
      separator,
      cursor,
    }),
    treePageSchema,
  ),
  /** A window of the value; throws REDIS_KEY_NOT_FOUND. `as` is for strings. */
  'redis.key': query(
    keyRefSchema.extend({
      as: stringFormatSchema.default('auto'),
      cursor,
      limit: z.number().int().min(1).max(500).default(100),
    }),
    keyDetailSchema,
  ),
  /** Operate only, as every command here. With `was`: throws REDIS_KEY_CHANGED when it is something else by now. */
  'redis.key.set': command(
    keyRefSchema.extend({ edit: keyEditSchema, was: keyGuardSchema.optional() }),
    z.object({ changed: z.number() }),
  ),
  /** Makes a key by its first edit; throws REDIS_KEY_EXISTS. */
  'redis.key.add': command(
    keyRefSchema.extend({ edit: keyEditSchema, ttlMs: z.number().int().min(1).nullable().default(null) }),
    z.object({ changed: z.number() }),
  ),
  /** Never over another key: throws REDIS_KEY_EXISTS, REDIS_KEY_NOT_FOUND. */
  'redis.key.rename': command(keyRefSchema.extend({ to: z.string().min(1).max(1_000_000) }), done),
  /** Null removes the expiry. */
  'redis.key.ttl': command(
    keyRefSchema.extend({ ttlMs: z.number().int().min(1).nullable() }),
    z.object({ changed: z.boolean() }),
  ),
  /** Frees the memory in the background. */
  'redis.key.delete': command(
    keySpaceSchema.extend({ keys: z.array(keyNameSchema).min(1).max(500) }),
    z.object({ removed: z.number() }),
  ),
  /** Newest first. */
  'redis.analyses': query(
    z.object({ connectionId: z.string().optional(), limit: z.number().int().min(1).max(500).default(100) }),
    z.object({ analyses: z.array(analysisSummarySchema), sizeBytes: z.number() }),
  ),
  /** Throws REDIS_ANALYSIS_NOT_FOUND. */
  'redis.analysis': query(z.object({ analysisId: z.string() }), analysisSchema),
  /** Begins to walk all keys and answers at once; nothing is written to Redis. One at a time for each connection. */
  'redis.analyse': command(
    keySpaceSchema.extend({
      separator,
      /** Keys measured at most: below that number of keys everything is measured. */
      maxMeasuredKeys: z.number().int().min(100).max(2_000_000).default(20_000),
      commandsPerS: z.number().int().min(50).max(50_000).default(1_500),
    }),
    analysisSummarySchema,
  ),
  'redis.analyse.cancel': command(z.object({ analysisId: z.string() }), analysisSummarySchema),
} as const;

export const redisTopics = {
  /** After a look at a connection's servers. */
  'redis.sampled': z.object({ connectionId: z.string(), atMs: z.number() }),
  /** An analysis began, came further, or ended. */
  'redis.analysed': z.object({ connectionId: z.string(), analysisId: z.string() }),
} as const;
