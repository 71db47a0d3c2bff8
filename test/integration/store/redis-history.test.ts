/** The past of Redis servers: tiers folded as time goes, shards added up, ages and the ceiling kept. */
import { expect, test } from 'vitest';
import type { RedisTier } from '../../../engine/model/redis-health.ts';
import { numericColumns, type RedisStretch } from '../../../engine/store/redis-fold.ts';
import { type PastQuery, redisTiers } from '../../../engine/store/redis-history-store.ts';
import type { Store } from '../../../engine/store/store.ts';
import { storeRoom } from '../../support/store-room.ts';

const startMs = Date.UTC(2026, 0, 15);

function stretch(atMs: number, figures: Partial<RedisStretch> = {}): RedisStretch {
  const nothing = Object.fromEntries(numericColumns.map((name) => [name, null])) as unknown as RedisStretch;
  return { ...nothing, atMs, coveredMs: 10_000, ownCommands: 6, commands: null, databases: null, ...figures };
}

/** Of all shards in their tier's own step, unless it is said otherwise. */
function pastOf(store: Store, query: Partial<PastQuery> & { fromMs: number; toMs: number }) {
  const { tier = 'ten-seconds' } = query;
  return store.redisHistory.past({ connectionId: 'c', shard: null, tier, stepMs: redisTiers[tier].stepMs, ...query });
}

test('minutes and ten minutes are folded: sums of what happened, the most of memory, the worst of latency', async () => {
  const store = await storeRoom().open();
  for (let n = 0; n <= 90; n += 1) {
    const figures = { ops: 100, hits: 5, misses: 5, usedBytes: n, keyCount: n, p99Ms: n % 6, commands: '{"get":100}' };
    store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(startMs + n * 10_000, figures) }]);
  }
  const read = (tier: RedisTier) => pastOf(store, { tier, fromMs: startMs, toMs: startMs + 900_000 });
  expect(await read('ten-seconds')).toHaveLength(91);
  const minutes = await read('minute');
  // The sixteenth has only begun: it is made of what is there.
  expect(minutes).toHaveLength(16);
  expect(minutes.at(-1)).toMatchObject({ atMs: startMs + 900_000, coveredMs: 10_000, usedBytes: 90 });
  expect(minutes[0]).toMatchObject({
    ...{
      atMs: startMs,
      coveredMs: 60_000,
      opsPerS: 10,
      hits: 30,
      usedBytes: 5,
      keyCount: 5,
      p99Ms: 5,
      ownCommands: 36,
    },
    commands: { get: 600 },
  });
  const tens = await read('ten-minutes');
  expect(tens).toHaveLength(2);
  expect(tens[1]).toMatchObject({ atMs: startMs + 600_000, coveredMs: 310_000, usedBytes: 90, hits: 155 });
  expect(tens[0]).toMatchObject({ atMs: startMs, coveredMs: 600_000, opsPerS: 10, hits: 300, usedBytes: 59 });
});

test('shards are told one by one, and together; one without a limit is a whole without one', async () => {
  const store = await storeRoom().open();
  const one = (shard: string, figures: Partial<RedisStretch>) => ({
    ...{ connectionId: 'c', shard },
    stretch: stretch(startMs, figures),
  });
  store.redisHistory.append([
    one('a', { usedBytes: 5, limitBytes: 10, ops: 50, roundTripMs: 1, databases: '{"0":2}' }),
    one('b', { usedBytes: 7, limitBytes: null, ops: 150, roundTripMs: 3, databases: '{"0":3}' }),
  ]);
  expect(store.redisHistory.shards('c')).toEqual(['a', 'b']);
  const read = async (shard: string | null) => (await pastOf(store, { shard, fromMs: startMs, toMs: startMs }))[0];
  expect(await read('a')).toMatchObject({ usedBytes: 5, limitBytes: 10, opsPerS: 5 });
  expect(await read(null)).toMatchObject({
    usedBytes: 12,
    limitBytes: null,
    opsPerS: 20,
    roundTripMs: 3,
    databases: { 0: 5 },
  });
});

test('what is past its tier goes by itself, and the ceiling holds', async () => {
  const store = await storeRoom().open({ redisHistoryBytes: 400_000 });
  for (let n = 0; n < 6_000; n += 1) {
    store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(startMs + n * 60_000) }]);
  }
  const endMs = startMs + 6_000 * 60_000;
  const kept = await pastOf(store, { fromMs: startMs, toMs: endMs });
  expect(kept[0]?.atMs).toBeGreaterThanOrEqual(endMs - 86_400_000 - 30 * 60_000);
  expect(store.redisHistory.sizeBytes()).toBeLessThan(600_000);
});

test('figures that were not known stay unknown', async () => {
  const store = await storeRoom().open();
  store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(startMs) }]);
  expect((await pastOf(store, { shard: 's', fromMs: startMs, toMs: startMs }))[0]).toMatchObject({
    ...{ usedBytes: null, opsPerS: null, cpuRatio: null, persistenceFailing: null, commands: null, ownCommands: 6 },
  });
});

test('a year fits into a chart with its newest minutes in it, and what nobody saw is missing', async () => {
  const store = await storeRoom().open();
  const days = 25;
  const stepMs = 6 * 3_600_000;
  for (let n = 0; n < days * 144; n += 1) {
    // The eleventh day nobody looked.
    if (Math.floor(n / 144) === 10) continue;
    const atMs = startMs + n * 600_000;
    const figures = { ops: 100, usedBytes: n, commands: '{"get":100}' };
    store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(atMs, figures) }]);
  }
  const lastMs = startMs + (days * 144 - 1) * 600_000;
  const points = await pastOf(store, { tier: 'ten-minutes', stepMs, fromMs: startMs, toMs: lastMs + 60_000 });
  expect(points).toHaveLength((days - 1) * 4);
  expect(points[0]).toMatchObject({ atMs: startMs, coveredMs: 360_000, opsPerS: 10, usedBytes: 35 });
  expect(points[0]?.commands).toEqual({ get: 3_600 });
  // The last ten minutes are not over and not folded; they are in it all the same.
  expect(points.at(-1)).toMatchObject({ usedBytes: days * 144 - 1, coveredMs: 360_000 });
  expect(points.map(({ atMs }) => atMs)).not.toContain(startMs + 10 * 86_400_000);
});

test('a shard that left does not make what is folded of the others count twice', async () => {
  const store = await storeRoom().open();
  for (let n = 0; n <= 18; n += 1) {
    for (const shard of n < 3 ? ['z', 'a', 'b'] : ['a']) {
      store.redisHistory.append([
        { connectionId: 'c', shard, stretch: stretch(startMs + n * 10_000, { ops: 100, hits: 1 }) },
      ]);
    }
  }
  const points = await pastOf(store, { tier: 'minute', fromMs: startMs, toMs: startMs + 180_000 });
  expect(points.map(({ hits }) => hits)).toEqual([12, 6, 6, 1]);
});

test('what is not folded yet joins the step that it belongs to, shard by shard', async () => {
  const store = await storeRoom().open();
  for (let n = 0; n < 9; n += 1) {
    for (const shard of ['a', 'b']) {
      const figures = { ops: 100, usedBytes: 10 + n, keyCount: n };
      store.redisHistory.append([{ connectionId: 'c', shard, stretch: stretch(startMs + n * 10_000, figures) }]);
    }
  }
  const [point, ...others] = await pastOf(store, {
    ...{ tier: 'minute' as const, stepMs: 300_000, fromMs: startMs, toMs: startMs + 90_000 },
  });
  expect(others).toEqual([]);
  // Nine stretches of ten seconds at both at once: time is not counted twice, what happened is.
  expect(point).toMatchObject({ atMs: startMs, coveredMs: 90_000, opsPerS: 20, usedBytes: 36, keyCount: 16 });
});
