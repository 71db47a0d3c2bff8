/** Every key and channel that the cache uses in Redis, in one place; BullMQ's keys are its own business. */

/**
 * Entries: `vigia:v2:{viewId}:layer:section`. The braces keep the sections of one view in one cluster slot. The number
 * rises with the format of entries, so that consoles of two versions on one Redis do not overwrite each other's.
 */
export const entryPrefix = 'vigia:v2:';

/** Apart from the entries, so that taking and renewing leases does not look like a change of an entry. */
const leasePrefix = 'vigia:lease:v2:';

export function entryName(viewId: string, layer: string, section: string): string {
  return `${entryPrefix}{${viewId}}:${layer}:${section}`;
}

/** Null for a key that is not an entry's. */
export function parseEntryName(redisKey: string): { viewId: string; layer: string; section: string } | null {
  const match = /^vigia:v2:\{([0-9a-f]{32})\}:([a-z]+):(.+)$/.exec(redisKey);
  if (!match) return null;
  const [, viewId = '', layer = '', section = ''] = match;
  return { viewId, layer, section };
}

/** Held by the one process that computes this entry; in the same slot as the entry. */
export function leaseName(entry: string): string {
  return leasePrefix + entry.slice(entryPrefix.length);
}

/** The hash with the tags' invalidations and the layers set at run time, in a cluster slot of its own. */
export const sharedStateName = 'vigia:shared:v2:{shared}';

/** Told when an entry was stored, or when a lease ended without one. Channels know no databases, so the name does. */
export function storedChannel(db: number): string {
  return db === 0 ? 'vigia:stored' : `vigia:stored:${db}`;
}
