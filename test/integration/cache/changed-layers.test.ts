import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { Settings } from '../../../engine/config/settings.ts';
import { ChangedLayers, layersAtStart } from '../../../engine/wiring/cache-layers.ts';
import { CacheFleet, type Member, testLayers } from '../../support/cache-fleet.ts';
import { type RedisTarget, startRedisTarget } from '../../support/redis-target.ts';
import { until } from '../../support/until.ts';

let redis: RedisTarget;
let fleet: CacheFleet;
let kept: Map<string, string>;
const rooms: ChangedLayers[] = [];
let told = 0;

beforeAll(async () => {
  redis = await startRedisTarget();
});
afterAll(() => redis.stop());
beforeEach(() => {
  fleet = new CacheFleet();
  kept = new Map();
  told = 0;
});
afterEach(async () => {
  for (const room of rooms.splice(0)) room.stop();
  await redis.flush();
  await fleet.close();
});

const settings = {
  get: (key: string) => kept.get(key) ?? null,
  set: (key: string, value: string) => void kept.set(key, value),
  remove: (key: string) => void kept.delete(key),
};
type Fixed = NonNullable<Settings['fixedLayers']>;
const free: Fixed = { dashboard: {}, kpis: {}, charts: {}, financials: {} };

function room({ cache, link }: Member, fixedLayers: Fixed = free): ChangedLayers {
  const onChanged = (): void => {
    told += 1;
  };
  const configured = { layers: testLayers, fixedLayers };
  const made = new ChangedLayers({ configured, settings, cache, link, onChanged }, { logger: silentLogger });
  rooms.push(made);
  return made;
}
const atStart = (fixedLayers: Fixed = free) =>
  layersAtStart({ layers: testLayers, fixedLayers }, settings, silentLogger);

test('a layer that is changed holds here at once, in every other process soon, and after a restart', async () => {
  const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
  const layers = room(here);
  const changes = { ttlMs: 7_000, codecKind: 'none', priority: 3 } as const;
  expect(await layers.set({ layer: 'kpis', changes })).toEqual({ shared: true });
  const wanted = { ...testLayers.kpis, ttlMs: 7_000, codec: { ...testLayers.kpis.codec, kind: 'none' }, priority: 3 };
  expect(here.cache.layers().kpis).toEqual(wanted);
  expect(layers.of('kpis').changed).toEqual(['ttlMs', 'codecKind', 'priority']);
  expect(told).toBe(1);
  await until(() => there.cache.layers().kpis.ttlMs === 7_000, 5_000, 'the other process');
  expect(there.cache.layers().kpis).toEqual(wanted);
  expect(there.cache.layers().charts).toEqual(testLayers.charts);
  expect(atStart().kpis).toEqual(wanted);
});

test('a second change keeps the first; taking them back brings what is configured, for all', async () => {
  const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
  const layers = room(here);
  await layers.set({ layer: 'kpis', changes: { ttlMs: 7_000 } });
  await layers.set({ layer: 'kpis', changes: { priority: 2 } });
  expect(here.cache.layers().kpis).toMatchObject({ ttlMs: 7_000, priority: 2 });
  await layers.set({ layer: 'kpis', changes: null });
  expect(here.cache.layers()).toEqual(testLayers);
  await until(() => there.cache.layers().kpis.ttlMs === testLayers.kpis.ttlMs, 5_000, 'the other process');
  expect(layers.of('kpis').changed).toEqual([]);
  expect(atStart()).toEqual(testLayers);
});

test('what a variable fixes is refused with its name, and wins over a change of an earlier run', async () => {
  const member = await fleet.join(redis.url);
  await room(member).set({ layer: 'kpis', changes: { ttlMs: 7_000, priority: 2 } });
  const fixed: Fixed = { ...free, kpis: { ttlMs: 'REDIS_CACHE_TTL_KPIS' } };
  expect(atStart(fixed).kpis).toEqual({ ...testLayers.kpis, priority: 2 });
  const later = room(member, fixed);
  expect(later.of('kpis')).toEqual({ fixed: { ttlMs: 'REDIS_CACHE_TTL_KPIS' }, changed: ['priority'] });
  await expect(later.set({ layer: 'kpis', changes: { ttlMs: 9_000 } })).rejects.toMatchObject({
    code: 'CACHE_LAYER_FIXED',
    message: expect.stringContaining('REDIS_CACHE_TTL_KPIS'),
  });
});

test('an age ceiling below the TTL is refused, and nothing is changed', async () => {
  const member = await fleet.join(redis.url);
  const refused = room(member).set({ layer: 'kpis', changes: { ttlMs: 60_000, maxAgeMs: 30_000 } });
  await expect(refused).rejects.toMatchObject({ code: 'CACHE_LAYER_INVALID' });
  expect(member.cache.layers()).toEqual(testLayers);
  expect(kept.size).toBe(0);
});

test('after a restart the fleet is told again what was changed in an earlier run', async () => {
  kept.set('cache.layers', JSON.stringify({ charts: { ttlMs: 11_000 } }));
  const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
  room(here);
  await until(() => there.cache.layers().charts.ttlMs === 11_000, 5_000, 'the other process');
});

test('what is kept but cannot be read is passed over', () => {
  kept.set('cache.layers', '{"kpis":{"ttlMs":"soon"}}');
  expect(atStart()).toEqual(testLayers);
});
