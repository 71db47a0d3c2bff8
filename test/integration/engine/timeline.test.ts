/** The line of time of the real program: what is done to its servers, queues and cache stands on it. */
import { afterEach, expect, test } from 'vitest';
import type { TimelineKind } from '../../../engine/model/timeline.ts';
import { redisCli } from '../../support/redis-cli.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { unsayableIn } from '../../support/spanish-causes.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function serve(cache: TestRedis): Promise<ServedConsole> {
  const served = await serveConsole({
    env: { REDIS_URL: cache.url, VIGIA_DEMO_ROWS: '400', VIGIA_AS_OF: '2026-11-22', VIGIA_WARMING: 'false' },
  });
  cleanUps.push(() => served.stop());
  return served;
}

test('a server that dies, comes back and is configured, a paused queue, an invalidation, a clearing, each with who did it', async () => {
  const cache = await startRedis({ tcp: true });
  cleanUps.push(() => cache.stop());
  const { client } = await serve(cache);
  const events = async (kinds: TimelineKind[] = []) => (await client.call('timeline.events', { kinds })).events;
  const happened = (code: string, subject?: string, kinds: TimelineKind[] = []) =>
    until(
      async () =>
        (await events(kinds)).some((event) => event.code === code && (subject ?? event.subject) === event.subject),
      30_000,
      code,
    );
  await happened('link_ready', 'cache');
  await happened('worker_seen');
  await client.call('dashboard.get', { waitMs: 20_000 });

  await client.call('cache.invalidate', { tags: ['table:edp'], reason: 'edp_updated' });
  await happened('invalidated', 'table:edp');
  await client.call('cache.clear', { layer: 'kpis', confirm: 'kpis' });
  await happened('cleared', 'kpis');
  const [cleared] = (await events(['command'])).filter(({ subject }) => subject === 'cache.clear');
  expect(cleared).toMatchObject({ code: 'command_done', tone: 'plain' });

  const { queues } = await client.call('queues.list', {});
  const kpis = queues.find(({ id }) => id.name === 'kpis');
  if (!kpis) throw new Error('The queue kpis is not watched');
  const subject = `${kpis.id.connectionId}/${kpis.id.prefix}:kpis`;
  await redisCli(cache, ['HSET', `${kpis.id.prefix}:kpis:meta`, 'paused', '1']);
  await happened('queue_paused', subject, ['queue']);
  await redisCli(cache, ['HDEL', `${kpis.id.prefix}:kpis:meta`, 'paused']);
  await happened('queue_resumed', subject, ['queue']);

  await redisCli(cache, ['CONFIG', 'SET', 'maxmemory', '64mb']);
  await happened('memory_limit_changed', 'cache');
  await cache.kill();
  await happened('link_lost', 'cache');
  await cache.restart();
  await happened('server_restarted', 'cache');
  const redis = (await events(['redis'])).filter((event) => event.subject === 'cache');
  expect(redis.map(({ code }) => code)).toEqual(expect.arrayContaining(['link_lost', 'link_ready']));
  expect(redis.find(({ code }) => code === 'link_lost')?.detail).toMatch(/after .* ready/);
  // Whatever has words has them in every language; an error of somebody else's has none but its own.
  for (const { kind, code, detail, said } of await events()) {
    if (kind === 'alert' || kind === 'source' || detail === '') continue;
    expect([code, said ? unsayableIn(said) : `nothing said of "${detail}"`]).toEqual([code, []]);
  }
}, 120_000);
