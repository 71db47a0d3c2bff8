/** What a hit costs: from memory and from Redis, beside bentocache, cache-manager and a raw GET with JSON.parse. */
import type { EntryKey } from '../../engine/cache/cache.ts';
import type { LayeredCache } from '../../engine/cache/section-cache.ts';
import { CacheFleet, testKey } from '../../test/support/cache-fleet.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { atLeast, atMost, type Row, told } from '../row.ts';
import { payloadOf } from './payload.ts';
import { openPeers, type Peers } from './peers.ts';
import { byReaders, oneByOne, race } from './race.ts';

const sizes = [2_000, 40_000];
const readers = 100;

interface Bench {
  readonly cache: LayeredCache;
  /** As `cache`, without a memory tier. */
  readonly bare: LayeredCache;
  readonly keys: readonly EntryKey[];
  /** Plain JSON of the same payload under a key of its own. */
  readonly rawGet: (key: string) => Promise<unknown>;
  readonly peers: Peers;
  readonly size: number;
  readonly label: string;
}

export async function hits(): Promise<Row[]> {
  const redis = await startRedis();
  const fleet = new CacheFleet();
  const peers = openPeers(redis.socketPath);
  const rows: Row[] = [];
  try {
    for (const size of sizes) {
      const value = payloadOf(size);
      const { cache } = await fleet.join(redis.url);
      const { cache: bare, link } = await fleet.join(redis.url, { memoryBytes: 0 });
      const keys = Array.from({ length: readers }, (_, index) => testKey(`s${size}-${index}`));
      for (const { redisKey } of keys) {
        for (const peer of Object.values(peers)) if (typeof peer === 'object') await peer.set(redisKey, value);
        await link.command('SET', (client) => client.set(`raw:${redisKey}`, JSON.stringify(value)));
      }
      for (const key of keys)
        await cache.compute(key, async () => ({ value, dataAsOfMs: null }), { deadlineMs: 5_000 });
      await until(async () => (await cache.read([...keys])).every(({ source }) => source === 'memory'));
      // The very connection that the bare cache reads over.
      const client = await link.command('connection', async (own) => ({ own }));
      const rawGet = async (key: string): Promise<unknown> =>
        JSON.parse((await client.own.get(`raw:${key}`)) ?? 'null');
      const bench = { cache, bare, keys, rawGet, peers, size, label: `${size / 1_000} kB` };
      rows.push(...(await memoryHits(bench)), ...(await redisHits(bench)), ...(await manyReaders(bench)));
    }
    return rows;
  } finally {
    await fleet.close();
    await peers.close();
    await redis.stop();
  }
}

async function memoryHits({ cache, keys, peers, label }: Bench): Promise<Row[]> {
  const one = keys.slice(0, 1);
  const name = one[0]?.redisKey ?? '';
  const rates = await race(
    [
      { name: 'ours', run: oneByOne(() => cache.read(one)) },
      { name: 'memory', run: oneByOne(() => peers.bentoMemory.get(name)) },
    ],
    100_000,
  );
  const slow = await race(
    [
      { name: 'ours', run: oneByOne(() => cache.read(one)) },
      { name: 'two', run: oneByOne(() => peers.bentoTwoTiers.get(name)) },
    ],
    4_000,
  );
  const [ours, memory] = [rates.get('ours') ?? 0, rates.get('memory') ?? 1];
  const [oursAgain, two] = [slow.get('ours') ?? 0, slow.get('two') ?? 1];
  const common = { area: 'cache', unit: '×' } as const;
  const memoryName = 'bentocache, memory only, serialize: false';
  return [
    told({ area: 'cache', name: `memory hit, ${label}`, unit: '/s', ours, peer: memory, peerName: memoryName }),
    atLeast(1, { ...common, name: `memory hit against memory only, ${label}`, ours: ours / memory }),
    told({
      area: 'cache',
      name: `memory hit again, ${label}`,
      unit: '/s',
      ours: oursAgain,
      peer: two,
      peerName: 'bentocache, two tiers',
    }),
    atLeast(10, { ...common, name: `memory hit against two tiers, ${label}`, ours: oursAgain / two }),
  ];
}

async function redisHits({ bare, keys, rawGet, peers, size, label }: Bench): Promise<Row[]> {
  const one = keys.slice(0, 1);
  const name = one[0]?.redisKey ?? '';
  const rates = await race(
    [
      { name: 'ours', run: oneByOne(() => bare.read(one)) },
      { name: 'raw', run: oneByOne(() => rawGet(name)) },
      { name: 'bento', run: oneByOne(() => peers.bentoRedis.get(name)) },
      { name: 'manager', run: oneByOne(() => peers.managerRedis.get(name)) },
    ],
    size > 10_000 ? 200 : 600,
  );
  const of = (who: string): number => rates.get(who) ?? Number.NaN;
  return [
    atMost(1.25, {
      area: 'cache',
      name: `Redis hit, one after another, time of a raw GET + JSON.parse of the same JSON uncompressed, ${label}`,
      unit: '×',
      ours: of('raw') / of('ours'),
    }),
    ...comparison(`Redis hit, one after another, ${label}`, rates),
  ];
}

async function manyReaders({ bare, keys, rawGet, peers, size, label }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, pick] of [
    ['the same key', () => 0],
    ['a key each', (reader: number) => reader],
  ] as const) {
    const key = (reader: number): EntryKey => keys[pick(reader)] as EntryKey;
    const rates = await race(
      [
        { name: 'ours', run: byReaders(readers, (reader) => bare.read([key(reader)])) },
        { name: 'raw', run: byReaders(readers, (reader) => rawGet(key(reader).redisKey)) },
        { name: 'bento', run: byReaders(readers, (reader) => peers.bentoRedis.get(key(reader).redisKey)) },
        { name: 'manager', run: byReaders(readers, (reader) => peers.managerRedis.get(key(reader).redisKey)) },
      ],
      size > 10_000 ? 1_000 : 3_000,
    );
    rows.push(...comparison(`Redis hit, ${readers} readers of ${what}, ${label}`, rates));
  }
  return rows;
}

/** With many readers ours must be no slower than any other cache. */
function comparison(name: string, rates: ReadonlyMap<string, number>): Row[] {
  const ours = rates.get('ours') ?? 0;
  const names: Record<string, string> = {
    raw: 'raw GET + JSON.parse',
    bento: 'bentocache, Redis only',
    manager: 'cache-manager, Keyv',
  };
  return Object.entries(names).map(([who, peerName]) => {
    const peer = rates.get(who) ?? 0;
    const measured = { area: 'cache', name, unit: '/s', ours, peer, peerName } as const;
    // The raw GET is no peer, but what nothing can beat that reads each time.
    return name.includes('readers') && who !== 'raw' ? atLeast(peer, measured) : told(measured);
  });
}
