/** The tag that stands for one entry alone, so that one can be invalidated as any tag is; it is not stored in the entry. */

export const ownTagPrefix = 'entry:';

/** `entry:` and what tells the key from other keys. */
export function ownTag(redisKey: string): string {
  return ownTagPrefix + redisKey.slice(redisKey.indexOf('{'));
}
