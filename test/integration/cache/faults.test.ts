/** The cache over a network that delays, cuts, refuses and swallows; a second process beside it reaches Redis directly. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CacheFleet, type Member, testKey, Work } from '../../support/cache-fleet.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let proxy: FaultProxy;
let fleet: CacheFleet;
let through: Member;
let beside: Member;
const key = testKey();
const wait = { deadlineMs: 20_000, tags: ['table:edp'] };
const patienceMs = 15_000;

beforeEach(async () => {
  redis = await startRedis();
  proxy = await startFaultProxy({ path: redis.socketPath });
  fleet = new CacheFleet();
  through = await fleet.join(proxy.url, { redisDeadlineMs: 300 });
  beside = await fleet.join(redis.url);
});
afterEach(async () => {
  await fleet.close();
  await proxy.stop();
  await redis.stop();
});

const seen = async ({ cache }: Member, one = key) => (await cache.read([one]))[0];
const store = (member: Member, value: string, one = key) =>
  member.cache.compute(one, new Work(() => value).load, { ...wait, force: true });
const isCurrent = async (member: Member, value: string, one = key): Promise<boolean> => {
  const read = await seen(member, one);
  return read?.value === value && read.state === 'fresh' && read.reason === 'within-ttl';
};
/** Both hold it, and would hear of its next change. */
async function known(value: string): Promise<void> {
  await store(beside, value);
  await until(async () => (await isCurrent(through, value)) && (await seen(through))?.source === 'memory', patienceMs);
}

describe('a network that delays', () => {
  test('makes reads no less true', async () => {
    await store(beside, 'old');
    proxy.delay(40);
    expect(await seen(through)).toMatchObject({ value: 'old', state: 'fresh', source: 'redis', reason: 'within-ttl' });
    await store(beside, 'new');
    await until(() => isCurrent(through, 'new'), patienceMs, 'the change');
    await beside.cache.invalidate(['table:edp'], 'stale', 'test');
    await until(async () => (await seen(through))?.reason === 'invalidated', patienceMs, 'the invalidation');
  });

  test('longer than anybody waits is a Redis that is away, until it is quick again', async () => {
    await known('known');
    proxy.delay(2_000);
    const other = testKey('other');
    expect(await seen(through, other)).toMatchObject({ state: 'missing', reason: 'redis-unreachable' });
    await until(
      async () => {
        await seen(through, other);
        return through.cache.insight().breaker === 'open' || !through.link.isReady;
      },
      patienceMs,
      'readers to be spared',
    );
    expect((await seen(through))?.value).toBe('known');
    await proxy.heal();
    await store(beside, 'new');
    await until(() => isCurrent(through, 'new'), patienceMs, 'the way back');
  });
});

describe('a network that cuts', () => {
  test('lets nobody take for current what changed while nothing was heard', async () => {
    await known('old');
    for (let round = 0; round < 5; round += 1) {
      proxy.cut();
      await store(beside, `new ${round}`);
      await until(() => isCurrent(through, `new ${round}`), patienceMs, `change ${round}`);
    }
    // Changes are found by asking Redis before the listener is back.
    await until(() => through.cache.insight().coherence !== 'deaf', patienceMs, 'hearing');
  });

  test('does not lose what was being computed', async () => {
    const work = new Work(() => 'made').hold();
    const computing = through.cache.compute(key, work.load, wait);
    await until(() => work.runs === 1, patienceMs, 'the work');
    proxy.cut();
    work.release();
    expect((await computing).value).toBe('made');
    await until(async () => (await seen(through))?.value === 'made', patienceMs);
    await until(() => isCurrent(beside, 'made'), patienceMs, 'the other process');
  });

  test('does not let a holder that was cut off overwrite what was stored since', async () => {
    const cutOff = await fleet.join(proxy.url, { redisDeadlineMs: 300, leaseMs: 500 });
    const work = new Work(() => 'late').hold();
    const computing = cutOff.cache.compute(key, work.load, wait);
    await until(() => work.runs === 1, patienceMs, 'the work');
    proxy.blackHole();
    await store(beside, 'newer');
    await proxy.heal();
    work.release();
    await computing;
    await until(() => isCurrent(cutOff, 'newer'), patienceMs, 'the holder to know better');
    expect(await seen(beside)).toMatchObject({ value: 'newer', state: 'fresh' });
  });
});

describe('a network that refuses', () => {
  test('leaves memory, marked, and computing, offered once it is back', async () => {
    await known('known');
    await proxy.refuse();
    await until(async () => (await seen(through))?.reason === 'redis-unreachable', patienceMs, 'the mark');
    expect(await seen(through)).toMatchObject({ value: 'known', source: 'memory' });
    const other = testKey('other');
    expect((await through.cache.compute(other, new Work(() => 'alone').load, wait)).value).toBe('alone');
    expect(await seen(beside, other)).toMatchObject({ state: 'missing' });
    await proxy.heal();
    await until(() => isCurrent(beside, 'alone', other), patienceMs, 'the offer');
    await until(() => isCurrent(through, 'known'), patienceMs, 'the way back');
  });
});

describe('a network that swallows everything', () => {
  test('ends trust in what is remembered, and every change meanwhile is known once it is back', async () => {
    await known('old');
    proxy.blackHole();
    await store(beside, 'new');
    await until(async () => (await seen(through))?.reason === 'redis-unreachable', patienceMs, 'the end of trust');
    expect(await seen(through)).toMatchObject({ value: 'old', source: 'memory' });
    await until(() => through.cache.insight().coherence === 'deaf', patienceMs, 'the listener to notice');
    await proxy.heal();
    await until(() => isCurrent(through, 'new'), patienceMs, 'the change');
    await until(() => through.cache.insight().coherence === 'tracking', patienceMs, 'hearing');
  });

  test('hides no invalidation for longer than itself', async () => {
    await known('old');
    proxy.blackHole();
    await beside.cache.invalidate(['table:edp'], 'expired', 'test');
    await until(async () => (await seen(through))?.reason === 'redis-unreachable', patienceMs, 'the end of trust');
    await proxy.heal();
    await until(
      async () => (await seen(through))?.reason === 'invalidated' && (await seen(through))?.state === 'expired',
      patienceMs,
      'the invalidation',
    );
  });
});
