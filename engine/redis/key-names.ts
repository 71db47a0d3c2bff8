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

/** Entries of every version, for housekeeping. */
export const entryFamilyGlob = 'vigia:v[0-9]*';

/** Whether a key is an entry's of this program's version, of an older or of a newer one; null: not an entry's. */
export function entryVersionOf(redisKey: string): 'current' | 'older' | 'newer' | null {
  const versionIn = (name: string): number => Number(/^vigia:v(\d+):/.exec(name)?.[1] ?? Number.NaN);
  const [version, own] = [versionIn(redisKey), versionIn(entryPrefix)];
  if (Number.isNaN(version)) return null;
  if (version === own) return 'current';
  return version < own ? 'older' : 'newer';
}

/** The last report of a kind of housekeeping, as JSON, for every console of the fleet. */
export function reportName(kind: 'warm-up' | 'clean-up'): string {
  return `vigia:report:v1:${kind}`;
}
