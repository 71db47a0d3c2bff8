/** The past of Redis servers: tiers folded as time goes, shards added up, ages and the ceiling kept. */
import { expect, test } from 'vitest';
import { numericColumns, type RedisStretch } from '../../../engine/store/redis-fold.ts';
import { storeRoom } from '../../support/store-room.ts';

const startMs = Date.UTC(2026, 0, 15);

function stretch(atMs: number, figures: Partial<RedisStretch> = {}): RedisStretch {
  const nothing = Object.fromEntries(numericColumns.map((name) => [name, null])) as unknown as RedisStretch;
  return { ...nothing, atMs, coveredMs: 10_000, ownCommands: 6, commands: null, databases: null, ...figures };
}

test('minutes and ten minutes are folded: sums of what happened, the most of memory, the worst of latency', async () => {
  const store = await storeRoom().open();
  for (let n = 0; n <= 90; n += 1) {
    const figures = { ops: 100, hits: 5, misses: 5, usedBytes: n, keyCount: n, p99Ms: n % 6, commands: '{"get":100}' };
    store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(startMs + n * 10_000, figures) }]);
  }
  const read = (tier: 'ten-seconds' | 'minute' | 'ten-minutes') =>
    store.redisHistory.read('c', null, tier, startMs, startMs + 900_000);
  expect(read('ten-seconds')).toHaveLength(91);
  const minutes = read('minute');
  expect(minutes).toHaveLength(15);
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
  const tens = read('ten-minutes');
  expect(tens).toHaveLength(1);
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
  const read = (shard: string | null) => store.redisHistory.read('c', shard, 'ten-seconds', startMs, startMs)[0];
  expect(read('a')).toMatchObject({ usedBytes: 5, limitBytes: 10, opsPerS: 5 });
  expect(read(null)).toMatchObject({
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
  const kept = store.redisHistory.read('c', null, 'ten-seconds', startMs, endMs);
  expect(kept[0]?.atMs).toBeGreaterThanOrEqual(endMs - 86_400_000 - 30 * 60_000);
  expect(store.redisHistory.sizeBytes()).toBeLessThan(600_000);
});

test('figures that were not known stay unknown', async () => {
  const store = await storeRoom().open();
  store.redisHistory.append([{ connectionId: 'c', shard: 's', stretch: stretch(startMs) }]);
  expect(store.redisHistory.read('c', 's', 'ten-seconds', startMs, startMs)[0]).toMatchObject({
    ...{ usedBytes: null, opsPerS: null, cpuRatio: null, persistenceFailing: null, commands: null, ownCommands: 6 },
  });
});
