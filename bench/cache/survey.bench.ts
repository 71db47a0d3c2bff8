/** The list of entries at its limit: how long the walk and a page take, and how long they ever hold the event loop. */
import { systemClock } from '../../engine/base/clock.ts';
import { encodeEntry } from '../../engine/cache/codec.ts';
import { entryKey } from '../../engine/cache/key.ts';
import { cacheEntriesQuerySchema } from '../../engine/model/cache-entries.ts';
import type { RedisLink } from '../../engine/redis/link.ts';
import { reachOf } from '../../engine/wiring/cache-reach.ts';
import { CacheFleet, testLayers } from '../../test/support/cache-fleet.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { type Surveyed, survey } from '../../test/support/surveyed-cache.ts';
import { atMost, type Row, told } from '../row.ts';

const entryCount = 100_000;
const sections = ['essentials', 'kpis', 'financials', 'forecast', 'lists', 'costs', 'charts'];
const longestBlockMs = 20;

export async function listing(): Promise<Row[]> {
  const redis = await startRedis();
  const fleet = new CacheFleet();
  try {
    const member = await fleet.join(redis.url);
    await fill(member.link);
    const walked = await timed(() => survey(member, { limit: entryCount + 1 }));
    const surveyed = walked.value;
    const pages = await pageRows(surveyed);
    const rows = [
      told({ area: 'cache', name: 'walk of 100,000 entries', unit: 'ms', ours: walked.tookMs }),
      block('walk of 100,000 entries', walked.blockMs),
      told({ area: 'cache', name: 'commands of that walk', unit: '', ours: surveyed.meter.total }),
      ...pages,
      ...(await reachRows(surveyed)),
    ];
    surveyed.stop();
    return rows;
  } finally {
    await fleet.close();
    await redis.stop();
  }
}

async function pageRows(surveyed: Surveyed): Promise<Row[]> {
  const rows: Row[] = [];
  const questions = {
    'sorted by age': { sort: 'age' },
    'searched for three words, sorted by size': { search: 'cliente 99 kpis', sort: 'size', descending: true },
  };
  for (const [name, question] of Object.entries(questions)) {
    const query = cacheEntriesQuerySchema.parse(question);
    const first = await timed(() => surveyed.listings.page(query));
    const { listingId, matchCount } = first.value;
    const offset = Math.max(0, matchCount - 100);
    const later = await timed(() => surveyed.listings.page({ ...query, listingId, offset }));
    rows.push(
      told({ area: 'cache', name: `first page of 100,000, ${name}`, unit: 'ms', ours: first.tookMs }),
      block(`first page, ${name}`, first.blockMs),
      told({ area: 'cache', name: `last page of that listing (${matchCount} rows)`, unit: 'ms', ours: later.tookMs }),
    );
  }
  return rows;
}

async function reachRows({ index, rowOf }: Surveyed): Promise<Row[]> {
  const of = { index, rowOf, clock: systemClock, complete: true };
  const all = await timed(() => reachOf(of, ({ tags }) => tags.includes('table:edp')));
  const name = `preview of invalidating ${all.value.entryCount.toLocaleString('en-US')} entries`;
  return [told({ area: 'cache', name, unit: 'ms', ours: all.tookMs }), block(name, all.blockMs)];
}

function block(name: string, ours: number): Row {
  return atMost(longestBlockMs, { area: 'cache', name: `longest hold of the event loop: ${name}`, unit: 'ms', ours });
}

/**
 * `blockMs`: the most processor time that this thread took between two turns of a timer. Unlike the time on the wall
 * it does not count what other programs of a busy machine took.
 */
async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; tookMs: number; blockMs: number }> {
  let last = threadMs();
  let blockMs = 0;
  const turn = (): void => {
    const now = threadMs();
    blockMs = Math.max(blockMs, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  const startMs = performance.now();
  const value = await work();
  const tookMs = performance.now() - startMs;
  turn();
  clearInterval(timer);
  return { value, tookMs, blockMs };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

async function fill(link: RedisLink): Promise<void> {
  const now = Date.now();
  const viewCount = Math.ceil(entryCount / sections.length);
  let left = entryCount;
  for (let view = 0; view < viewCount; view += 100) {
    const writes: [key: string, bytes: Buffer][] = [];
    for (let n = view; n < Math.min(view + 100, viewCount); n += 1) {
      for (const section of sections) {
        if (left === 0) break;
        left -= 1;
        writes.push(await entryOf(`Constructora ${n}`, section, now - n * 10));
      }
    }
    await link.command('SET', (client) =>
      Promise.all(writes.map(([key, bytes]) => client.set(key, bytes, 'PX', 3_600_000))),
    );
  }
}

async function entryOf(client: string, section: string, computedAtMs: number): Promise<[string, Buffer]> {
  const parts = {
    pack: 'edp',
    packVersion: 1,
    filters: { cliente: client },
    asOf: '2026-01-15',
    layer: 'kpis' as const,
  };
  const extra = { source: 'bench', settings: 'x'.repeat(400) };
  const key = entryKey({ ...parts, extra, section });
  const freshUntilMs = computedAtMs + testLayers.kpis.ttlMs;
  const head = {
    ...{ id: 'ab'.repeat(16), meaning: key.meaning, tags: [`cliente:${client}`, 'gestor:*', 'table:edp'] },
    ...{ stamp: { epoch: '', seq: 0 }, computedAtMs, dataAsOfMs: null, computeMs: 5 },
    ...{ freshUntilMs, staleUntilMs: freshUntilMs + 3_600_000 },
  };
  return [key.redisKey, (await encodeEntry(head, { section, client }, { kind: 'zstd', fromBytes: 4_096 })).bytes];
}
