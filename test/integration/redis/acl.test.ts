/** The printed rights are enough for what the console does, and no more than the mode says. */
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { brokerAt } from '../../../engine/queue/broker.ts';
import { JobQueues } from '../../../engine/queue/job-queues.ts';
import { aclLine, aclRules } from '../../../engine/redis/acl.ts';
import { parseRedisUrl } from '../../../engine/redis/address.ts';
import { sampleRedis } from '../../../engine/redis/info.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { listedReadCommands } from '../../../engine/redis/read-commands.ts';
import { scanKeys } from '../../../engine/redis/scan.ts';
import { RedisSubscriber } from '../../../engine/redis/subscriber.ts';
import { tryAddress } from '../../../engine/redis/try-address.ts';
import { refreshOf } from '../../support/queue-room.ts';
import { startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function open(url: string): RedisLink {
  const link = new RedisLink({ role: 'cache', url, access: 'own', ...parts });
  cleanUps.push(() => link.close());
  return link;
}

/** A server with the user that the line makes, and links as that user and as everybody's. */
async function serve(mode: 'observe' | 'operate', redis: '6.2' | '7' = '7') {
  const server = await startRedis({ tcp: true });
  cleanUps.push(() => server.stop());
  const master = open(server.url);
  await master.whenReady(2_000);
  const [, ...words] = aclLine({ mode, user: 'watcher', redis }).replace('>PASSWORD', '>s3cret').split(' ');
  expect(await master.call('ACL', ...words)).toBe('OK');
  const url = `redis://watcher:s3cret@127.0.0.1:${server.port}`;
  const link = open(url);
  await link.whenReady(2_000);
  return { server, master, link, url };
}

const commandSchema = z.tuple([z.string(), z.number(), z.array(z.string())]).rest(z.unknown());

describe('the rights to observe', () => {
  test.each(['6.2', '7'] as const)('are enough to look at everything (line for Redis %s)', async (redis) => {
    const { link, master, url } = await serve('observe', redis);
    await master.call('SET', 'k:1', 'v');
    expect((await sampleRedis(link, systemClock)).facts.keyCount).toBe(1);
    const keys = (await Array.fromAsync(scanKeys(link, systemClock, { match: '*' }))).flatMap((step) => step.keys);
    expect(keys).toEqual(['k:1']);
    const tried = await tryAddress(parseRedisUrl(url), parts);
    expect(tried.steps.filter(({ outcome }) => outcome !== 'passed').map(({ step }) => step)).toEqual(['dns', 'tls']);
    const changed: string[] = [];
    const subscriber = new RedisSubscriber({
      ...{ link, channel: 'news', trackedPrefix: 'k:', clock: systemClock, logger: silentLogger },
      onMessage: (message) => changed.push(message),
      onChanged: (names) => changed.push(...(names ?? [])),
      onListening: () => undefined,
    });
    cleanUps.push(() => subscriber.close());
    await until(() => subscriber.listening, 2_000);
    await master.call('SET', 'k:1', 'w');
    await master.call('PUBLISH', 'news', 'hello');
    await until(() => changed.length === 2, 2_000);
    expect(changed.toSorted()).toEqual(['hello', 'k:1']);
  });

  test('cover all that an observed connection lets through, and not one command that writes', async () => {
    const { master } = await serve('observe');
    const table = z.array(commandSchema).parse(await master.call('COMMAND'));
    const known = new Map(table.map(([name, , flags]) => [name, flags]));
    const allowed = async (...words: string[]): Promise<boolean> => {
      const filler = Array.from({ length: 8 }, () => '1');
      const answer = await master.call('ACL', 'DRYRUN', 'watcher', ...words, ...filler).catch((error) => String(error));
      // A wrong number of arguments is told before the rights are looked at, so fewer are tried.
      if (!String(answer).includes('wrong number')) return answer === 'OK';
      const fewer = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((count) =>
          master.call('ACL', 'DRYRUN', 'watcher', ...words, ...filler.slice(0, count)).catch(String),
        ),
      );
      return fewer.includes('OK');
    };
    const listed = listedReadCommands().filter(
      (name) => known.has(name.split('|')[0] ?? '') && !name.endsWith('|help'),
    );
    const newer = ['client|no-touch', 'client|setinfo', 'cluster|myshardid', 'cluster|slot-stats'];
    const refused: string[] = [];
    for (const name of listed) {
      if (!newer.includes(name) && !(await allowed(...(name === 'command' ? ['command', 'count'] : name.split('|')))))
        refused.push(name);
    }
    expect(refused).toEqual([]);
    const writing: string[] = [];
    for (const [name, flags] of known) if (flags.includes('write') && (await allowed(name))) writing.push(name);
    expect(writing).toEqual([]);
    for (const name of ['keys', 'monitor', 'shutdown', 'flushall', 'debug', 'eval', 'publish'])
      expect([name, await allowed(name)]).toEqual([name, false]);
    expect(await allowed('config', 'set')).toBe(false);
    expect(await allowed('client', 'kill')).toBe(false);
  });

  test('name no command twice', () => {
    for (const mode of ['observe', 'operate'] as const) {
      const rules = aclRules({ mode, user: 'u', redis: '7' });
      expect(new Set(rules).size).toBe(rules.length);
    }
  });
});

describe('the rights to operate', () => {
  test.each(['6.2', '7'] as const)(
    'are enough for queues and edits, and not to empty a server (line for Redis %s)',
    async (redis) => {
      const { link, url } = await serve('operate', redis);
      expect(await link.call('SET', 'k', 'v', 'EX', 100)).toBe('OK');
      expect(await link.call('CONFIG', 'SET', 'slowlog-log-slower-than', '20000')).toBe('OK');
      const connection = brokerAt(parseRedisUrl(url));
      const queues = new JobQueues({ connection, clock: systemClock, ids: systemIds, logger: silentLogger });
      cleanUps.push(() => queues.close());
      const { taskId } = await queues.enqueue('refresh-dashboard', refreshOf('a'));
      expect((await queues.cancel(taskId)).state).toBe('REVOKED');
      const refused = [
        ['FLUSHALL'],
        ['FLUSHDB'],
        ['SHUTDOWN'],
        ['KEYS', '*'],
        ['SWAPDB', '0', '1'],
        ['REPLICAOF', 'NO', 'ONE'],
      ];
      for (const [name = '', ...args] of refused) {
        await expect(link.call(name, ...args), name).rejects.toMatchObject({ code: 'REDIS_ACL_DENIED' });
      }
    },
  );
});
