/** A process of its own that reads many distinct entries and tells what its heap has come to. */
import { encodeEntry } from '../../engine/cache/codec.ts';
import { CacheFleet, testKey } from '../../test/support/cache-fleet.ts';
import { payloadOf } from './payload.ts';

const [, , url = '', reads = '', ceiling = '', bytes = ''] = process.argv;
/** Small enough that filling holds nobody up, this thread's own socket least of all. */
const wave = 1_000;
const patienceMs = 30_000;
const asked = 500;

const fleet = new CacheFleet();
const memoryBytes = Number(ceiling);
const { cache, link } = await fleet.join(url, { memoryBytes });
const value = payloadOf(Number(bytes));

async function stored(redisKeys: readonly string[], meaning: string): Promise<void> {
  const nowMs = Date.now();
  const times = {
    computedAtMs: nowMs,
    dataAsOfMs: null,
    computeMs: 5,
    freshUntilMs: nowMs + 6e5,
    staleUntilMs: nowMs + 1e6,
  };
  const head = { id: 'ab'.repeat(16), meaning, tags: ['table:edp'], stamp: { epoch: '', seq: 0 }, ...times };
  const { bytes: entry } = await encodeEntry(head, value, { kind: 'none', fromBytes: 0 });
  await link.whenReady(patienceMs);
  await link.command(
    'filling',
    async (client) => {
      const pipeline = client.pipeline();
      for (const redisKey of redisKeys) pipeline.set(redisKey, entry, 'PX', 600_000);
      await pipeline.exec();
    },
    30_000,
  );
}

async function round(from: number): Promise<number> {
  const keys = Array.from({ length: wave }, (_, index) => testKey(`h${from + index}`));
  await stored(
    keys.map(({ redisKey }) => redisKey),
    keys[0]?.meaning ?? '',
  );
  let found = 0;
  for (let at = 0; at < keys.length; at += asked) {
    const answers = await cache.read(keys.slice(at, at + asked));
    found += answers.filter(({ state }) => state !== 'missing').length;
  }
  await link.whenReady(patienceMs);
  await link.command('emptying', (client) => client.unlink(...keys.map(({ redisKey }) => redisKey)), 30_000);
  return found;
}

function heapBytes(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed;
}

const before = heapBytes();
let found = 0;
for (let from = 0; from < Number(reads); from += wave) found += await round(from);
const growth = heapBytes() - before;
process.send?.({ found, growth, memory: cache.memoryUse() });
await fleet.close();
process.disconnect?.();
