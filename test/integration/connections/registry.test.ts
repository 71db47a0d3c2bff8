/** Connections from being tried to being watched, on real servers, a real store and a real vault. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { openVault } from '../../../engine/config/secret-vault.ts';
import { type ConnectionDraft, connectionTestSchema, connectionViewSchema } from '../../../engine/model/connection.ts';
import { aclRules } from '../../../engine/redis/acl.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { openStore, type Store } from '../../../engine/store/store.ts';
import { type Connections, openConnections } from '../../../engine/wiring/connections.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedisCluster } from '../../support/redis-cluster.ts';
import { startRedisSentinels } from '../../support/redis-sentinel.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { startRedisTls } from '../../support/redis-tls.ts';
import { until } from '../../support/until.ts';

const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger };
const cleanUps: (() => unknown)[] = [];
let dataDir: string;
let redis: TestRedis;
let store: Store;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'vigia-connections-'));
  cleanUps.push(() => rmSync(dataDir, { recursive: true, force: true }));
  redis = await kept(startRedis({ tcp: true }));
  store = await openStore({ file: join(dataDir, 'vigia.db'), ...foundation });
  cleanUps.push(() => store.close());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function kept<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  cleanUps.push(() => server.stop());
  return server;
}

/** The console's own server stands for another machine when `own` says so. */
function open(ownUrl = redis.url): Connections {
  const own = (role: 'cache' | 'broker'): RedisLink<'cache' | 'broker'> => {
    const link = new RedisLink({ role, url: ownUrl, access: 'own', ...foundation });
    cleanUps.push(() => link.close());
    return link;
  };
  const vault = openVault({ dataDir, seal: null, env: {} });
  const connections = openConnections(
    { links: { cache: own('cache'), broker: own('broker') }, store, vault },
    foundation,
  );
  cleanUps.push(() => connections.close());
  return connections;
}

const withPassword = (): Promise<TestRedis> => kept(startRedis({ tcp: true, args: ['--requirepass', 's3cret'] }));

const draftOf = (port: number, more: Partial<ConnectionDraft> = {}): ConnectionDraft => ({
  name: 'Sales',
  url: `redis://127.0.0.1:${port}`,
  ...more,
});

describe('the registry', () => {
  test("has the console's own two, which can be written to on this machine", async () => {
    const connections = open();
    expect(connections.ids()).toEqual(['cache', 'broker']);
    await connections.of('broker').whenReady(2_000);
    expect(await connections.of('broker').call('SET', 'k', 'v')).toBe('OK');
    expect(connections.list().map(({ id, builtIn, mode, local }) => [id, builtIn, mode, local])).toEqual([
      ['cache', true, 'operate', true],
      ['broker', true, 'operate', true],
    ]);
    expect(connections.list().map(({ setBy, link }) => [setBy, link.nextTryAtMs])).toEqual([
      ['REDIS_URL', null],
      ['CELERY_BROKER_URL', null],
    ]);
    expect(() => connections.of('nobody')).toThrow(expect.objectContaining({ code: 'CONNECTION_NOT_FOUND' }));
    await expect(connections.remove('cache')).rejects.toMatchObject({ code: 'CONNECTION_INVALID' });
  });

  test('locks and unlocks a connection, and says so', async () => {
    const connections = open();
    const link = connections.of('cache');
    await link.whenReady(2_000);
    await until(() => link.view().version !== null, 2_000);
    const told: string[] = [];
    connections.onChange((id) => told.push(id));
    expect(connections.lock('cache').mode).toBe('observe');
    await expect(link.call('SET', 'k', 'v')).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' });
    expect(connections.of('cache').isWritable).toBe(false);
    const view = connections.unlock('cache', 60_000);
    expect([view.mode, (view.operateUntilMs ?? 0) - Date.now() > 50_000]).toEqual(['operate', true]);
    expect(await link.call('SET', 'k', 'v')).toBe('OK');
    expect(told.filter((id) => id === 'cache').length).toBe(2);
  });

  test('watches what was saved, also after a restart, and keeps the password out of the store', async () => {
    const server = await withPassword();
    const first = open();
    const saved = await first.save(
      draftOf(server.port, { url: `redis://:s3cret@127.0.0.1:${server.port}/1`, purposes: ['celery'] }),
    );
    expect(connectionViewSchema.parse(saved)).toMatchObject({
      ...{ name: 'Sales', url: `redis://127.0.0.1:${server.port}/1`, hasPassword: true, builtIn: false },
      ...{ purposes: ['celery'], colour: 'grey', environment: 'other' },
    });
    await first.of(saved.id).whenReady(2_000);
    await first.close();
    const again = open();
    expect(again.ids()).toEqual(['cache', 'broker', saved.id]);
    await again.of(saved.id).whenReady(2_000);
    expect(again.of(saved.id).db).toBe(1);
    expect(JSON.stringify(again.list())).not.toContain('s3cret');
    store.close();
    for (const name of ['vigia.db', 'vigia.db-wal']) {
      expect(existsAndHas(join(dataDir, name), 's3cret')).toBe(false);
    }
  });

  test('changes a profile: what is left out stays, the old link is closed, the password can go', async () => {
    const server = await withPassword();
    const connections = open();
    const { id } = await connections.save(draftOf(server.port, { password: 's3cret', colour: 'violet' }));
    const before = connections.of(id);
    await before.whenReady(2_000);
    const renamed = await connections.save(draftOf(server.port, { id, name: 'Sales 2', environment: 'production' }));
    expect(renamed).toMatchObject({ id, name: 'Sales 2', colour: 'violet', hasPassword: true, mode: 'observe' });
    expect(before.view().state).toBe('closed');
    await connections.of(id).whenReady(2_000);
    await expect(connections.of(id).call('SET', 'k', 'v')).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' });
    expect((await connections.save(draftOf(server.port, { id, name: 'Sales 2', password: null }))).hasPassword).toBe(
      false,
    );
    await until(() => connections.of(id).view().state === 'refused', 2_000);
    const refused = () => connections.list().find((each) => each.id === id)?.link;
    await until(() => (refused()?.nextTryAtMs ?? null) !== null, 5_000);
    expect(refused()?.nextTryAtMs).toBeGreaterThan(refused()?.sinceMs ?? Number.NaN);
    await connections.remove(id);
    expect(connections.ids()).toEqual(['cache', 'broker']);
    expect(() => connections.of(id)).toThrow(expect.objectContaining({ code: 'CONNECTION_NOT_FOUND' }));
  });

  test('refuses two of one name and an address that is none', async () => {
    const connections = open();
    await connections.save(draftOf(redis.port));
    await expect(connections.save(draftOf(redis.port))).rejects.toMatchObject({ code: 'CONNECTION_INVALID' });
    await expect(connections.save({ name: 'x', url: 'http://h' })).rejects.toMatchObject({ code: 'REDIS_URL_INVALID' });
    await expect(connections.save(draftOf(1, { id: 'gone' }))).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' });
    expect(connections.ids().length).toBe(3);
  });

  test('observes another machine until it is unlocked', async () => {
    const connections = open();
    const view = await connections.save({ name: 'far', url: 'redis://192.0.2.1:6379' });
    expect([view.local, view.mode, connections.of(view.id).isWritable]).toEqual([false, 'observe', false]);
    expect(connections.unlock(view.id, 60_000).mode).toBe('operate');
  });

  test("observes the console's own server too when it is on another machine", async () => {
    const connections = open('redis://192.0.2.1:6379');
    expect(connections.list().map(({ mode }) => mode)).toEqual(['observe', 'observe']);
  });

  test('exports without secrets, and imports what is not there yet', async () => {
    const one = open();
    await one.save(draftOf(redis.port, { password: 's3cret', username: 'ana' }));
    const document = one.export();
    expect(JSON.stringify(document)).not.toContain('s3cret');
    expect(document.connections).toMatchObject([{ name: 'Sales', username: 'ana' }]);
    const more = {
      ...document,
      connections: [...document.connections, { ...(document.connections[0] as never as object), name: 'Other' }],
    };
    const report = one.import(more as typeof document);
    expect(report).toEqual({ added: ['Other'], skipped: ['Sales'] });
    expect(one.list().map(({ name, hasPassword }) => [name, hasPassword])).toEqual([
      ['cache', false],
      ['broker', false],
      ['Other', false],
      ['Sales', true],
    ]);
    const broken = { ...document, connections: [{ ...document.connections[0], name: 'Broken', url: 'nonsense' }] };
    expect(() => one.import(broken as typeof document)).toThrow(expect.objectContaining({ code: 'REDIS_URL_INVALID' }));
    expect(one.ids().length).toBe(4);
  });
});

describe('a test before saving', () => {
  const stepsOf = async (draft: ConnectionDraft): Promise<Record<string, string>> => {
    const result = connectionTestSchema.parse(await open().test(draft));
    expect(result.ok).toBe(result.steps.every(({ outcome }) => outcome !== 'failed'));
    expect(JSON.stringify(result)).not.toMatch(/s3cret|wr0ng/);
    return Object.fromEntries(result.steps.map(({ step, outcome, detail }) => [step, `${outcome}: ${detail}`]));
  };

  test('passes every step on a good server, and measures', async () => {
    const result = await open().test({ name: 'x', url: `redis://localhost:${redis.port}` });
    expect(result.steps.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['dns', 'passed'],
      ['reach', 'passed'],
      ['tls', 'skipped'],
      ['auth', 'passed'],
      ['version', 'passed'],
      ['role', 'passed'],
      ['rights', 'passed'],
      ['latency', 'passed'],
    ]);
    const unsaid = result.steps.filter(
      ({ step, said }) => said === undefined && step !== 'version' && step !== 'rights',
    );
    expect(unsaid).toEqual([]);
    expect(result.latencyMs).toBeGreaterThan(0);
    expect(result.version).toMatch(/^\d+\.\d+/);
  });

  test('names the step that fails, says what to do, and skips the rest', async () => {
    const server = await withPassword();
    expect(await stepsOf({ name: 'x', url: 'redis://no-such-host.invalid' })).toMatchObject({
      dns: expect.stringMatching(/^failed: .*no-such-host.*spelling/),
      reach: expect.stringMatching(/^skipped/),
      latency: expect.stringMatching(/^skipped/),
    });
    expect(await stepsOf(draftOf(1))).toMatchObject({ reach: expect.stringMatching(/^failed: .*ECONNREFUSED/) });
    expect(await stepsOf(draftOf(server.port, { password: 'wr0ng' }))).toMatchObject({
      reach: expect.stringMatching(/^passed/),
      auth: expect.stringMatching(/^failed: .*WRONGPASS.*password/),
      version: expect.stringMatching(/^skipped/),
    });
    expect(await stepsOf(draftOf(server.port, { password: 's3cret' }))).toMatchObject({
      auth: 'passed: as default',
    });
  });

  test('uses the password that is kept when the draft is of a saved profile', async () => {
    const server = await withPassword();
    const connections = open();
    const { id } = await connections.save(draftOf(server.port, { password: 's3cret' }));
    expect((await connections.test(draftOf(server.port, { id }))).ok).toBe(true);
    expect((await connections.test(draftOf(server.port, { id, password: 'wr0ng' }))).ok).toBe(false);
  });

  test('is not kept waiting by a server that never answers', async () => {
    const proxy = await kept(startFaultProxy({ path: redis.socketPath }));
    proxy.blackHole();
    const startMs = performance.now();
    expect(await stepsOf({ name: 'x', url: proxy.url })).toMatchObject({ auth: expect.stringMatching(/^failed/) });
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });

  test('knows TLS: its dates, a certificate nobody vouches for, one that is not checked', async () => {
    const server = await kept(startRedisTls({ daysValid: 3 }));
    const url = `${server.url}?ssl_ca_certs=${server.caFile}`;
    expect(await stepsOf({ name: 'x', url })).toMatchObject({
      tls: expect.stringMatching(/^warned: TLSv1\.\d.*days from now/),
    });
    expect(await stepsOf({ name: 'x', url: server.url })).toMatchObject({
      tls: expect.stringMatching(/^failed: .*certificate/),
    });
    expect(await stepsOf({ name: 'x', url: `${server.url}?ssl_cert_reqs=none` })).toMatchObject({
      tls: expect.stringMatching(/^warned: .*not checked/),
      auth: expect.stringMatching(/^passed/),
    });
  });

  test('says which rights are missing', async () => {
    const args = ['--user', 'ana', 'on', '>s3cret', '~*', '+@all', '-config', '-slowlog', '--user', 'default', 'off'];
    const server = await kept(startRedis({ tcp: true, args }));
    const steps = await stepsOf(draftOf(server.port, { username: 'ana', password: 's3cret' }));
    expect(steps['rights']).toMatch(
      /^warned: to observe, .*"ana" lacks CONFIG GET, SLOWLOG GET, SLOWLOG LEN;.*vigia acl/,
    );
  });

  test('tells what the user lacks to observe and to operate, and the users that `vigia acl` makes lack nothing', async () => {
    const server = await kept(startRedis({ tcp: true }));
    const admin = new Redis(server.socketPath);
    cleanUps.push(() => admin.disconnect());
    const rules = (mode: 'observe' | 'operate') =>
      aclRules({ mode, user: 'x', redis: '7' }).slice(1).toSpliced(2, 0, '>pw');
    await admin.call('ACL', 'SETUSER', 'eye', ...rules('observe'));
    await admin.call('ACL', 'SETUSER', 'hand', ...rules('operate'));
    await admin.call('ACL', 'SETUSER', 'dumb', 'reset', 'on', '>pw', '~*', '&*', '+@all', '-acl', '-config');
    const tried = async (username: string) => {
      const result = await open().test(draftOf(server.port, { username, password: 'pw' }));
      return { rights: result.rights, step: result.steps.find(({ step }) => step === 'rights') };
    };
    const eye = await tried('eye');
    expect(eye.rights).toMatchObject({ user: 'eye', observe: [] });
    expect(eye.rights?.operate).toEqual(expect.arrayContaining(['set', 'unlink', 'config|set', 'client|kill']));
    expect(eye.step).toMatchObject({
      outcome: 'passed',
      detail: expect.stringContaining('vigia acl --mode operate --user eye'),
    });
    expect((await tried('hand')).rights).toEqual({ user: 'hand', observe: [], operate: [] });
    // Who may not ask for its rights is found out by what the pages ask.
    const dumb = await tried('dumb');
    expect(dumb.rights).toBeNull();
    expect(dumb.step).toMatchObject({ outcome: 'warned', detail: expect.stringContaining('CONFIG GET') });
    expect(await admin.dbsize()).toBe(0);
  });

  test('tells a cluster, a sentinel and a replica from what the address says', async () => {
    const cluster = await kept(startRedisCluster());
    const port = cluster.masters[0]?.port ?? 0;
    expect(await stepsOf(draftOf(port))).toMatchObject({ role: expect.stringMatching(/^warned: .*redis-cluster:/) });
    expect((await open().test({ name: 'x', url: cluster.url })).ok).toBe(true);
    const sentinels = await kept(startRedisSentinels());
    const sentinelPort = sentinels.sentinels[0]?.port ?? 0;
    expect(await stepsOf(draftOf(sentinelPort))).toMatchObject({
      role: expect.stringMatching(/^failed: .*redis-sentinel:/),
    });
    expect(await stepsOf(draftOf(sentinels.servers[1].port))).toMatchObject({
      role: expect.stringMatching(/^warned: replica of/),
    });
    expect((await open().test({ name: 'x', url: sentinels.url })).ok).toBe(true);
  }, 40_000);
});

function existsAndHas(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
