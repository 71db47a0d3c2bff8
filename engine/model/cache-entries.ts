/** Single entries of the cache, our own and those of other programs: as rows, and one of them in full. */
import { z } from 'zod';
import { causeLinkSchema } from './cause.ts';
import { freshnessSchema, layerNameSchema } from './freshness.ts';

/** `unreadable`: not one of our formats or damaged; `unknown`: another program's entry that does not tell its age. */
export const cacheRowStateSchema = z.enum(['fresh', 'stale', 'expired', 'unreadable', 'unknown']);
export type CacheRowState = z.infer<typeof cacheRowStateSchema>;

/** A filter as a reader would name it; several values mean any of them. */
export const cacheFilterSchema = z.object({ id: z.string(), label: z.string(), values: z.array(z.string()) });
export type CacheFilter = z.infer<typeof cacheFilterSchema>;

export const cacheRowSchema = z.object({
  /** The key in Redis. */
  key: z.string(),
  /** `foreign`: another program's, shown and never changed. */
  origin: z.enum(['own', 'foreign']),
  /** One of our layers, or for a foreign entry what its name says, e.g. `kpis`; `other` when it says nothing. */
  layer: z.string(),
  section: z.string().nullable(),
  viewId: z.string().nullable(),
  pack: z.string().nullable(),
  /** ISO date; null when it does not say. */
  asOf: z.string().nullable(),
  /** Empty: no restriction. Null: the entry does not say, e.g. another program's hash. */
  filters: z.array(cacheFilterSchema).nullable(),
  state: cacheRowStateSchema,
  computedAtMs: z.number().nullable(),
  dataAsOfMs: z.number().nullable(),
  freshUntilMs: z.number().nullable(),
  /** Redis deletes it then; null: never, which for our own entries is a fault. */
  deletedAtMs: z.number().nullable(),
  sizeBytes: z.number(),
  /** Bytes of the JSON; null where it is not compressed by us. */
  rawBytes: z.number().nullable(),
  /** rawBytes / sizeBytes: 3 means a third of the bytes; null without rawBytes. */
  ratio: z.number().nullable(),
  computeMs: z.number().nullable(),
  /** Reads answered by this process since it started; null for foreign entries, whose readers we cannot see. */
  hits: z.number().nullable(),
  tags: z.array(z.string()),
  /** For foreign entries: `<key>:stale` exists. */
  hasStaleCopy: z.boolean(),
  /** A decoded copy lies in this process's memory. */
  inMemory: z.boolean(),
  /** True when this console can have it computed: its pack, version, source and settings are the running ones. */
  refreshable: z.boolean(),
  /** Why it cannot be read; null when it can. */
  problem: z.string().nullable(),
});
export type CacheRow = z.infer<typeof cacheRowSchema>;

export const cacheSortSchema = z.enum(['key', 'layer', 'state', 'age', 'ttl', 'size', 'ratio', 'hits']);
export type CacheSort = z.infer<typeof cacheSortSchema>;

/** A list of up to 100,000 rows is fetched piece by piece; every piece of one listing is of the same moment. */
export const cacheEntriesQuerySchema = z.object({
  /** Found anywhere in the key, section, filters or tags; words are all required; case does not matter. */
  search: z.string().max(200).default(''),
  /** Empty lists mean no restriction. */
  layers: z.array(z.string()).max(20).default([]),
  states: z.array(cacheRowStateSchema).default([]),
  tags: z.array(z.string()).max(20).default([]),
  origin: z.enum(['all', 'own', 'foreign']).default('all'),
  sort: cacheSortSchema.default('key'),
  descending: z.boolean().default(false),
  /** From an earlier answer; null or one that is no longer kept makes a new listing. */
  listingId: z.string().nullable().default(null),
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(500).default(100),
});
export type CacheEntriesQuery = z.infer<typeof cacheEntriesQuerySchema>;

export const cacheEntriesPageSchema = z.object({
  /** Ask for further pieces with it; another than the one asked with means that the rows may have moved. */
  listingId: z.string(),
  /** The moment that the listing shows. */
  atMs: z.number(),
  rows: z.array(cacheRowSchema),
  offset: z.number(),
  /** Rows of the whole listing. */
  matchCount: z.number(),
  matchBytes: z.number(),
  /** Entries in the index before any filter. */
  totalCount: z.number(),
  /** The index is incomplete: still building, over its limit, or Redis cannot be asked. */
  partial: z.boolean(),
  /** What the filters can offer, over the whole index: name and count. */
  facets: z.object({
    layers: z.array(z.object({ name: z.string(), count: z.number() })),
    states: z.array(z.object({ name: cacheRowStateSchema, count: z.number() })),
    /** The 200 most frequent. */
    tags: z.array(z.object({ name: z.string(), count: z.number() })),
    foreignCount: z.number(),
  }),
});
export type CacheEntriesPage = z.infer<typeof cacheEntriesPageSchema>;

/** What happened to an entry, as this console saw it; computations also from its local history. */
export const cacheEventSchema = z.object({
  atMs: z.number(),
  kind: z.enum(['stored', 'requested', 'started', 'failed', 'revoked', 'invalidated', 'removed', 'warmed']),
  /** One line with figures, e.g. "by worker, 84 ms, 12 kB". */
  words: z.string(),
  taskId: z.string().nullable(),
});
export type CacheEvent = z.infer<typeof cacheEventSchema>;

export const cacheEntryDetailSchema = z.object({
  row: cacheRowSchema,
  /** How a reader would get it now; null for a foreign entry. */
  freshness: freshnessSchema.nullable(),
  /** What the bytes say of themselves. */
  header: z
    .object({
      id: z.string(),
      formatVersion: z.number(),
      codec: z.string(),
      checksumOk: z.boolean(),
      pack: z.string().nullable(),
      packVersion: z.number().nullable(),
      /** What the key was made from. */
      meaning: z.json(),
      /** Made again from the meaning, the key is the same: it can be explained. */
      keyExplained: z.boolean(),
    })
    .nullable(),
  payload: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('json'), value: z.json() }),
    /** Not JSON: the beginning as text, bytes that are no text shown as `\xNN`. */
    z.object({ kind: z.literal('text'), text: z.string(), cut: z.boolean() }),
    /** Too large to be sent; `limitBytes` is what would have been. */
    z.object({ kind: z.literal('too-large'), rawBytes: z.number(), limitBytes: z.number() }),
    z.object({ kind: z.literal('unreadable'), problem: z.string() }),
    z.object({ kind: z.literal('gone') }),
  ]),
  /** Why it is in its state, in sentences, the first the shortest. */
  reasons: z.array(z.string()),
  /** From the sign to the cause, e.g. ["refresh waits 43 s in kpis", "no worker consumes", "worker A wedged: …"]. */
  causes: z.array(causeLinkSchema),
  /** Newest first, at most 100. */
  timeline: z.array(cacheEventSchema),
  /** A foreign entry's companions: `:stale`, `:meta`. */
  companions: z.array(
    z.object({
      key: z.string(),
      kind: z.enum(['stale-copy', 'meta']),
      sizeBytes: z.number(),
      deletedAtMs: z.number().nullable(),
      value: z.json().nullable(),
    }),
  ),
});
export type CacheEntryDetail = z.infer<typeof cacheEntryDetailSchema>;

/** What an action would reach, or has reached. */
export const cacheReachSchema = z.object({
  entryCount: z.number(),
  sizeBytes: z.number(),
  byLayer: z.array(z.object({ layer: layerNameSchema, entryCount: z.number(), sizeBytes: z.number() })),
  /** The largest, at most 20. */
  sample: z.array(cacheRowSchema),
  /** False when the index does not know every entry: there may be more. */
  complete: z.boolean(),
});
export type CacheReach = z.infer<typeof cacheReachSchema>;
