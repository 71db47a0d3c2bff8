/** Walks a database with short SCANs, shard by shard, from a cursor that can be given away and taken up again. */
import { EngineError } from '../../base/errors.ts';
import type { RedisShard } from '../shards.ts';
import type { KeySpace } from './key-space.ts';

export interface WalkStep {
  readonly shard: RedisShard;
  readonly keys: readonly Buffer[];
  /** Keys that SCAN looked at, about. */
  readonly walked: number;
  /** Where to go on; null at the end of the last shard. */
  readonly next: string | null;
}

/** A hint to Redis: some 50 µs. */
export const keysPerStep = 250;

/** One SCAN. @param stepKeys its hint to Redis. @throws EngineError CALL_INPUT_INVALID for a cursor that is none, REDIS_* */
export async function walkStep(
  space: KeySpace,
  cursor: string | null,
  match: string | Buffer | null,
  type: string | null,
  stepKeys = keysPerStep,
): Promise<WalkStep> {
  const shards = space.shards();
  const [address, from] = splitCursor(cursor);
  // One that left the cluster meanwhile: its keys are on others, which may have been walked already.
  const found = address === null ? 0 : shards.findIndex((shard) => shard.address === address);
  const at = found < 0 ? shards.findIndex((shard) => shard.address > (address ?? '')) : found;
  const shard = shards[at];
  if (shard === undefined) {
    if (shards.length > 0) throw new EngineError('CALL_INPUT_INVALID', 'The cursor is of a server that has left');
    throw new EngineError('REDIS_UNREACHABLE', `No shard of ${space.link.address} answers`);
  }
  const start = found < 0 ? '0' : from;
  const args = [
    ...(match === null ? [] : ['MATCH', match]),
    'COUNT',
    stepKeys,
    ...(type === null ? [] : ['TYPE', type]),
  ];
  space.count(shard.address, 'scan');
  const reply = await shard.command('SCAN', (client) => client.callBuffer('SCAN', start, ...args));
  const [next, keys] = reply as [Buffer, Buffer[]];
  const ended = next.toString() === '0';
  const following = shards[at + 1];
  const goOn = ended
    ? following === undefined
      ? null
      : joinCursor(following.address, '0')
    : joinCursor(shard.address, next.toString());
  return { shard, keys, walked: stepKeys, next: goOn };
}

/** Keys there are; null where it cannot be asked. @throws EngineError REDIS_* */
export async function keyCountOf(space: KeySpace): Promise<number> {
  const counts = await Promise.all(
    space.shards().map((shard) => {
      space.count(shard.address, 'dbsize');
      return shard.command('DBSIZE', (client) => client.dbsize());
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function joinCursor(address: string, cursor: string): string {
  return Buffer.from(JSON.stringify([address, cursor])).toString('base64url');
}

function splitCursor(text: string | null): [address: string | null, cursor: string] {
  if (text === null) return [null, '0'];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parsed)) {
      const [address, cursor] = parsed as unknown[];
      if (typeof address === 'string' && typeof cursor === 'string' && /^\d+$/.test(cursor)) return [address, cursor];
    }
  } catch {
    // Told below.
  }
  throw new EngineError('CALL_INPUT_INVALID', 'The cursor is none of this list');
}
