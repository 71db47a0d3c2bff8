import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EngineError } from '../../../engine/base/errors.ts';
import type { Handlers } from '../../../src/shared/contract.ts';
import { startWebHost, type WebHost } from '../../../src/web/host.ts';
import { dashboardView, type ScriptedEngine, scriptedEngine } from '../../support/scripted-engine.ts';
import { until } from '../../support/until.ts';

const token = 'a-token-for-this-test';
const bearer = { authorization: `Bearer ${token}` };
const protocols = ['vigia', `token.${Buffer.from(token).toString('base64url')}`];

let folder: string;
let host: WebHost;
let engine: ScriptedEngine;
const sockets: WebSocket[] = [];

async function start(handlers: Partial<Handlers> = {}): Promise<void> {
  engine = scriptedEngine({ 'dashboard.get': async ({ filters }) => dashboardView({ filters }), ...handlers });
  const defects: unknown[] = [];
  host = await startWebHost({
    engine,
    port: 0,
    token,
    rendererDir: folder,
    onDefect: (...defect) => defects.push(defect),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets', 'index-Ab3dEf9_.js'), 'export {};');
  writeFileSync(join(folder, '.secret'), 'no');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get(path: string, headers: Record<string, string> = bearer) {
  const response = await fetch(`${host.address}${path}`, { headers, redirect: 'manual' });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : null,
  };
}

/** `fetch` sets Host by itself; this does not. */
function statusWithHeaders(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { host: '127.0.0.1', port: host.port, path, headers: { ...bearer, ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on('error', reject).end();
  });
}

async function open(offered: string[] = protocols, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/ws`, offered, { headers });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => reject(new Error(String(response.statusCode))));
    socket.once('error', reject);
  });
  return socket;
}

function received(socket: WebSocket): unknown[] {
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString('utf8'))));
  return messages;
}

describe('who may call the web host', () => {
  const guarded = [
    '/health/system',
    '/manager/api/kpis',
    '/manager/dashboard',
    '/manager/dashboard/refresh',
    '/manager/dashboard/status/x',
    '/manager/api/performance/metrics',
  ];

  test.each(guarded)('%s wants the token', async (path) => {
    await start();
    expect((await get(path, {})).status).toBe(401);
    expect((await get(path, { authorization: 'Bearer wrong' })).body.error.code).toBe('CALL_UNAUTHORIZED');
    expect((await get(path)).status).not.toBe(401);
  });

  test('anybody on this machine may ask whether it lives, and learns nothing else', async () => {
    await start();
    expect(await get('/health/live', {})).toMatchObject({ status: 200, body: { ok: true } });
  });

  test('a name that is not this machine is refused, so that no DNS can point at us', async () => {
    await start();
    expect(await statusWithHeaders('/health/live', { host: `evil.example:${host.port}` })).toBe(403);
    expect(await statusWithHeaders('/', { host: 'localhost' })).toBe(403);
    expect(await statusWithHeaders('/health/live', { host: `localhost:${host.port}` })).toBe(200);
  });

  test("somebody else's page is refused, even with the token", async () => {
    await start();
    expect(await statusWithHeaders('/manager/dashboard', { origin: 'http://evil.example' })).toBe(403);
    expect(await statusWithHeaders('/manager/dashboard', { origin: 'null' })).toBe(403);
    expect(await statusWithHeaders('/manager/dashboard', { origin: host.address })).toBe(200);
  });

  test('a WebSocket wants the token and our own page', async () => {
    await start();
    await expect(open(['vigia'])).rejects.toThrow('401');
    await expect(open(['vigia', 'token.d3Jvbmc'])).rejects.toThrow('401');
    await expect(open(protocols, { origin: 'http://evil.example' })).rejects.toThrow('403');
    expect((await open()).protocol).toBe('vigia');
  });

  test('it listens on the loopback address only', async () => {
    await start();
    const refused = await new Promise((resolve) => {
      connect({ host: '127.0.0.2', port: host.port })
        .on('error', () => resolve(true))
        .on('connect', () => resolve(false));
    });
    expect(refused).toBe(true);
  });

  test('a link opens the console once', async () => {
    await start();
    const path = new URL(host.openingLink()).pathname;
    expect((await get(path, {})).headers.get('location')).toBe(`/#token=${token}`);
    expect((await get(path, {})).headers.get('location')).toBe('/');
  });
});

describe('the page', () => {
  test('is served with a policy that runs nothing but its own scripts', async () => {
    await start();
    const page = await get('/', {});
    expect(page.text).toContain('<title>page</title>');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`ws://127.0.0.1:${host.port}`);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is asked for each time, its hashed assets never again', async () => {
    await start();
    expect((await get('/', {})).headers.get('cache-control')).toBe('no-cache');
    expect((await get('/assets/index-Ab3dEf9_.js', {})).headers.get('cache-control')).toContain('immutable');
  });

  test.each(['/assets', '/assets/', '/.secret', '/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json'])(
    'gives nothing away at %s',
    async (path) => {
      await start();
      expect([403, 404]).toContain(await statusWithHeaders(path, {}));
    },
  );
});

describe('the REST routes', () => {
  test('answer every KPI by its id with unit, state and both ages, and the worst state of all', async () => {
    await start();
    const { body } = await get('/manager/api/kpis?cliente=ACME&estado=enviado&estado=pagado');
    expect(body.kpis.dso_days).toMatchObject({
      value: 41.5,
      unit: 'days',
      state: 'stale',
      computed_at: '1970-01-01T00:00:01.000Z',
    });
    expect(body.kpis.edp_count).toMatchObject({
      value: 50_000,
      unit: 'count',
      state: 'fresh',
      data_as_of: '1970-01-01T00:00:00.500Z',
    });
    expect(body).toMatchObject({ state: 'stale', demo: true, as_of: '2026-03-31', task_id: 'dashboard:7' });
    expect(body.filters).toEqual({ cliente: 'ACME', estado: ['enviado', 'pagado'] });
    expect(body.computed_age_ms).toBeGreaterThan(0);
    expect(body.breakdowns.ageing.rows).toEqual([['0–15']]);
  });

  test('pass on how long the caller would wait, and refuse a wait that is no number', async () => {
    const waits: number[] = [];
    await start({
      'dashboard.get': async ({ waitMs }) => {
        waits.push(waitMs);
        return dashboardView();
      },
    });
    await get('/manager/dashboard?wait=1500');
    expect(waits).toEqual([1500]);
    const refused = await get('/manager/dashboard?wait=soon');
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'CALL_INPUT_INVALID' } } });
    expect(refused.body.error.message).toContain('"soon"');
  });

  test('start a refresh by GET and by POST, with filters from address and body, and audit it', async () => {
    const asked: unknown[] = [];
    await start({
      'dashboard.refresh': async ({ filters }) => {
        asked.push(filters);
        return { taskId: 'dashboard:1' };
      },
    });
    const answer = await get('/manager/dashboard/refresh?cliente=ACME');
    expect(answer).toMatchObject({
      status: 202,
      body: { task_id: 'dashboard:1', status_url: '/manager/dashboard/status/dashboard%3A1' },
    });
    await fetch(`${host.address}/manager/dashboard/refresh`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: '{"filters":{"gestor":"Ana"}}',
    });
    expect(asked).toEqual([{ cliente: 'ACME' }, { gestor: 'Ana' }]);
    expect(engine.audited.map(({ call, caller }) => [call, caller.transport])).toEqual([
      ['dashboard.refresh', 'http'],
      ['dashboard.refresh', 'http'],
    ]);
  });

  test('answer a failure with its code, help and status', async () => {
    await start({
      'task.status': async ({ taskId }) => {
        throw new EngineError('QUEUE_TASK_NOT_FOUND', `No task has the id ${taskId}`);
      },
    });
    const answer = await get('/manager/dashboard/status/kpis%3A9');
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatchObject({
      code: 'QUEUE_TASK_NOT_FOUND',
      message: 'No task has the id kpis:9',
      retryable: false,
    });
    expect((await get('/nowhere')).body.error.code).toBe('CALL_UNKNOWN');
  });

  test('say 503 when the system is unhealthy', async () => {
    const health = {
      status: 'unhealthy' as const,
      at: '2026-01-01T00:00:00Z',
      redis: 'disconnected' as const,
      celery_workers: 0,
      cache_hit_rate: null,
      avg_response_time: null,
      memory_usage: null,
      behind: {
        links: [],
        workers: [],
        hit_rate: { windowMs: 1, hits: 0, reads: 0 },
        response: { windowMs: 1, count: 0, p95Ms: null, p99Ms: null },
        memory: null,
        queues: [],
        reasons: ['no Redis'],
      },
    };
    await start({ 'system.health': async () => health });
    expect(await get('/health/system')).toMatchObject({ status: 503, body: { redis: 'disconnected' } });
  });

  test('refuse a body that is too large or not JSON', async () => {
    await start();
    const post = (body: string) =>
      fetch(`${host.address}/manager/dashboard/refresh`, {
        method: 'POST',
        body,
        headers: { ...bearer, 'content-type': 'application/json' },
      });
    expect((await post('{')).status).toBe(400);
    const large = await post(JSON.stringify({ filters: { cliente: 'x'.repeat(70_000) } }));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { code: 'CALL_INPUT_INVALID' } });
  });
});

describe('the WebSocket', () => {
  test('answers calls by their number and pushes topics', async () => {
    await start();
    const socket = await open();
    const messages = received(socket);
    socket.send(JSON.stringify({ id: 7, call: 'dashboard.get', input: { filters: { cliente: 'ACME' } } }));
    socket.send(JSON.stringify({ id: 8, call: 'toString', input: {} }));
    await until(() => messages.length === 2, 2_000);
    expect(messages[0]).toMatchObject({ id: 8, envelope: { ok: false, error: { code: 'CALL_UNKNOWN' } } });
    expect(messages[1]).toMatchObject({ id: 7, envelope: { ok: true, data: { filters: { cliente: 'ACME' } } } });
    engine.topics.emit('alerts.changed', { ruleId: 'hit-rate' });
    await until(() => messages.length === 3, 2_000);
    expect(messages[2]).toEqual({ topic: 'alerts.changed', payload: { ruleId: 'hit-rate' } });
  });

  test.each(['not json', '[]', '{"id":"1","call":"x"}', '{"id":1}'])('closes on what is no call: %s', async (text) => {
    await start();
    const socket = await open();
    socket.send(text);
    const [code] = await new Promise<[number]>((resolve) => socket.once('close', (...closed) => resolve([closed[0]])));
    expect(code).toBe(1007);
  });

  test('closes on a message over 16 MiB', async () => {
    await start();
    const socket = await open();
    socket.on('error', () => undefined);
    socket.send('x'.repeat(16 * 1024 * 1024 + 1));
    await until(() => socket.readyState === WebSocket.CLOSED, 2_000);
  });

  test('keeps only the newest of each topic for a console that has stopped reading', async () => {
    await start();
    const socket = await open();
    const messages = received(socket) as { topic: string; payload: { ruleId: string } }[];
    socket.pause();
    const filler = 'x'.repeat(100_000);
    for (let at = 0; at < 300; at += 1) engine.topics.emit('link.changed', { role: 'cache', state: `${at} ${filler}` });
    engine.topics.emit('link.changed', { role: 'broker', state: 'last' });
    engine.topics.emit('link.changed', { role: 'cache', state: 'last' });
    socket.resume();
    await until(() => messages.filter(({ payload }) => Reflect.get(payload, 'state') === 'last').length === 2, 5_000);
    expect(messages.length).toBeLessThan(150);
  });

  test('does not keep the host from closing, nor does a call that never ends', async () => {
    await start({ 'dashboard.get': () => new Promise(() => undefined) });
    const socket = await open();
    socket.send(JSON.stringify({ id: 1, call: 'dashboard.get', input: {} }));
    void fetch(`${host.address}/manager/dashboard`, { headers: bearer }).catch(() => undefined);
    await until(() => socket.readyState === WebSocket.OPEN, 1_000);
    const startedAt = performance.now();
    await host.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await until(() => socket.readyState === WebSocket.CLOSED, 2_000);
  });
});
