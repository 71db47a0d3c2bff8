/** What entries depend on, by name, and what the invalidation of such a name does to an entry. */
import { EngineError } from '../base/errors.ts';

/** `stale`: served on, marked, until it was refreshed. `expired`: only "last known" from now on. */
export type InvalidationMode = 'stale' | 'expired';

/** Where the fleet's sequence of invalidations stood when a computation began. */
export interface Stamp {
  /** 16 hexadecimal digits, new when the sequence had to begin anew; empty when it could not be read. */
  readonly epoch: string;
  readonly seq: number;
}

/** The last invalidation of one tag, and the last that expired it. */
export interface TagMark {
  readonly tag: string;
  readonly seq: number;
  /** 0: never expired. */
  readonly expiredSeq: number;
  /** By the clock of the Redis server. */
  readonly atMs: number;
  readonly mode: InvalidationMode;
  readonly reason: string;
}

export interface Invalidation {
  readonly mode: InvalidationMode;
  /** The tag with its reason, or why nothing better is known. */
  readonly detail: string;
}

export const unknownStamp: Stamp = { epoch: '', seq: 0 };

const longestTag = 300;
const mostTags = 64;

/** The one form of a tag: `kind:name` in Unicode NFC. @throws EngineError CACHE_TAG_INVALID */
export function normalTag(tag: string): string {
  const normal = tag.normalize('NFC').trim();
  if (normal === '' || normal.length > longestTag || /\p{Cc}/u.test(normal)) {
    throw new EngineError(
      'CACHE_TAG_INVALID',
      `The tag "${tag.slice(0, 60)}" must be 1 to ${longestTag} characters without control characters`,
    );
  }
  return normal;
}

/** Sorted, without repetitions. @throws EngineError CACHE_TAG_INVALID */
export function normalTags(tags: readonly string[]): readonly string[] {
  if (tags.length === 0) return noTags;
  const normal = [...new Set(tags.map(normalTag))].toSorted();
  if (normal.length > mostTags) {
    throw new EngineError(
      'CACHE_TAG_INVALID',
      `${normal.length} tags on one entry, but at most ${mostTags} are possible`,
    );
  }
  return normal;
}

const noTags: readonly string[] = [];
