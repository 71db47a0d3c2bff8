/** Every key and channel that the cache uses in Redis, in one place; BullMQ's keys are its own business. */

/** Entries: `vigia:v1:{viewId}:layer:section`. The braces keep the sections of one view in one cluster slot. */
export const entryPrefix = 'vigia:v1:';

/** Apart from the entries, so that taking and renewing leases does not look like a change of an entry. */
const leasePrefix = 'vigia:lease:v1:';

export function entryName(viewId: string, layer: string, section: string): string {
  return `${entryPrefix}{${viewId}}:${layer}:${section}`;
}

/** Null for a key that is not an entry's. */
export function parseEntryName(redisKey: string): { viewId: string; layer: string; section: string } | null {
  const match = /^vigia:v1:\{([0-9a-f]{32})\}:([a-z]+):(.+)$/.exec(redisKey);
  if (!match) return null;
  const [, viewId = '', layer = '', section = ''] = match;
  return { viewId, layer, section };
}

/** Held by the one process that computes this entry; in the same slot as the entry. */
export function leaseName(entry: string): string {
  return leasePrefix + entry.slice(entryPrefix.length);
}

/** Told when an entry was stored, or when a lease ended without one. Channels know no databases, so the name does. */
export function storedChannel(db: number): string {
  return db === 0 ? 'vigia:stored' : `vigia:stored:${db}`;
}
