/** Faults put into the real engine with real servers and workers: the cause that is named must be the one that was injected. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { loadReferencePostgres } from '../support/edp-sources.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { type FaultRoom, judge, type Outcome, type Scenario } from '../support/injected-faults.ts';
import { startPostgres } from '../support/postgres.ts';
import { redisCli } from '../support/redis-cli.ts';

const csv = join(import.meta.dirname, '../data/edp-1000');
const read = (room: FaultRoom) => room.client.call('dashboard.get', {});
/** Views that nobody asked for before: the last so many days are each another filter. */
const readViews = async (room: FaultRoom, from: number, count: number): Promise<void> => {
  for (let days = from; days < from + count; days += 1) {
    await room.client.call('dashboard.get', { filters: { periodo_rapido: days } });
  }
};

const scenarios: readonly Scenario[] = [
  {
    name: 'the Redis of the cache is killed',
    inject: async (room) => {
      await room.settled();
      await room.cache.kill();
    },
    meanwhile: read,
    signs: ['redis'],
    cause: 'redis_unreachable',
    names: /Redis \(cache\) is unreachable/,
    alert: 'redis-cache-unreachable',
  },
  {
    name: 'the broker is killed',
    inject: async (room) => {
      await room.settled();
      await room.broker.kill();
    },
    signs: ['workers'],
    cause: 'redis_unreachable',
    names: /Redis \(broker\) is unreachable/,
  },
  {
    name: 'the broker freezes: it takes connections and never answers',
    inject: async (room) => {
      await room.settled();
      room.broker.freeze();
      room.onEnd(() => room.broker.thaw());
    },
    signs: ['redis'],
    cause: 'redis_frozen',
    names: /Redis \(broker\)/,
  },
  {
    name: 'all workers are killed',
    env: () => ({ VIGIA_WORKER_PROCESSES: '0' }),
    inject: async (room) => {
      const worker = await room.worker();
      await room.settled();
      worker.destroy();
      await room.demand();
    },
    meanwhile: read,
    signs: ['backlog'],
    cause: 'workers_missing',
    names: /no worker|none is connected/,
    alert: 'queue-unattended',
  },
  {
    name: 'a worker is wedged: stopped in its tracks with its connections open',
    env: () => ({ VIGIA_WORKER_PROCESSES: '0' }),
    inject: async (room) => {
      const worker = await room.worker();
      await room.settled();
      for (const pid of worker.family()) process.kill(pid, 'SIGSTOP');
      await room.demand();
    },
    meanwhile: read,
    signs: ['backlog'],
    cause: 'workers_wedged',
    names: /connected/,
  },
  {
    name: 'somebody paused a queue',
    inject: async (room) => {
      await room.settled();
      const { queues } = await room.client.call('queues.list', {});
      const dashboard = queues.find(({ id, own }) => own && id.name === 'dashboard');
      if (!dashboard) throw new Error('No queue "dashboard"');
      const queue = new Queue(dashboard.id.name, {
        prefix: dashboard.id.prefix,
        connection: { path: room.broker.socketPath },
      });
      await queue.pause();
      await queue.close();
      await room.demand();
    },
    meanwhile: read,
    signs: ['backlog'],
    cause: 'queue_paused',
    names: /queue dashboard is paused/,
  },
  sourceGone(),
  sourceSlow(),
  {
    name: 'a storm of invalidations',
    inject: async (room) => {
      await room.settled();
    },
    meanwhile: async (room) => {
      for (let i = 0; i < 5; i += 1) await room.demand('expired');
    },
    signs: ['hit_rate'],
    cause: 'invalidation_storm',
    names: /invalidations within .* table:edp \(edp_updated/,
  },
  {
    name: 'the cache evicts at a tiny memory limit',
    env: () => ({ VIGIA_MEMORY_TIER: '1mb' }),
    inject: async (room) => {
      await room.settled();
      await readViews(room, 10, 10);
      await redisCli(room.cache, ['CONFIG', 'SET', 'maxmemory', '3mb']);
    },
    meanwhile: async (room) => {
      // Another program fills the server, so that ours are pushed out.
      const redis = new Redis({ path: room.cache.socketPath });
      for (let i = 0; i < 200; i += 1) await redis.set(`other:${Math.random()}`, 'x'.repeat(4_000));
      redis.disconnect();
      await readViews(room, 10, 10);
    },
    signs: ['evictions'],
    cause: 'evictions',
    names: /evicted .* keys/,
  },
  {
    name: 'a cold start: nothing is in the cache yet',
    inject: (room) => readViews(room, 10, 5),
    meanwhile: async (room) => readViews(room, 10 + Math.floor(performance.now() / 2_000), 4),
    signs: ['hit_rate'],
    cause: 'cold_start',
    names: /the console began .* ago/,
  },
  {
    name: 'somebody cleared the cache',
    inject: async (room) => {
      await room.settled();
      await readViews(room, 10, 8);
    },
    meanwhile: async (room) => {
      await room.client.call('cache.clear', { layer: 'all', confirm: 'all' });
      await readViews(room, 10, 8);
    },
    signs: ['hit_rate', 'values'],
    cause: 'cache_cleared',
    names: /every layer was cleared/,
  },
  {
    name: 'a flood of background jobs',
    inject: async (room) => {
      await room.settled();
      const { queues } = await room.client.call('queues.list', {});
      const background = queues.find(({ id, own }) => own && id.name === 'background');
      if (!background) throw new Error('No queue "background"');
      const queue = new Queue('background', {
        prefix: background.id.prefix,
        connection: { path: room.broker.socketPath },
      });
      await queue.addBulk(
        Array.from({ length: 3_000 }, (_, index) => ({
          name: 'precompute',
          data: { variants: [{ filters: { periodo_rapido: 100 + index }, origin: 'learned' }], requestedBy: 'flood' },
        })),
      );
      await queue.close();
    },
    signs: ['backlog'],
    cause: 'job_flood',
    names: /jobs were given to background/,
  },
  scheduleMissed(),
];

function sourceGone(): Scenario {
  let folder = '';
  return {
    name: 'the source goes away',
    env: (room) => {
      folder = join(room.folder(), 'csv');
      cpSync(csv, folder, { recursive: true });
      return { VIGIA_SOURCE: folder };
    },
    inject: async (room) => {
      await room.settled();
      rmSync(folder, { recursive: true, force: true });
      await room.demand();
    },
    meanwhile: read,
    signs: ['source'],
    cause: 'source_unreachable',
    names: /unreachable/,
  };
}

function sourceSlow(): Scenario {
  let slow: () => void = () => undefined;
  return {
    name: 'the source is slow: each answer of PostgreSQL takes seconds more',
    env: async (room) => {
      const postgres = await startPostgres();
      room.onEnd(() => postgres.stop());
      const url = new URL(await loadReferencePostgres(postgres, 'edp'));
      const proxy = await startFaultProxy({ host: postgres.host, port: postgres.port });
      room.onEnd(() => proxy.stop());
      slow = () => proxy.delay(1_200);
      url.hostname = '127.0.0.1';
      url.port = String(proxy.port);
      return { VIGIA_SOURCE: url.href };
    },
    inject: async (room) => {
      await room.settled();
      slow();
      await room.demand();
    },
    meanwhile: read,
    signs: ['values'],
    cause: 'source_slow',
    names: /source .* is slow: p95 of its queries|jobs of .* take/,
  };
}

function scheduleMissed(): Scenario {
  return {
    name: 'a schedule is missed: no console ran when it was due',
    inject: async (room) => {
      const dataDir = room.folder();
      await room.served.stop();
      await room.serve({}, dataDir);
      await room.settled();
      await room.client.call('schedules.add', {
        id: 'often',
        spec: {
          ...{ title: 'Often', job: 'refresh-kpis', filters: {}, jitterMs: 0, paused: false },
          timing: { kind: 'every', everyMs: 5_000 },
          catchUp: 'once',
        },
      });
      await room.served.stop();
      // Three due times pass, and more than the three periods that make a gap.
      await new Promise((resolve) => setTimeout(resolve, 21_000));
      await room.serve({}, dataDir);
    },
    signs: ['schedules'],
    cause: 'not_running',
    names: /no console ran for/,
  };
}

/** Waiting is most of it, so a few are played at once. */
async function playAll(atOnce: number): Promise<Outcome[]> {
  const left = [...scenarios];
  const outcomes: Outcome[] = [];
  const play = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      outcomes.push(await judge(next));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, play));
  return outcomes;
}

test('of every ten injected faults at least nine are named as the cause', async () => {
  const outcomes = await playAll(3);
  const line = ({ scenario, named, afterMs, said }: Outcome): string =>
    `${named ? 'named ' : 'MISSED'} ${(afterMs / 1_000).toFixed(0).padStart(3)} s  ${scenario.name} → ${scenario.cause}\n        ${said}`;
  const score = outcomes.filter(({ named }) => named).length;
  process.stdout.write(`${outcomes.map(line).join('\n')}\n${score} of ${outcomes.length} causes named\n`);
  expect(
    score / outcomes.length,
    outcomes
      .filter(({ named }) => !named)
      .map(line)
      .join('\n'),
  ).toBeGreaterThanOrEqual(0.9);
}, 3_600_000);
