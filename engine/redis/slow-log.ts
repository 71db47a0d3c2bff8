/** Groups the slow log by the shape of a command and who sent it. */
import { isIP } from 'node:net';
import type { SlowEntry, SlowGroup } from '../model/redis-health.ts';
import { asNumber, asText, listOf } from './reply.ts';

/** Names of our connections begin with it. */
export const clientNamePrefix = 'vigia:';

/** A connection of a console like this one. */
export function isOwnName(name: string): boolean {
  return name.startsWith(clientNamePrefix);
}

/** Source: SLOWLOG GET, `[id, seconds, microseconds, words, address, name]` each. */
export function slowEntriesOf(reply: unknown, shard: string): SlowEntry[] {
  return listOf(reply).map((one) => {
    const [id, atS, usec, words, address, name] = listOf(one);
    const client = asText(name);
    return {
      shard,
      id: asNumber(id),
      atMs: asNumber(atS) * 1_000,
      tookMs: asNumber(usec) / 1_000,
      words: listOf(words).map((word) => asText(word).slice(0, 200)),
      client: client === '' ? withoutPort(asText(address)) : client,
      own: isOwnName(client),
    };
  });
}

/** By the time that they took in all. */
export function slowGroupsOf(entries: readonly SlowEntry[]): SlowGroup[] {
  const byShape = Map.groupBy(entries, ({ words, client }) => `${shapeOf(words)}\u0000${familyOfClient(client)}`);
  return [...byShape.values()]
    .map((some) => {
      const times = some.map(({ tookMs }) => tookMs);
      const at = some.map(({ atMs }) => atMs);
      return {
        shape: shapeOf(some[0]?.words ?? []),
        client: familyOfClient(some[0]?.client ?? ''),
        own: some.every(({ own }) => own),
        count: some.length,
        totalMs: times.reduce((sum, ms) => sum + ms, 0),
        worstMs: Math.max(...times),
        firstAtMs: Math.min(...at),
        lastAtMs: Math.max(...at),
        shards: [...new Set(some.map(({ shard }) => shard))].toSorted(),
      };
    })
    .toSorted((a, b) => b.totalMs - a.totalMs);
}

/** Commands whose second word says what they do. */
const containers = new Set(
  'acl client cluster command config debug function latency memory module object pubsub script slowlog xgroup xinfo'.split(
    ' ',
  ),
);
/** Commands whose first key is not their second word. */
const keyAt: Readonly<Record<string, number>> = {
  ...{ eval: 3, evalsha: 3, eval_ro: 3, evalsha_ro: 3, fcall: 3, fcall_ro: 3, bitop: 3 },
  ...{ object: 2, memory: 2, xgroup: 2, xinfo: 2 },
};
const keyless = new Set(
  'info ping keys scan flushall flushdb dbsize save bgsave config client cluster command acl latency slowlog script function module pubsub auth hello select wait multi exec publish'.split(
    ' ',
  ),
);

/** `HGETALL session:*`, `CONFIG GET`, `KEYS session:*`; what makes one key differ from the next is a star. */
export function shapeOf(words: readonly string[]): string {
  const name = (words[0] ?? '').toLowerCase();
  const second = containers.has(name) ? ` ${(words[1] ?? '').toUpperCase()}` : '';
  const key = keyless.has(name) ? (name === 'keys' ? words[1] : undefined) : words[keyAt[name] ?? 1];
  return `${name.toUpperCase()}${second}${key === undefined ? '' : ` ${keyFamily(key)}`}`;
}

/** The parts between separators that look like ids become stars. */
export function keyFamily(key: string): string {
  const family = key
    .split(/([:/|.])/)
    .map((part) => (/^\{?[0-9a-f-]{8,}\}?$/i.test(part) || /\d/.test(part) ? '*' : part))
    .join('');
  return family.replaceAll(/\*([:/|.]\*)+/g, '*').slice(0, 120);
}

/** Worker 17 and worker 18 are one family: numbers of processes and connections are left out. */
function familyOfClient(name: string): string {
  return isIP(name) === 0 ? name.replaceAll(/\b\d{2,}\b/g, '*') : name;
}

function withoutPort(address: string): string {
  const cut = address.lastIndexOf(':');
  return cut < 0 ? address : address.slice(0, cut);
}
