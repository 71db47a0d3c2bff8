/** The health of a Redis server behind a connection: what it says of itself now, over windows, and in the past. */
import { z } from 'zod';

/** No limit is a state of its own: there is nothing to divide by. */
export const memoryLimitSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('limited'), bytes: z.number(), usedRatio: z.number() }),
  z.object({
    kind: z.literal('none'),
    /** Of the machine; null when the server does not say. */
    systemBytes: z.number().nullable(),
  }),
]);

/** Counters of INFO run since the server's start. A null was not reported, e.g. by a managed service. */
export const redisFiguresSchema = z.object({
  uptimeS: z.number().nullable(),
  memory: z
    .object({
      usedBytes: z.number(),
      peakBytes: z.number().nullable(),
      rssBytes: z.number().nullable(),
      /** RSS by what the allocator was asked for; null below 64 MB, where it says nothing. */
      fragmentationRatio: z.number().nullable(),
      datasetBytes: z.number().nullable(),
      /** Of all clients together. */
      clientBytes: z.number().nullable(),
      limit: memoryLimitSchema,
      policy: z.string(),
    })
    .nullable(),
  clients: z.object({
    connected: z.number().nullable(),
    /** Waiting in a BLPOP and the like. */
    blocked: z.number().nullable(),
    max: z.number().nullable(),
    /** Refused because of the limit, since the start. */
    rejectedSinceStart: z.number().nullable(),
  }),
  persistence: z.object({
    loading: z.boolean().nullable(),
    /** RDB by `save`, or by hand. */
    lastSaveAtMs: z.number().nullable(),
    lastSaveOk: z.boolean().nullable(),
    unsavedChanges: z.number().nullable(),
    saving: z.boolean().nullable(),
    appendOnly: z.boolean().nullable(),
    lastAppendOk: z.boolean().nullable(),
    lastRewriteOk: z.boolean().nullable(),
    /** How long the last fork held the server. */
    lastForkMs: z.number().nullable(),
  }),
  replication: z.object({
    role: z.enum(['master', 'replica']).nullable(),
    /** Of a replica: whether its master is there. */
    masterLinkUp: z.boolean().nullable(),
    /** Of a replica: since the master was last heard. */
    masterSilentS: z.number().nullable(),
    replicas: z.array(
      z.object({
        address: z.string(),
        state: z.string(),
        /** Bytes that it has yet to take. */
        lagBytes: z.number().nullable(),
        /** Since it last acknowledged. */
        lagS: z.number().nullable(),
      }),
    ),
  }),
  databases: z.array(
    z.object({ db: z.number(), keyCount: z.number(), expiringCount: z.number(), averageTtlMs: z.number().nullable() }),
  ),
  keyCount: z.number(),
  /** One PING, our own queueing included. */
  roundTripMs: z.number().nullable(),
});
export type RedisFigures = z.infer<typeof redisFiguresSchema>;

/** What happened over a stretch of time; null where the server did not say, or restarted within it. */
export const redisWindowSchema = z.object({
  windowMs: z.number(),
  /** How much of it was really looked at. */
  coveredMs: z.number(),
  hits: z.object({
    reads: z.number(),
    /** Null below `minimumReads`. */
    ratio: z.number().nullable(),
    minimumReads: z.number(),
  }),
  opsPerS: z.number().nullable(),
  evictedPerS: z.number().nullable(),
  expiredPerS: z.number().nullable(),
  /** By how much there are more keys; negative where there are fewer. */
  keysGainedPerS: z.number().nullable(),
  netInBytesPerS: z.number().nullable(),
  netOutBytesPerS: z.number().nullable(),
  connectionsPerS: z.number().nullable(),
  rejectedCount: z.number().nullable(),
  /** Seconds of processor a second, its forks left out: 1 is one core. */
  cpuRatio: z.number().nullable(),
});
export type RedisWindow = z.infer<typeof redisWindowSchema>;

/** A command over the last minutes, by the differences of its counters. */
export const redisCommandUseSchema = z.object({
  /** `get`, `config|set` */
  command: z.string(),
  perS: z.number(),
  meanMs: z.number(),
  /** Its part of the time that all commands took, 0–1. */
  timeShare: z.number(),
  rejected: z.number(),
  failed: z.number(),
  /** Of the window, by LATENCY HISTOGRAM; null before Redis 7 or before two looks. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
export type RedisCommandUse = z.infer<typeof redisCommandUseSchema>;

/** Source: LATENCY LATEST; empty while `latency-monitor-threshold` is 0. */
export const latencyEventSchema = z.object({
  event: z.string(),
  atMs: z.number(),
  latestMs: z.number(),
  worstMs: z.number(),
});
export type LatencyEvent = z.infer<typeof latencyEventSchema>;

/** Commands of the last minutes by the time that they took in the server. */
export const latencyHistogramSchema = z.object({
  windowMs: z.number(),
  count: z.number(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Commands that took at most `upToMs` and more than the bucket before; ascending. */
  buckets: z.array(z.object({ upToMs: z.number(), count: z.number() })),
});
export type LatencyHistogram = z.infer<typeof latencyHistogramSchema>;

/** PINGs of the last hour, our own queueing included. */
export const roundTripsSchema = z.object({
  windowMs: z.number(),
  count: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});
export type RoundTrips = z.infer<typeof roundTripsSchema>;

export const redisShardHealthSchema = z.object({
  /** `host:port`, or the label of the connection. */
  address: z.string(),
  /** Of the figures; null before the first look. */
  atMs: z.number().nullable(),
  /** Why the last look failed; the figures are then the last known. */
  problem: z.string().nullable(),
  product: z.enum(['Redis', 'Valkey']).nullable(),
  version: z.string().nullable(),
  figures: redisFiguresSchema.nullable(),
  /** Of 1 minute, 5 minutes, 1 hour. */
  windows: z.array(redisWindowSchema),
  /** By the time that they took, over the last five minutes; at most 30. */
  commands: z.array(redisCommandUseSchema),
  latencyEvents: z.array(latencyEventSchema),
  /** Null before Redis 7, before two looks, or where the user may not ask. */
  histogram: latencyHistogramSchema.nullable(),
  /** Null before the first PING; of all shards together those of the slowest. */
  roundTrips: roundTripsSchema.nullable(),
});
export type RedisShardHealth = z.infer<typeof redisShardHealthSchema>;

/** What our looking costs one connection, all its shards together. */
export const ownLoadSchema = z.object({
  /** The names of our connections begin with it, in the client list and the slow log. */
  clientNamePrefix: z.string(),
  /** Of sampling, over the last minute. */
  commandsLastMinute: z.number(),
  /** Of browsing, analysing and all that was asked for, over the last minute. */
  askedCommandsLastMinute: z.number(),
  /** The ceiling of sampling for each server and minute. */
  budgetPerMinute: z.number(),
  /** Looks that were left out to keep to it, since the console's start. */
  deferredCount: z.number(),
  /** Of the server's processor, estimated by the mean time of our commands there; null before commandstats came. */
  cpuRatio: z.number().nullable(),
});
export type OwnLoad = z.infer<typeof ownLoadSchema>;

export const redisHealthSchema = z.object({
  connectionId: z.string(),
  nowMs: z.number(),
  /** `waiting`: not yet looked. `partly`: some shards do not answer. `away`: none does; the figures are the last known. */
  state: z.enum(['waiting', 'sampling', 'partly', 'away']),
  problem: z.string().nullable(),
  periodMs: z.number(),
  /** All shards together: of one server the same as its only shard. */
  total: redisShardHealthSchema.omit({ address: true, problem: true }).nullable(),
  shards: z.array(redisShardHealthSchema),
  own: ownLoadSchema,
  history: z.object({ sizeBytes: z.number(), ceilingBytes: z.number() }),
});
export type RedisHealth = z.infer<typeof redisHealthSchema>;

export const redisTierSchema = z.enum(['ten-seconds', 'minute', 'ten-minutes']);
export type RedisTier = z.infer<typeof redisTierSchema>;

/**
 * One stretch of the past. Rates are over the part that was looked at, memory and clients the most, latencies the worst,
 * the rest as at its end. A null was not known.
 */
export const redisPointSchema = z.object({
  atMs: z.number(),
  coveredMs: z.number(),
  usedBytes: z.number().nullable(),
  rssBytes: z.number().nullable(),
  /** Null: no limit, or not known. */
  limitBytes: z.number().nullable(),
  fragmentationRatio: z.number().nullable(),
  hits: z.number().nullable(),
  misses: z.number().nullable(),
  opsPerS: z.number().nullable(),
  evictedPerS: z.number().nullable(),
  expiredPerS: z.number().nullable(),
  netInBytesPerS: z.number().nullable(),
  netOutBytesPerS: z.number().nullable(),
  rejectedConnections: z.number().nullable(),
  cpuRatio: z.number().nullable(),
  clients: z.number().nullable(),
  blockedClients: z.number().nullable(),
  keyCount: z.number().nullable(),
  expiringCount: z.number().nullable(),
  roundTripMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  replicaCount: z.number().nullable(),
  replicationLagBytes: z.number().nullable(),
  replicationLagS: z.number().nullable(),
  unsavedChanges: z.number().nullable(),
  /** Any of RDB, AOF or its rewrite failed last. */
  persistenceFailing: z.boolean().nullable(),
  ownCommands: z.number(),
  /** Calls of the commands that were called most, at most 8; `other` is the rest. */
  commands: z.record(z.string(), z.number()).nullable(),
  /** Keys by database. */
  databases: z.record(z.string(), z.number()).nullable(),
});
export type RedisPoint = z.infer<typeof redisPointSchema>;

export const redisHistorySchema = z.object({
  tier: redisTierSchema,
  /** Of the points: the tier's, or a multiple of it where that many points would fit into no chart. */
  stepMs: z.number(),
  /** Every shard that the history knows of the connection. */
  shards: z.array(z.string()),
  /** Oldest first, some 1,500 at most; stretches that nobody looked at are missing. The last one may not be over. */
  points: z.array(redisPointSchema),
});

export const slowEntrySchema = z.object({
  shard: z.string(),
  id: z.number(),
  atMs: z.number(),
  tookMs: z.number(),
  /** As the server keeps it: long arguments cut; passwords never are in it. */
  words: z.array(z.string()),
  client: z.string(),
  own: z.boolean(),
});

/** Slow commands of one shape by one client. */
export const slowGroupSchema = z.object({
  /** The command with the family of its keys: `HGETALL session:*`. */
  shape: z.string(),
  /** The connection's name; without one its host. */
  client: z.string(),
  /** True when the console itself sent them. */
  own: z.boolean(),
  count: z.number(),
  totalMs: z.number(),
  worstMs: z.number(),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  shards: z.array(z.string()),
});
export type SlowGroup = z.infer<typeof slowGroupSchema>;

export const slowLogSchema = z.object({
  atMs: z.number(),
  /** Commands slower than this are kept; null: not allowed to ask; negative: switched off. */
  thresholdMs: z.number().nullable(),
  /** Entries that each server keeps. */
  maxLength: z.number().nullable(),
  /** By total time. */
  groups: z.array(slowGroupSchema),
  /** Newest first. */
  entries: z.array(slowEntrySchema),
});
export type SlowLog = z.infer<typeof slowLogSchema>;
export type SlowEntry = z.infer<typeof slowEntrySchema>;

export const redisClientSchema = z.object({
  shard: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  user: z.string().nullable(),
  address: z.string(),
  db: z.number(),
  kind: z.enum(['normal', 'subscriber', 'replica', 'master', 'blocked']),
  ageS: z.number(),
  idleS: z.number(),
  lastCommand: z.string().nullable(),
  /** Replies that it has not taken yet. */
  outputBytes: z.number(),
  memoryBytes: z.number().nullable(),
  library: z.string().nullable(),
  /** One of ours: not to be killed from here. */
  own: z.boolean(),
});
export type RedisClient = z.infer<typeof redisClientSchema>;

export const redisConfigSchema = z.object({
  /** Whose defaults they are held against. */
  defaultsOf: z.string(),
  parameters: z.array(
    z.object({
      name: z.string(),
      /** Passwords are blanked. */
      value: z.string(),
      /** Null where the default is not known, or is the machine's. */
      defaultValue: z.string().nullable(),
      isDefault: z.boolean().nullable(),
      /** Shards of a cluster that have another value. */
      differsOn: z.array(z.object({ shard: z.string(), value: z.string() })),
    }),
  ),
});
export type RedisConfig = z.infer<typeof redisConfigSchema>;

export const aclLogEntrySchema = z.object({
  shard: z.string(),
  count: z.number(),
  reason: z.string(),
  context: z.string(),
  object: z.string(),
  username: z.string(),
  client: z.string(),
  lastAtMs: z.number(),
});
export type AclLogEntry = z.infer<typeof aclLogEntrySchema>;

export const doctorWordsSchema = z.object({
  shard: z.string(),
  /** Null with the problem said when it could not be asked. */
  memory: z.string().nullable(),
  latency: z.string().nullable(),
  problem: z.string().nullable(),
});
export type DoctorWords = z.infer<typeof doctorWordsSchema>;
