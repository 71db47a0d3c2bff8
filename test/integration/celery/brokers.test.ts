import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { ConnectionView } from '../../../engine/model/connection.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { OperateGate } from '../../../engine/redis/operate-gate.ts';
import { type CeleryRooms, openCelery } from '../../../engine/wiring/celery.ts';
import { type CeleryApp, createCeleryApp } from '../../support/celery.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger };
let redis: TestRedis;
let apps: CeleryApp[];
let links: Map<string, RedisLink>;
let own: RedisLink;
let celery: CeleryRooms;
let onChange: (id: string) => void = () => undefined;

/** The engine's own broker, another database whose workers use a prefix, and a connection that is only observed. */
beforeAll(async () => {
  redis = await startRedis({ tcp: true });
  const url = (db: number): string => `redis://127.0.0.1:${redis.port}/${db}`;
  const prefixed = { broker_transport_options: { global_keyprefix: 'shop:' } };
  apps = await Promise.all([
    createCeleryApp({ broker: url(0) }),
    createCeleryApp({ broker: url(4), settings: prefixed }),
  ]);
  const [plain, shop] = apps;
  await Promise.all([plain?.worker({ node: 'plain@test' }), shop?.worker({ node: 'shop@test', queues: ['orders'] })]);
  own = new RedisLink({ role: 'broker', access: 'own', url: url(0), ...foundation });
  const open = (id: string, db: number, byDefault: 'observe' | 'operate'): [string, RedisLink] => {
    const gate = new OperateGate({ title: id, byDefault, clock: systemClock, onChange: () => undefined });
    return [id, new RedisLink({ role: id, access: gate, url: url(db), ...foundation })];
  };
  links = new Map([open('broker', 0, 'observe'), open('shop', 4, 'operate'), open('remote', 0, 'observe')]);
  await Promise.all([own, ...links.values()].map((link) => link.whenReady(5_000)));
  celery = openCelery(
    { broker: own, connections: registry(), heard: nothingHeard, onPrefix: () => undefined },
    foundation,
  );
}, 60_000);

afterAll(async () => {
  await celery?.stop();
  await Promise.all([own, ...(links?.values() ?? [])].map((link) => link?.close()));
  await Promise.all((apps ?? []).map((app) => app.stop()));
  await redis?.stop();
}, 40_000);

const nothingHeard = { heartbeating: () => null, sentAtMs: async () => null, call: async () => null };

function registry(): Parameters<typeof openCelery>[0]['connections'] {
  return {
    of: (id) => links.get(id) ?? own,
    list: () =>
      [...links.keys()].map(
        (id) => ({ id, purposes: ['celery'], topology: 'standalone' }) as unknown as ConnectionView,
      ),
    onChange(listener) {
      onChange = listener;
      return () => undefined;
    },
  };
}

const nodesOf = async (brokerId: string): Promise<string[]> =>
  (await celery.parts.fleets(brokerId, 2_000)).flatMap(({ workers }) => workers.map(({ node }) => node));

describe('several brokers at once', () => {
  it('each have their own workers, and a prefix that its workers use is found', async () => {
    await until(async () => (await nodesOf('broker')).length === 1, 10_000);
    expect(await nodesOf('broker')).toEqual(['plain@test']);
    await until(async () => (await nodesOf('shop~shop:').catch(() => [])).length === 1, 15_000);
    expect(await nodesOf('shop~shop:')).toEqual(['shop@test']);
    expect(await nodesOf('shop')).toEqual([]);
    const [queues] = await celery.parts.queues('shop~shop:', 3_000);
    expect(queues?.queues.map(({ name }) => name)).toEqual(['orders']);
  });

  it('that may not be written to are not asked, and say why', async () => {
    const [fleet] = await celery.parts.fleets('remote', 2_000);
    expect(fleet).toMatchObject({ brokerId: 'remote', workers: [], askedAtMs: null, isObserved: true });
    expect(fleet?.problem).toContain('only observed');
  });

  it('are asked on the own broker, and changed only when it is unlocked', async () => {
    const action = { kind: 'enable_events' } as const;
    const nodes = ['plain@test'];
    await expect(celery.parts.control({ brokerId: 'broker', nodes, action })).rejects.toMatchObject({
      code: 'REDIS_READ_ONLY',
    });
    const done = await celery.parts.control({ brokerId: 'shop~shop:', nodes: ['shop@test'], action });
    expect(done.answers).toEqual([expect.objectContaining({ node: 'shop@test', outcome: 'ok' })]);
  });

  it('go when their connection goes', async () => {
    links.delete('remote');
    onChange('remote');
    await expect(nodesOf('remote')).rejects.toMatchObject({ code: 'CELERY_BROKER_NOT_FOUND' });
    expect(await nodesOf('broker')).toEqual(['plain@test']);
  });
});
