/** The cache as people and programs operate it: the real program on the demo data. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureOf } from '../../../src/web/webhook.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const secret = 'shared with the sender';
let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole({
    env: { VIGIA_DEMO_ROWS: '3000', VIGIA_AS_OF: '2026-11-22', VIGIA_WEBHOOK_SECRET: secret },
  });
  await served.client.call('dashboard.get', { filters: { estado: 'validado' }, waitMs: 25_000 });
  await until(async () => (await entries()).matchCount >= 7, 10_000, 'the entries');
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
});

type Query = Parameters<typeof served.client.call<'cache.entries'>>[1];
const entries = (query: Query = {}) => served.client.call('cache.entries', query);
const status = () => served.client.call('cache.status', {});

async function aKey(search = 'validado'): Promise<string> {
  const { rows } = await entries({ search, layers: ['financials'] });
  return rows[0]?.key ?? '';
}

const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  fetch(`${served.address}${path}`, {
    method,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const bearer = () => ({ authorization: `Bearer ${served.token}` });

describe('warming', () => {
  test('happens on start, reads every key back, and shows the proof', async () => {
    await until(async () => (await status()).warming.lastReport?.gaveWay === null, 90_000, 'the warm-up');
    const { warming } = await status();
    const report = warming.lastReport;
    expect(report).toMatchObject({ failedCount: 0 });
    expect(report?.keyCount).toBe(report?.provedCount);
    expect(report?.provedCount).toBeGreaterThanOrEqual(7);
    expect(report?.variants.flatMap(({ proofs }) => proofs).every(({ outcome }) => outcome === 'hit')).toBe(true);
  });

  test('learns the filters that people use, and warms them with the next run', async () => {
    await served.client.call('dashboard.get', { filters: { periodo_rapido: 45 } });
    const { learned } = (await status()).warming;
    expect(learned.map(({ filters }) => filters)).toEqual([{ periodo_rapido: 45 }]);
    expect(learned[0]?.score).toBeCloseTo(1, 2);
    const { taskId } = await served.client.call('cache.warm', {});
    expect(taskId).toMatch(/^background:/);
    const warmed = async () =>
      (await status()).warming.lastReport?.variants.find(({ origin }) => origin === 'learned')?.outcome;
    await until(async () => (await warmed()) === 'proved', 100_000, 'the learned variant');
  });
});

describe('entries', () => {
  test('are listed and explained: filters, payload, reasons, history', async () => {
    const detail = await served.client.call('cache.entry', { key: await aKey() });
    expect(detail.row.filters).toEqual([{ id: 'estado', label: 'Status', values: ['validado'] }]);
    expect(detail.row).toMatchObject({
      state: 'fresh',
      refreshable: true,
      tags: expect.arrayContaining(['table:edp']),
    });
    expect(detail.header).toMatchObject({ checksumOk: true, keyExplained: true, pack: 'edp', formatVersion: 3 });
    expect(detail.payload).toMatchObject({ kind: 'json', value: { section: detail.row.section } });
    expect(detail.reasons[0]).toMatch(/^Its time ends in/);
    expect(detail.timeline.map(({ kind }) => kind)).toContain('stored');
  });

  test('that do not exist are said not to', async () => {
    await expect(served.client.call('cache.entry', { key: 'kpis:gone' })).rejects.toMatchObject({
      code: 'CACHE_ENTRY_NOT_FOUND',
    });
  });

  test('can be refreshed, each by its own view', async () => {
    const key = await aKey();
    const before = (await served.client.call('cache.entry', { key })).row.computedAtMs ?? 0;
    const { taskId } = await served.client.call('cache.refresh', { key });
    await until(async () => (await served.client.call('task.status', { taskId })).state === 'SUCCESS', 20_000);
    const after = await served.client.call('cache.entry', { key });
    expect(after.row.computedAtMs).toBeGreaterThan(before);
    expect(after.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['stored', 'started']));
  });
});

describe('invalidating', () => {
  test('says first what it will reach, then reaches it, and the entry tells why it is stale', async () => {
    const key = await aKey();
    const reach = await served.client.call('cache.invalidatePreview', { keys: [key] });
    expect(reach).toMatchObject({ entryCount: 1, byLayer: [{ layer: 'financials', entryCount: 1 }], complete: true });
    const wide = await served.client.call('cache.invalidatePreview', { tags: ['table:edp'] });
    expect(wide.entryCount).toBeGreaterThan(7);
    const changed: string[] = [];
    const stop = served.client.on('cache.changed', ({ what }) => changed.push(what));
    const report = await served.client.call('cache.invalidate', { keys: [key], mode: 'stale', reason: 'looks wrong' });
    expect(report).toMatchObject({ entryCount: 1, keyCount: 1, tags: [] });
    const detail = await served.client.call('cache.entry', { key });
    expect(detail.row.state).toBe('stale');
    expect(detail.freshness).toMatchObject({ reason: 'invalidated', reasonDetail: 'this entry (looks wrong)' });
    expect(detail.causes[0]?.words).toMatch(/invalidated/);
    expect(detail.timeline[0]).toMatchObject({ kind: 'invalidated', words: 'this entry → stale (looks wrong)' });
    await until(() => changed.includes('invalidated'), 3_000, 'the topic');
    stop();
  });

  test('nothing, or what is not ours, is refused', async () => {
    await expect(served.client.call('cache.invalidate', {})).rejects.toMatchObject({ code: 'CACHE_TARGET_EMPTY' });
    const foreign = served.client.call('cache.invalidate', { keys: ['kpis:latest'] });
    await expect(foreign).rejects.toMatchObject({ code: 'CACHE_ENTRY_NOT_OURS' });
  });
});

describe('clearing a layer', () => {
  test('needs its name typed, which the engine checks', async () => {
    const before = (await entries({ layers: ['charts'] })).matchCount;
    expect(before).toBeGreaterThan(0);
    const wrong = served.client.call('cache.clear', { layer: 'charts', confirm: 'chart' });
    await expect(wrong).rejects.toMatchObject({ code: 'CACHE_CONFIRMATION_WRONG' });
    expect((await entries({ layers: ['charts'] })).matchCount).toBe(before);
    const report = await served.client.call('cache.clear', { layer: 'charts', confirm: 'charts' });
    expect(report).toMatchObject({ removedCount: before, complete: true });
    await until(async () => (await entries({ layers: ['charts'] })).matchCount === 0, 5_000, 'the layer to be empty');
  });
});

describe('cleaning up', () => {
  test('keeps its last report', async () => {
    const looked = await served.client.call('cache.cleanUpPreview', {});
    expect(looked).toMatchObject({ removed: false, complete: true });
    const report = await served.client.call('cache.cleanUp', {});
    expect((await status()).lastCleanUp).toEqual(report);
  });
});

describe("the guide's routes of the cache", () => {
  test('tell the status by layer and by filters', async () => {
    const report = (await (await served.get('/manager/api/cache/status')).json()) as {
      layers: Record<string, { ttl_s: number }>;
      entries: { by_filters: { filters: object; entries: { state: string; ttl_left_s: number }[] }[] };
    };
    expect(report.layers['kpis']?.ttl_s).toBe(600);
    const validated = report.entries.by_filters.find(
      ({ filters }) => JSON.stringify(filters) === '{"estado":"validado"}',
    );
    expect(validated?.entries.length).toBeGreaterThan(3);
    expect(validated?.entries[0]?.ttl_left_s).toBeGreaterThan(60);
  });

  test('tell the health with its evidence', async () => {
    const health = (await (await served.get('/manager/api/cache/health')).json()) as { checks: { id: string }[] };
    expect(health.checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['link', 'breaker', 'coherence']));
  });

  test('change nothing without the token in the header, not even by GET with the token elsewhere', async () => {
    const before = (await entries()).totalCount;
    const token = encodeURIComponent(served.token);
    const tries = [
      send('GET', '/manager/api/cache/clear'),
      send('GET', `/manager/api/cache/clear?token=${token}`),
      send('POST', '/manager/api/cache/clear', {}, { cookie: `token=${token}` }),
      send('POST', '/manager/api/cache/invalidate', { tags: ['table:edp'], token: served.token }),
    ];
    for (const response of await Promise.all(tries)) expect(response.status).toBe(401);
    expect((await entries()).totalCount).toBe(before);
  });

  test('clear and invalidate with it', async () => {
    const invalidated = await send('POST', '/manager/api/cache/invalidate', { tags: 'table:cost' }, bearer());
    expect(await invalidated.json()).toMatchObject({ tags: ['table:cost'], mode: 'stale' });
    const wrong = await send('POST', '/manager/api/cache/invalidate', { tags: ['a'], mode: 'gone' }, bearer());
    expect(wrong.status).toBe(400);
    const cleared = await send('GET', '/manager/api/cache/clear?layer=kpis', undefined, bearer());
    expect(await cleared.json()).toMatchObject({ layer: 'kpis', complete: true });
  });
});

describe('the data-changed webhook', () => {
  const call = (body: object, change: { secret?: string; offsetS?: number } = {}) => {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(Date.now() / 1_000) + (change.offsetS ?? 0));
    const headers = {
      'content-type': 'application/json',
      'x-vigia-timestamp': timestamp,
      'x-vigia-signature': signatureOf(change.secret ?? secret, timestamp, text),
    };
    return fetch(`${served.address}/manager/webhook/data-changed`, { method: 'POST', headers, body: text });
  };

  test('invalidates what depends on what was changed, without a token', async () => {
    const response = await call({ change_type: 'edp_updated', data: { cliente: 'Nobody', fields: { monto: 1 } } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ invalidated: ['cliente:*', 'cliente:Nobody'], mode: 'stale' });
    await until(async () => (await entries({ states: ['stale'], layers: ['financials'] })).matchCount > 0, 3_000);
  });

  test('refuses a wrong signature, a repeated call, an old call, an unknown type and what is no JSON', async () => {
    const codeOf = async (response: Response): Promise<[number, string]> => {
      const { error } = (await response.json()) as { error: { code: string } };
      return [response.status, error.code];
    };
    expect(await codeOf(await call({ type: 'edp_updated' }, { secret: 'not the secret' }))).toEqual([
      401,
      'WEBHOOK_SIGNATURE_INVALID',
    ]);
    const first = await call({ type: 'log_added', n: 1 }, { offsetS: -3 });
    expect(first.status).toBe(200);
    expect(await codeOf(await call({ type: 'edp_updated' }, { offsetS: -400 }))).toEqual([409, 'WEBHOOK_REPLAYED']);
    const fixed = { type: 'log_added', n: 2 };
    const text = JSON.stringify(fixed);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const headers = { 'x-vigia-timestamp': timestamp, 'x-vigia-signature': signatureOf(secret, timestamp, text) };
    const once = () => fetch(`${served.address}/manager/webhook/data-changed`, { method: 'POST', headers, body: text });
    expect((await once()).status).toBe(200);
    expect(await codeOf(await once())).toEqual([409, 'WEBHOOK_REPLAYED']);
    const unknown = await call({ type: 'weather_changed' });
    expect(await unknown.json()).toMatchObject({
      error: { code: 'CACHE_CHANGE_UNKNOWN', message: expect.stringMatching(/edp_created/) },
    });
  });
});
