import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { CeleryMessenger } from '../../../engine/celery/inspect/messenger.ts';
import { LeftoverSweeper, surelyDeadMs } from '../../../engine/celery/inspect/sweeper.ts';
import type { WorkerCommand } from '../../../engine/celery/wire/control-message.ts';
import { BrokerNames } from '../../../engine/celery/wire/names.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { type CeleryApp, createCeleryApp } from '../../support/celery.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger };
const nodes = ['alpha@test', 'beta@test'];
let redis: TestRedis;
let app: CeleryApp;
let link: RedisLink;
let messenger: CeleryMessenger;

const leftBehind = (): Promise<string[]> => link.command('KEYS', (client) => client.keys('*vigia*'));
const bindings = (): Promise<string[]> =>
  link.command('SMEMBERS', (client) => client.smembers('_kombu.binding.reply.celery.pidbox'));

beforeAll(async () => {
  redis = await startRedis({ tcp: true });
  const broker = `redis://127.0.0.1:${redis.port}/0`;
  app = await createCeleryApp({ broker });
  await Promise.all(nodes.map((node) => app.worker({ node })));
  link = new RedisLink({ role: 'broker', access: 'own', url: broker, ...foundation });
  await link.whenReady(5_000);
  messenger = new CeleryMessenger({ link, names: new BrokerNames({ db: 0 }), ...foundation });
  await until(async () => (await messenger.ask(ping(null))).listeners === 2, 10_000, 'both workers to listen');
}, 60_000);

afterAll(async () => {
  await messenger?.close();
  await link?.close();
  await app?.stop();
  await redis?.stop();
});

const ping = (destination: string[] | null) => ({ command: { method: 'ping', arguments: {} } as const, destination });

describe('questions to real workers', () => {
  it('are answered by everybody, without waiting for the deadline', async () => {
    const round = await messenger.ask({ ...ping(null), deadlineMs: 20_000 });
    expect(round.replies.map(({ node }) => node).toSorted()).toEqual(nodes);
    expect(round.replies.map(({ value }) => value)).toEqual([{ ok: 'pong' }, { ok: 'pong' }]);
    expect(round).toMatchObject({ listeners: 2, toAll: true, unreadableCount: 0 });
    expect(round.tookMs).toBeLessThan(10_000);
  });

  it('go to those who are named', async () => {
    const round = await messenger.ask({ ...ping(['beta@test']), deadlineMs: 20_000 });
    expect(round.replies).toEqual([{ node: 'beta@test', value: { ok: 'pong' } }]);
    expect(round.tookMs).toBeLessThan(10_000);
  });

  it('that nobody answers end at the deadline with nobody', async () => {
    const round = await messenger.ask({ ...ping(['nobody@test']), deadlineMs: 150 });
    expect(round).toMatchObject({ listeners: 2, replies: [] });
  });

  it('asked at the same time get their own answers', async () => {
    const commands: WorkerCommand[] = [
      { method: 'ping', arguments: {} },
      { method: 'stats', arguments: {} },
      { method: 'active_queues', arguments: {} },
      { method: 'conf', arguments: { with_defaults: true } },
    ];
    const rounds = await Promise.all(
      Array.from({ length: 5 }, () => commands)
        .flat()
        .map((command) => messenger.ask({ command, destination: null, deadlineMs: 20_000 })),
    );
    for (const [index, { replies }] of rounds.entries()) {
      expect(replies).toHaveLength(2);
      const sign = [/pong/, /prefetch_count/, /routing_key/, /broker_url/][index % 4] ?? /never/;
      expect(JSON.stringify(replies)).toMatch(sign);
    }
  });

  it('leave nothing in Redis', async () => {
    await messenger.ask(ping(null));
    expect((await bindings()).filter((member) => member.startsWith('vigia'))).toHaveLength(1);
    await until(async () => (await bindings()).every((member) => !member.startsWith('vigia')));
    expect(await leftBehind()).toEqual([]);
  });

  it('do not wait for a stranger who only listens', async () => {
    const stranger = link.duplicate('stranger');
    await until(() => stranger.status === 'ready');
    await stranger.psubscribe('*');
    const round = await messenger.ask({ ...ping(null), expected: nodes, deadlineMs: 20_000 });
    stranger.disconnect();
    expect(round).toMatchObject({ listeners: 3 });
    expect(round.replies).toHaveLength(2);
    expect(round.tookMs).toBeLessThan(10_000);
  });

  it('leave nothing behind when the console is closed amid a question', async () => {
    const isOurs = (member: string): boolean => member.startsWith('vigia');
    await until(async () => !(await bindings()).some(isOurs));
    const other = new CeleryMessenger({ link, names: new BrokerNames({ db: 0 }), ...foundation });
    const asked = other.ask({ ...ping(['nobody@test']), deadlineMs: 20_000 });
    await until(async () => (await bindings()).some(isOurs));
    await other.close();
    expect((await asked).replies).toEqual([]);
    expect((await bindings()).filter(isOurs)).toEqual([]);
    expect(await leftBehind()).toEqual([]);
  });

  it('fail by name where there is no broker', async () => {
    const nowhere = new RedisLink({ role: 'broker', access: 'own', url: 'redis://127.0.0.1:1/0', ...foundation });
    const lost = new CeleryMessenger({ link: nowhere, names: new BrokerNames({ db: 0 }), ...foundation });
    await expect(lost.ask({ ...ping(null), deadlineMs: 300 })).rejects.toMatchObject({
      code: expect.stringMatching(/^REDIS_(UNREACHABLE|TIMEOUT)$/) as string,
    });
    await lost.close();
    await nowhere.close();
  });

  it('of a console that was killed are swept by the next one, and nobody else is', async () => {
    const key = '_kombu.binding.reply.celery.pidbox';
    const separator = '\x06\x16';
    const memberOf = (id: string): string => `${id}${separator}${separator}${id}.reply.celery.pidbox`;
    const [dead, foreign] = ['vigia-reply-dead', '6a6176cc-333d-3819-b809-4654481a9f08'];
    await link.command('SADD', (client) => client.sadd(key, memberOf(dead), memberOf(foreign)));
    for (const id of [dead, foreign]) {
      await link.command('LPUSH', (client) => client.lpush(`${id}.reply.celery.pidbox`, 'late'));
    }
    let nowMs = 0;
    const clock = { ...systemClock, monotonicMs: () => nowMs };
    const sweeper = new LeftoverSweeper({ link, names: new BrokerNames({ db: 0 }), clock });
    expect(await sweeper.look()).toBe(0);
    nowMs += surelyDeadMs - 1;
    expect(await sweeper.look()).toBe(0);
    expect(await bindings()).toContain(memberOf(dead));
    nowMs += 1;
    expect(await sweeper.look()).toBe(1);
    expect(await bindings()).not.toContain(memberOf(dead));
    expect(await bindings()).toContain(memberOf(foreign));
    expect(await leftBehind()).toEqual([]);
  });
});
