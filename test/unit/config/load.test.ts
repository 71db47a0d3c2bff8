import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { loadSettings } from '../../../engine/config/load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (flags: Record<string, string>, env: Record<string, string>) =>
  loadSettings({ flags: { 'data-dir': folder, ...flags }, env, workingDir: folder });
const originOf = (loaded: ReturnType<typeof load>, variable: string) =>
  loaded.origins.find((origin) => origin.variable === variable);

describe('settings', () => {
  test('have the TTLs of the original guide when nobody says otherwise', () => {
    const { layers } = load({}, {}).settings;
    expect(Object.values(layers).map(({ ttlMs }) => ttlMs)).toEqual([300_000, 600_000, 900_000, 1_800_000]);
  });

  test('take a flag before the environment, the environment before .env, .env before the settings file', () => {
    writeFileSync(
      join(folder, 'settings.json'),
      '{"VIGIA_PORT": "1", "REDIS_URL": "redis://file", "VIGIA_PACK": "filed"}',
    );
    writeFileSync(join(folder, '.env'), 'VIGIA_PORT=2\nREDIS_URL=redis://dotenv\n');
    const loaded = load({ port: '4' }, { VIGIA_PORT: '3' });
    expect(loaded.settings).toMatchObject({ port: 4, cacheUrl: 'redis://dotenv', pack: 'filed' });
    expect(originOf(loaded, 'VIGIA_PORT')?.from).toBe('flag');
    expect(originOf(loaded, 'REDIS_URL')?.from).toBe('.env file');
    expect(originOf(loaded, 'VIGIA_PACK')?.from).toBe('settings file');
    expect(originOf(loaded, 'VIGIA_DEMO')?.from).toBe('default');
  });

  test('say which fields of a layer are fixed by which variable, but not those of the settings file', () => {
    writeFileSync(join(folder, 'settings.json'), '{"REDIS_CACHE_TTL_CHARTS": "60"}');
    const env = { REDIS_CACHE_TTL_KPIS: '300', VIGIA_LAYER_PRIORITY: 'kpis=2,charts=3' };
    expect(load({}, env).settings.fixedLayers).toEqual({
      dashboard: {},
      kpis: { ttlMs: 'REDIS_CACHE_TTL_KPIS', priority: 'VIGIA_LAYER_PRIORITY' },
      charts: { priority: 'VIGIA_LAYER_PRIORITY' },
      financials: {},
    });
  });

  test('take an empty variable as absent', () => {
    expect(load({}, { REDIS_URL: ' ' }).settings.cacheUrl).toBeNull();
  });

  test.each([
    ['REDIS_CACHE_TTL_KPIS', '0', 'whole seconds from 1'],
    ['REDIS_CACHE_TTL_KPIS', 'ten', 'whole seconds from 1'],
    ['VIGIA_PORT', '70000', 'a port from 0'],
    ['REDIS_URL', 'http://cache', 'redis://host:port/db'],
    ['VIGIA_AS_OF', '2026-02-30', 'a date such as'],
    ['VIGIA_TARGETS', 'dso_days:45', 'targets by KPI id'],
    ['VIGIA_CACHE_MEMORY', '256', 'a size such as'],
  ])('refuse %s=%s naming the variable, the value and what is accepted', (variable, value, accepted) => {
    const attempt = () => load({}, { [variable]: value });
    expect(attempt).toThrow(EngineError);
    expect(attempt).toThrow(variable);
    expect(attempt).toThrow(value);
    expect(attempt).toThrow(accepted);
  });

  test('never show a password or the token', () => {
    const env = {
      REDIS_URL: 'redis://u:secretpw@h:1',
      VIGIA_SOURCE: 'postgres://u:secretpw@h/d',
      VIGIA_TOKEN: 'secretpw-secretpw',
    };
    expect(JSON.stringify(load({}, env).origins)).not.toContain('secretpw');
    expect(() => load({}, { REDIS_URL: 'http://u:secretpw@h' })).toThrow(/^(?!.*secretpw)/);
    expect(() => load({}, { VIGIA_TOKEN: 'secretpw' })).toThrow(/^(?!.*secretpw).*at least 16/);
    // No header could carry it: every call would be refused.
    expect(() => load({}, { VIGIA_TOKEN: 'secretpw and more words' })).toThrow(/^(?!.*secretpw).*without spaces/);
  });

  test('take the weights of composite scores', () => {
    const { scoreWeights } = load({}, { VIGIA_SCORE_WEIGHTS: 'quality.approval_rate=2' }).settings.kpis;
    expect(scoreWeights).toEqual({ 'quality.approval_rate': 2 });
  });

  test('add targets to the defaults, KPI by KPI', () => {
    const { targets } = load({}, { VIGIA_TARGETS: 'dso_days=50,payment_rate=0.6' }).settings.kpis;
    expect(targets).toMatchObject({ dso_days: 50, payment_rate: 0.6, first_pass_rate: 0.9 });
  });

  test('name the settings file when it cannot be read', () => {
    writeFileSync(join(folder, 'settings.json'), '{broken');
    expect(() => load({}, {})).toThrow(join(folder, 'settings.json'));
  });
});

describe('the layers of the cache', () => {
  const layersOf = (env: Record<string, string>) =>
    loadSettings({ flags: {}, env: { VIGIA_DATA_DIR: '/tmp/none', ...env }, workingDir: '/tmp/none' }).settings.layers;

  test('are set one by one, and keep what follows from their TTL where nothing is said', () => {
    const layers = layersOf({
      REDIS_CACHE_TTL_KPIS: '60',
      VIGIA_LAYER_STALE_S: 'kpis=5, charts=0',
      VIGIA_LAYER_MAX_AGE_S: 'kpis=70',
      VIGIA_LAYER_MEMORY_SHARE: 'charts=0.25',
      VIGIA_LAYER_CODEC: 'charts=brotli,kpis=none',
      VIGIA_LAYER_COMPRESS_FROM: 'charts=1000',
      VIGIA_LAYER_PRIORITY: 'financials=3',
    });
    expect(layers.kpis).toMatchObject({
      ttlMs: 60_000,
      staleWindowMs: 5_000,
      maxAgeMs: 70_000,
      codec: { kind: 'none' },
    });
    expect(layers.charts).toMatchObject({
      staleWindowMs: 0,
      memoryShare: 0.25,
      codec: { kind: 'brotli', fromBytes: 1_000 },
    });
    expect(layers.financials).toMatchObject({ priority: 3, memoryShare: 1, codec: { kind: 'zstd', fromBytes: null } });
  });

  test.each([
    ['VIGIA_LAYER_STALE_S', 'attic=5'],
    ['VIGIA_LAYER_STALE_S', 'kpis'],
    ['VIGIA_LAYER_MEMORY_SHARE', 'kpis=1.5'],
    ['VIGIA_LAYER_CODEC', 'kpis=lzma'],
  ])('refuse %s=%s by name', (variable, value) => {
    expect(() => layersOf({ [variable]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(variable) }),
    );
  });
});
