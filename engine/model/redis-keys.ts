/** The keys of a Redis server: listed, as a tree, with their values in windows, edited, and analysed by sampling. */
import { z } from 'zod';

/** A name that is no UTF-8 comes, and goes back, as base64. */
export const keyNameSchema = z.object({
  key: z.string().max(1_000_000),
  keyEncoding: z.enum(['text', 'base64']).default('text'),
});
export type KeyName = z.infer<typeof keyNameSchema>;

export const keySpaceSchema = z.object({
  connectionId: z.string(),
  /** Null: the database of the connection's address. A cluster has only 0. */
  db: z.number().int().min(0).max(1_023).nullable().default(null),
});
export type KeySpaceRef = z.infer<typeof keySpaceSchema>;

export const keyRefSchema = keySpaceSchema.extend(keyNameSchema.shape);
export type KeyRef = z.infer<typeof keyRefSchema>;

export const keyFilterSchema = z.object({
  /** A glob of SCAN; without wildcards it is one key. */
  pattern: z.string().min(1).max(1_000).default('*'),
  /** `string`, `hash`, …; the name of a module's type too. */
  type: z.string().max(100).optional(),
  /** `none`: without expiry; `some`: with one. */
  expiry: z.enum(['none', 'some']).optional(),
  maxTtlMs: z.number().min(0).optional(),
  /** Keys without expiry do not pass. */
  minTtlMs: z.number().min(0).optional(),
  minSizeBytes: z.number().min(0).optional(),
  minIdleS: z.number().min(0).optional(),
});
export type KeyFilter = z.infer<typeof keyFilterSchema>;

export const keyRowSchema = keyNameSchema.extend({
  type: z.string(),
  /** Null: no expiry. */
  ttlMs: z.number().nullable(),
  /** In memory, by MEMORY USAGE with few samples; null where it may not be asked. */
  sizeBytes: z.number().nullable(),
  /** Since it was last used; null under an LFU policy. */
  idleS: z.number().nullable(),
});
export type KeyRow = z.infer<typeof keyRowSchema>;

/** How far a search came. */
export const walkedSchema = z.object({
  /** Keys looked at by this call. */
  walkedKeys: z.number(),
  /** Keys there are in all. */
  keyCount: z.number().nullable(),
  /** Commands sent by this call. */
  commands: z.number(),
  tookMs: z.number(),
});

export const keyPageSchema = z.object({
  /** In the order of SCAN; a key may come again on another page. */
  keys: z.array(keyRowSchema),
  /** Null at the end of the key space. A page may be empty and still have a next one. */
  nextCursor: z.string().nullable(),
  walked: walkedSchema,
});
export type KeyPage = z.infer<typeof keyPageSchema>;

export const treeNodeSchema = z.object({
  /** The part between two separators; bytes that are no text as `\\xff`. */
  name: z.string(),
  /** From the root, its separator at the end included when it is a namespace; the name of a key. */
  path: z.string(),
  pathEncoding: keyNameSchema.shape.keyEncoding,
  kind: z.enum(['namespace', 'key']),
  /** Keys seen below it on this page: pages add up. */
  keysSeen: z.number(),
});
export type TreeNode = z.infer<typeof treeNodeSchema>;

export const treePageSchema = z.object({
  /** Namespaces first, by keys seen. */
  nodes: z.array(treeNodeSchema),
  /** More nodes were found than are listed. */
  truncated: z.boolean(),
  nextCursor: z.string().nullable(),
  walked: walkedSchema,
});
export type TreePage = z.infer<typeof treePageSchema>;

/** Bytes made readable. */
export const shownSchema = z.object({
  format: z.enum(['text', 'json', 'hex']),
  /** Hex is two digits a byte; JSON as it is stored. */
  text: z.string(),
  wholeBytes: z.number(),
  /** True when only the beginning is here. */
  cut: z.boolean(),
});
export type Shown = z.infer<typeof shownSchema>;

export const stringFormatSchema = z.enum(['auto', 'text', 'json', 'hex', 'entry']);
export type StringFormat = z.infer<typeof stringFormatSchema>;

const entrySchema = z.object({
  codec: z.string(),
  computedAtMs: z.number(),
  dataAsOfMs: z.number().nullable(),
  freshUntilMs: z.number().nullable(),
  tags: z.array(z.string()),
  value: z.json(),
});

export const keyValueSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('string'),
    offsetBytes: z.number(),
    shown: shownSchema,
    /** What a cache entry of ours holds; null for anything else, or when it was not asked for. */
    entry: entrySchema.nullable(),
  }),
  z.object({ kind: z.literal('hash'), fields: z.array(z.object({ field: shownSchema, value: shownSchema })) }),
  z.object({ kind: z.literal('list'), items: z.array(z.object({ index: z.number(), value: shownSchema })) }),
  z.object({ kind: z.literal('set'), members: z.array(shownSchema) }),
  /** By score. `score` is a text where JSON has no number for it: `inf`, `-inf`. */
  z.object({
    kind: z.literal('zset'),
    members: z.array(z.object({ member: shownSchema, score: z.union([z.number(), z.enum(['inf', '-inf'])]) })),
  }),
  z.object({
    kind: z.literal('stream'),
    /** Newest first. */
    entries: z.array(
      z.object({ id: z.string(), fields: z.array(z.object({ field: shownSchema, value: shownSchema })) }),
    ),
    groups: z.array(
      z.object({
        name: z.string(),
        consumers: z.number(),
        pending: z.number(),
        lastDeliveredId: z.string(),
        lag: z.number().nullable(),
      }),
    ),
  }),
  z.object({ kind: z.literal('json'), shown: shownSchema }),
  /** A type of a module that is not known here, or elements too big to be fetched. */
  z.object({ kind: z.literal('opaque'), reason: z.string() }),
]);
export type KeyValue = z.infer<typeof keyValueSchema>;

export const keyDetailSchema = keyRowSchema.extend({
  /** Source: OBJECT ENCODING, e.g. `listpack`. */
  encoding: z.string().nullable(),
  /** Bytes of a string, elements of anything else. */
  length: z.number().nullable(),
  value: keyValueSchema,
  /** Of the next window of the value; null at its end. */
  nextCursor: z.string().nullable(),
  /** False while the connection is observed. */
  writable: z.boolean(),
});
export type KeyDetail = z.infer<typeof keyDetailSchema>;

const part = z.string().max(16_000_000);
const parts = z.array(part).min(1).max(1_000);

/** One change of a value; texts are UTF-8. A key of another type is refused. */
export const keyEditSchema = z.discriminatedUnion('kind', [
  /** Makes the key, or replaces its text; its expiry stays. */
  z.object({ kind: z.literal('string'), value: part }),
  z.object({ kind: z.literal('hash-set'), field: part, value: part }),
  z.object({ kind: z.literal('hash-remove'), fields: parts }),
  z.object({ kind: z.literal('list-set'), index: z.number().int(), value: part }),
  z.object({ kind: z.literal('list-push'), end: z.enum(['head', 'tail']), values: parts }),
  /** Removes the first of equal elements. */
  z.object({ kind: z.literal('list-remove'), value: part }),
  /** Removes the one that stands there. */
  z.object({ kind: z.literal('list-remove-at'), index: z.number().int() }),
  z.object({ kind: z.literal('set-add'), members: parts }),
  z.object({ kind: z.literal('set-remove'), members: parts }),
  z.object({ kind: z.literal('zset-set'), member: part, score: z.number() }),
  z.object({ kind: z.literal('zset-remove'), members: parts }),
  z.object({
    kind: z.literal('stream-add'),
    fields: z
      .array(z.tuple([part, part]))
      .min(1)
      .max(200),
  }),
  z.object({ kind: z.literal('stream-remove'), ids: parts }),
  /** The whole document, by the JSON module. */
  z.object({ kind: z.literal('json-set'), path: z.string().max(1_000).default('$'), value: part }),
]);
export type KeyEdit = z.infer<typeof keyEditSchema>;

/**
 * What was there when the user looked, which an edit must not overwrite when it is something else by now: the text of
 * the string, the document or the element that the edit names, a score as a number in a text; null: nothing was there.
 */
export const keyGuardSchema = part.nullable();
export type KeyGuard = z.infer<typeof keyGuardSchema>;

/** Upper ends of the TTL histogram, milliseconds; what lives longer is in the last one. */
export const ttlBucketsMs = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000, 2_592_000_000] as const;

export const namespaceUseSchema = z.object({
  /** `session:*`; `(other)` are the many small ones together. */
  namespace: z.string(),
  keyCount: z.number(),
  /** By the mean of the keys that were measured. */
  bytes: z.number(),
  measuredKeys: z.number(),
  /** 0–1, of the keys that were measured. */
  noExpiryShare: z.number(),
  /** Types of the keys that were measured. */
  types: z.record(z.string(), z.number()),
  /** Change against the analysis before; null when it had no such namespace, or there was none. */
  trend: z.object({ keyCount: z.number(), bytes: z.number() }).nullable(),
});
export type NamespaceUse = z.infer<typeof namespaceUseSchema>;

export const analysisSummarySchema = z.object({
  analysisId: z.string(),
  connectionId: z.string(),
  db: z.number(),
  separator: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed', 'interrupted']),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** By DBSIZE at the beginning. */
  keyCount: z.number(),
  walkedKeys: z.number(),
  /** Of those: asked for size, TTL and type. */
  measuredKeys: z.number(),
  /** All keys were measured: nothing is extrapolated. */
  exact: z.boolean(),
  commands: z.number(),
  /** The budget it keeps to. */
  commandsPerS: z.number(),
  totalBytes: z.number().nullable(),
  noExpiryCount: z.number().nullable(),
  problem: z.string().nullable(),
});
export type AnalysisSummary = z.infer<typeof analysisSummarySchema>;

export const analysisSchema = analysisSummarySchema.extend({
  /** The analysis that the trends are against. */
  previousId: z.string().nullable(),
  /** By bytes, at most 200. */
  namespaces: z.array(namespaceUseSchema),
  /** Of the keys that were measured, at most 50. */
  biggestKeys: z.array(keyRowSchema.omit({ idleS: true })),
  /** Of the keys that were measured and have no expiry, the biggest, at most 50. */
  keysWithoutExpiry: z.array(keyRowSchema.omit({ idleS: true })),
  /** Extrapolated to all keys; `upToMs` null: longer than the last bucket. */
  ttlHistogram: z.array(z.object({ upToMs: z.number().nullable(), keyCount: z.number() })),
  types: z.array(z.object({ type: z.string(), keyCount: z.number(), bytes: z.number() })),
});
export type Analysis = z.infer<typeof analysisSchema>;
