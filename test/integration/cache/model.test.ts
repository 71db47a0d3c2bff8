/**
 * The life of an entry against a model of it: whatever is done in whatever order, in whichever process, a read says
 * what the model says. Time is a clock that the test moves; Redis is real.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LayeredCache } from '../../../engine/cache/section-cache.ts';
import type { EntryState } from '../../../engine/model/freshness.ts';
import { CacheFleet, type Member, testKey, testLayers } from '../../support/cache-fleet.ts';
import { MovedClock } from '../../support/moved-clock.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const layer = { ...testLayers.kpis, ttlMs: 1_000, staleWindowMs: 1_000_000, maxAgeMs: 5_000 };
const tags = ['a', 'b'] as const;

/** What must be true of the entry, and nothing about how. */
class Model {
  computedAtMs: number | null = null;
  value = 0;
  mark: 'none' | 'stale' | 'expired' = 'none';
  inRedis = false;

  state(nowMs: number): EntryState {
    if (this.computedAtMs === null) return 'missing';
    if (this.mark === 'expired' || nowMs - this.computedAtMs > layer.maxAgeMs) return 'expired';
    if (this.mark === 'stale' || !this.inRedis) return 'stale';
    return nowMs < this.computedAtMs + layer.ttlMs ? 'fresh' : 'stale';
  }
}

interface World {
  readonly members: readonly Member[];
  readonly clock: MovedClock;
  readonly key: ReturnType<typeof testKey>;
  readonly entryTags: readonly string[];
}

type Step =
  | { kind: 'compute'; at: number; force: boolean }
  | { kind: 'fail'; at: number }
  | { kind: 'invalidate'; at: number; tag: 'a' | 'b'; mode: 'stale' | 'expired' }
  | { kind: 'pass'; ms: number }
  | { kind: 'delete' }
  | { kind: 'deafen' };

const at = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('compute' as const), at, force: fc.boolean() }),
  fc.record({ kind: fc.constant('fail' as const), at }),
  fc.record({
    kind: fc.constant('invalidate' as const),
    at,
    tag: fc.constantFrom(...tags),
    mode: fc.constantFrom('stale', 'expired'),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 500, 999, 1_000, 4_001, 5_001) }),
  fc.constant({ kind: 'delete' as const }),
  fc.constant({ kind: 'deafen' as const }),
);

async function take(step: Step, { members, clock, key, entryTags }: World, model: Model): Promise<void> {
  const cache = (index: number): LayeredCache => (members[index] as Member).cache;
  const redis = (members[0] as Member).link;
  switch (step.kind) {
    case 'compute': {
      const due = step.force || model.state(clock.now()) !== 'fresh';
      const load = async () => ({ value: model.value + 1, dataAsOfMs: null });
      const read = await cache(step.at).compute(key, load, { deadlineMs: 5_000, force: step.force, tags: entryTags });
      expect([read.state, read.value]).toEqual(['fresh', due ? model.value + 1 : model.value]);
      if (due) Object.assign(model, { computedAtMs: clock.now(), value: model.value + 1, mark: 'none', inRedis: true });
      return;
    }
    case 'fail': {
      const load = () => Promise.reject(new Error('the source is away'));
      const tried = cache(step.at).compute(key, load, { deadlineMs: 5_000, force: true, tags: entryTags });
      return expect(tried).rejects.toThrow('the source is away');
    }
    case 'invalidate':
      await cache(step.at).invalidate([step.tag], step.mode, 'test');
      if (entryTags.includes(step.tag) && model.mark !== 'expired') model.mark = step.mode;
      return;
    case 'pass':
      clock.atMs += step.ms;
      return;
    case 'delete':
      await redis.command('DEL', (client) => client.del(key.redisKey));
      model.inRedis = false;
      return;
    case 'deafen':
      await redis.command('CLIENT KILL', (client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      return;
  }
}

/** Both processes come to say so within the time that a message takes, and then go on saying it. */
async function agree({ members, clock, key }: World, model: Model, after: string): Promise<void> {
  const wanted = JSON.stringify([model.state(clock.now()), model.computedAtMs === null ? null : model.value]);
  for (const { cache } of members) {
    const said = async (): Promise<string> => {
      const [read] = await cache.read<number>([key]);
      // A process that never saw a value that Redis lost cannot know it.
      if (read?.state === 'missing' && !model.inRedis) return wanted;
      return JSON.stringify([read?.state, read?.value]);
    };
    await until(async () => (await said()) === wanted, 2_000, `${wanted} after ${after}, not ${await said()}`);
    for (let again = 0; again < 3; again += 1) expect(await said()).toBe(wanted);
  }
}

describe('the life of an entry', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('is what its model says, in every process', { timeout: 120_000 }, async () => {
    const fleet = new CacheFleet();
    const clock = new MovedClock();
    const layers = { ...testLayers, kpis: layer };
    const members = [await fleet.join(redis.url, { clock, layers }), await fleet.join(redis.url, { clock, layers })];
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 12 }),
          fc.subarray([...tags]),
          async (steps, entryTags) => {
            run += 1;
            const world = { members, clock, key: testKey(`run${run}`), entryTags };
            const model = new Model();
            for (const one of steps) {
              await take(one, world, model);
              await agree(world, model, JSON.stringify(one));
            }
          },
        ),
        { numRuns: 40 },
      );
    } finally {
      await fleet.close();
    }
  });
});
