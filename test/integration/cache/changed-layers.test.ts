import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { Settings } from '../../../engine/config/settings.ts';
import { ChangedLayers, layersAtStart } from '../../../engine/wiring/cache-layers.ts';
import { CacheFleet, type Member, testLayers } from '../../support/cache-fleet.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type RedisTarget, startRedisTarget } from '../../support/redis-target.ts';
import { until } from '../../support/until.ts';

let redis: RedisTarget;
let fleet: CacheFleet;
let kept: Map<string, string>;
let clock: ManualClock;
const rooms: ChangedLayers[] = [];
let told = 0;

beforeAll(async () => {
  redis = await startRedisTarget();
});
afterAll(() => redis.stop());
beforeEach(() => {
  fleet = new CacheFleet();
  kept = new Map();
  clock = new ManualClock();
  told = 0;
});
afterEach(async () => {
  for (const room of rooms.splice(0)) room.stop();
  await redis.flush();
  await fleet.close();
});

const settingsIn = (map: () => Map<string, string>) => ({
  get: (key: string) => map().get(key) ?? null,
  set: (key: string, value: string) => void map().set(key, value),
});
const settings = settingsIn(() => kept);
type Fixed = NonNullable<Settings['fixedLayers']>;
const free: Fixed = { dashboard: {}, kpis: {}, charts: {}, financials: {} };

function room(
  { cache, link }: Member,
  fixedLayers: Fixed = free,
  store = settings,
  at: ManualClock = clock,
): ChangedLayers {
  const onChanged = (): void => {
    told += 1;
  };
  const configured = { layers: testLayers, fixedLayers };
  const parts = { configured, settings: store, cache, link, onChanged };
  const made = new ChangedLayers(parts, { clock: at, logger: silentLogger });
  rooms.push(made);
  return made;
}

/** A second console, with a store and a clock of its own. */
function otherRoom(member: Member, changes: object = {}, at: ManualClock = clock) {
  const map = new Map([['cache.layers', JSON.stringify(changes)]]);
  const layers = room(
    member,
    free,
    settingsIn(() => map),
    at,
  );
  return {
    layers,
    atStart: () =>
      layersAtStart(
        { layers: testLayers },
        settingsIn(() => map),
        silentLogger,
      ),
  };
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
  await until(() => there.cache.layers().kpis.ttlMs === 7_000, 15_000, 'the other process');
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
  await until(() => there.cache.layers().kpis.ttlMs === testLayers.kpis.ttlMs, 15_000, 'the other process');
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
  kept.set('cache.layers', JSON.stringify({ charts: { atMs: clock.now(), changes: { ttlMs: 11_000 } } }));
  const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
  room(here);
  await until(() => there.cache.layers().charts.ttlMs === 11_000, 15_000, 'the other process');
});

describe('of two consoles that changed the same layer', () => {
  const earlier = { kpis: { atMs: 1_000, changes: { ttlMs: 5_000 } } };
  const later = { kpis: { atMs: 2_000, changes: { ttlMs: 9_000 } } };

  test.each([
    ['connects last', [later, earlier]],
    ['connects first', [earlier, later]],
  ])('the later change holds also when the console of the earlier one %s', async (_when, [first = {}, second = {}]) => {
    const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const consoles = [otherRoom(here, first)];
    await until(() => there.cache.layers().kpis.ttlMs !== testLayers.kpis.ttlMs, 15_000, 'the first');
    consoles.push(otherRoom(there, second));
    for (const { cache } of [here, there])
      await until(() => cache.layers().kpis.ttlMs === 9_000, 15_000, 'the later one');
    const third = await fleet.join(redis.url);
    await until(() => third.cache.layers().kpis.ttlMs === 9_000, 15_000, 'a third process');
    const changed = (): number[] => consoles.map(({ layers }) => layers.of('kpis').changed.length);
    await until(
      () => (first === later ? changed()[0] === 1 : changed()[1] === 1),
      15_000,
      'the winner to keep its own',
    );
  });

  test('the one that lost forgets its own, so that it does not come back with a restart', async () => {
    const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    otherRoom(here, later);
    await until(() => there.cache.layers().kpis.ttlMs === 9_000, 15_000, 'the later one');
    const loser = otherRoom(there, earlier);
    await until(() => loser.layers.of('kpis').changed.length === 0, 15_000, 'the loser to forget');
    expect(loser.atStart()).toEqual(testLayers);
    expect(there.cache.layers().kpis.ttlMs).toBe(9_000);
  });

  test('what was taken back later does not return', async () => {
    const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    otherRoom(here, { kpis: { atMs: 2_000, changes: null }, charts: { atMs: 2_000, changes: { ttlMs: 8_000 } } });
    await until(() => there.cache.layers().charts.ttlMs === 8_000, 15_000, 'the first');
    const loser = otherRoom(there, earlier);
    await until(() => loser.layers.of('kpis').changed.length === 0, 15_000, 'the loser to forget');
    for (const { cache } of [here, there]) expect(cache.layers().kpis).toEqual(testLayers.kpis);
  });

  test('a change made now holds over one of a clock that is ahead', async () => {
    const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    const ahead = new ManualClock(Date.now() + 3_600_000);
    otherRoom(here, { kpis: { atMs: ahead.now(), changes: { ttlMs: 5_000 } } }, ahead);
    await until(() => there.cache.layers().kpis.ttlMs === 5_000, 15_000, 'the first');
    await room(there).set({ layer: 'kpis', changes: { ttlMs: 9_000 } });
    for (const { cache } of [here, there])
      await until(() => cache.layers().kpis.ttlMs === 9_000, 15_000, 'the change of now');
  });

  test('other layers of both hold side by side', async () => {
    const [here, there] = [await fleet.join(redis.url), await fleet.join(redis.url)];
    await room(here).set({ layer: 'kpis', changes: { ttlMs: 5_000 } });
    await otherRoom(there).layers.set({ layer: 'charts', changes: { ttlMs: 6_000 } });
    for (const { cache } of [here, there]) {
      await until(() => cache.layers().kpis.ttlMs === 5_000 && cache.layers().charts.ttlMs === 6_000, 15_000, 'both');
    }
  });
});

test('what is kept but cannot be read is passed over', () => {
  kept.set('cache.layers', '{"kpis":{"ttlMs":"soon"}}');
  expect(atStart()).toEqual(testLayers);
});
