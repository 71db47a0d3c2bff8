/** Looks at the messages that workers hold unacknowledged, all queues together, within a budget. */
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerNames } from '../wire/names.ts';
import { readUnacked, type UnackedMessage } from '../wire/task-message.ts';

export interface HeldMessage extends UnackedMessage {
  readonly deliveryTag: string;
  readonly sizeBytes: number;
  /** Null where the index does not have it. */
  readonly deliveredAtMs: number | null;
}

export interface HeldLook {
  readonly messages: readonly HeldMessage[];
  /** All there are, also those that were not looked at. */
  readonly count: number;
  readonly lookedAt: number;
  readonly malformedCount: number;
}

const stepCount = 100;
const mostEntries = 2_000;
/** Arguments come along, whether they are wanted or not. */
const mostBytes = 16 * 1024 * 1024;

/** @throws EngineError REDIS_* */
export async function lookAtHeld(link: RedisLink, names: BrokerNames): Promise<HeldLook> {
  const [count, index] = await link.command('HLEN of unacknowledged messages', (client) =>
    Promise.all([
      client.hlen(names.unacked),
      // The oldest first: what is left out is the youngest.
      client.zrange(names.unackedIndex, '0', String(mostEntries - 1), 'WITHSCORES'),
    ]),
  );
  const deliveredAt = scoresOf(index);
  const messages: HeldMessage[] = [];
  let [cursor, lookedAt, malformedCount, bytes] = ['0', 0, 0, 0];
  do {
    if (count === 0) break;
    const from = cursor;
    const [next, fields] = await link.command('HSCAN of unacknowledged messages', (client) =>
      client.hscan(names.unacked, from, 'COUNT', stepCount),
    );
    cursor = next;
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [deliveryTag = '', text = ''] = [fields[at], fields[at + 1]];
      const read = readUnacked(text);
      lookedAt += 1;
      bytes += text.length;
      if (read.ok) {
        const deliveredAtMs = deliveredAt.get(deliveryTag) ?? null;
        messages.push({ ...read.value, deliveryTag, sizeBytes: Buffer.byteLength(text), deliveredAtMs });
      } else malformedCount += 1;
    }
  } while (cursor !== '0' && lookedAt < mostEntries && bytes < mostBytes);
  return { messages, count, lookedAt, malformedCount };
}

/** Source: kombu.transport.redis: the score is the time of the delivery, Unix seconds of the worker's clock. */
function scoresOf(flat: readonly string[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) scores.set(flat[at] ?? '', Number(flat[at + 1]) * 1_000);
  return scores;
}
