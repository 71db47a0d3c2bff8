import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { type DesktopEngine, type DesktopOptions, runDesktop } from '../../../src/main/desktop.ts';
import type { Handlers } from '../../../src/shared/contract.ts';
import { type Bridge, bridgeName, callChannel, type Envelope } from '../../../src/shared/wire.ts';
import { app, type BrowserWindow, invokeFrom, world } from '../../support/electron-double.ts';
import { dashboardView, type ScriptedEngine, scriptedEngine } from '../../support/scripted-engine.ts';
import { until } from '../../support/until.ts';

const preloadModule = new URL('../../../src/preload/index.ts', import.meta.url).pathname;

let folder: string;
let stops: number;
let engine: ScriptedEngine;
const problems: unknown[] = [];
let signalListeners: Map<string, readonly ((...args: never[]) => void)[]>;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

beforeEach(() => {
  world.reset();
  problems.length = 0;
  stops = 0;
  folder = mkdtempSync(join(tmpdir(), 'vigia-desktop-'));
  mkdirSync(join(folder, 'desktop'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<title>page</title>');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  signalListeners = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!signalListeners.get(signal)?.includes(listener)) process.removeListener(signal, listener);
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

let loads = 0;
/** Each window runs its preload anew; the number keeps the module from being remembered. */
async function loadPreload(): Promise<void> {
  loads += 1;
  await import(`${preloadModule}?load=${loads}`);
}

interface Started {
  readonly window: BrowserWindow;
  readonly bridge: Bridge;
}

async function start(handlers: Partial<Handlers> = {}): Promise<Started> {
  engine = scriptedEngine({ 'dashboard.get': async () => dashboardView(), ...handlers });
  const running = run(async () => ({
    ...engine,
    stop: async () => {
      stops += 1;
    },
  }));
  app.ready.resolve();
  await running;
  await loadPreload();
  const [window] = world.windows;
  if (!window) throw new Error('no window was opened');
  return { window, bridge: world.exposed.get(bridgeName) as Bridge };
}

function run(startEngine: DesktopOptions['startEngine'], platform: NodeJS.Platform = 'linux') {
  return runDesktop({
    dataDir: folder,
    preloadFile: '/app/out/preload/index.cjs',
    rendererDir: join(folder, 'page'),
    startEngine,
    onProblem: (...problem) => problems.push(problem),
    platform,
  });
}

const refused = { ok: false, error: { code: 'CALL_FORBIDDEN' } };

describe('the window', () => {
  test('runs its page in a sandbox, isolated, without Node, behind the right preload', async () => {
    const { window } = await start();
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      preload: '/app/out/preload/index.cjs',
    });
    expect(window.loaded).toBe('app://vigia/index.html');
    expect(world.privilegedSchemes).toEqual(['app']);
  });

  test('stays on its page: no navigation, no second window, links to the web in the browser', async () => {
    const { window } = await start();
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-attach-webview']) {
      const prevented = vi.fn<() => void>();
      window.webContents.emit(event, { preventDefault: prevented });
      expect(prevented).toHaveBeenCalledOnce();
    }
    expect(window.webContents.windowOpenHandler?.({ url: 'https://example.org/' })).toEqual({ action: 'deny' });
    expect(window.webContents.windowOpenHandler?.({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(world.opened).toEqual(['https://example.org/']);
  });

  test('is granted no permission', async () => {
    await start();
    const { request, check } = world.permissionAnswers as {
      request: (contents: object, permission: string, answer: (granted: boolean) => void) => void;
      check: () => boolean;
    };
    const answers: boolean[] = [];
    request({}, 'media', (granted) => answers.push(granted));
    expect([...answers, check()]).toEqual([false, false]);
  });

  test('is where it was the last time', async () => {
    const { window } = await start();
    window.maximize();
    window.close();
    const kept = JSON.parse(readFileSync(join(folder, 'desktop', 'window.json'), 'utf8'));
    expect(kept).toEqual({ position: { x: 10, y: 20 }, width: 1200, height: 800, maximized: true });
    world.reset();
    const { window: next } = await start();
    expect(next.options).toMatchObject({ x: 10, y: 20, width: 1200, height: 800 });
    expect(next.maximized).toBe(true);
  });

  test.each([
    ['on a screen that is gone', { position: { x: 5000, y: 20 }, width: 1200, height: 800 }, { width: 1200 }],
    ['smaller than it may be', { position: { x: 0, y: 0 }, width: 10, height: 10 }, { width: 1440 }],
    ['in a file that cannot be read', 'broken', { width: 1440 }],
  ])('opens where it can be seen when it was %s', async (_name, kept, expected) => {
    writeFileSync(join(folder, 'desktop', 'window.json'), typeof kept === 'string' ? kept : JSON.stringify(kept));
    const { window } = await start();
    expect(window.options).toMatchObject(expected);
    expect(window.options).not.toHaveProperty('x');
  });

  test('gets its page with the content policy, and nothing outside its folder', async () => {
    await start();
    const page = world.pages.get('app');
    const answer = await page?.({ url: 'app://vigia/index.html' });
    expect(await answer?.text()).toBe('<title>page</title>');
    expect(answer?.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const url of [
      'app://vigia/..%2fsecret.txt',
      'app://vigia/%2e%2e/secret.txt',
      'app://other/index.html',
      'app://vigia/',
      'app://vigia/no.js',
    ]) {
      expect((await page?.({ url }))?.status).toBe(404);
    }
  });
});

describe('the bridge', () => {
  test('has three functions and nothing of Electron', async () => {
    const { bridge } = await start();
    expect(Object.keys(bridge).sort()).toEqual(['call', 'onTopic', 'speak']);
    expect(world.exposed.size).toBe(1);
  });

  test('carries a call to the engine and its answer back', async () => {
    const { bridge } = await start();
    expect(await bridge.call('dashboard.get', {})).toMatchObject({ ok: true, data: { viewId: 'view-1' } });
  });

  test('carries the language of the page to what stands outside it', async () => {
    const { bridge } = await start();
    bridge.speak?.('es');
    await until(() => world.trays[0]?.menu?.items.some(({ label }) => label === 'Salir de Vigía') === true, 5_000);
  });

  test('carries topics, without the event that holds the sender', async () => {
    const { bridge } = await start();
    const heard: unknown[][] = [];
    const stop = bridge.onTopic((...args) => heard.push(args));
    engine.topics.emit('alerts.changed', { ruleId: 'workers' });
    stop();
    engine.topics.emit('alerts.changed', { ruleId: 'later' });
    expect(heard).toEqual([['alerts.changed', { ruleId: 'workers' }]]);
  });

  test('knows only the names that the contract itself has', async () => {
    const { bridge } = await start();
    for (const name of ['constructor', 'toString', '__proto__', 'no.such']) {
      expect(await bridge.call(name, {})).toMatchObject({ ok: false, error: { code: 'CALL_UNKNOWN' } });
    }
  });

  test('answers calls that were made before the engine was up', async () => {
    const late = Promise.withResolvers<DesktopEngine>();
    const running = run(() => late.promise);
    app.ready.resolve();
    await running;
    await loadPreload();
    const answer = (world.exposed.get(bridgeName) as Bridge).call('dashboard.get', {});
    late.resolve({ ...scriptedEngine({ 'dashboard.get': async () => dashboardView() }), stop: async () => undefined });
    expect(await answer).toMatchObject({ ok: true });
  });
});

describe('a call over IPC', () => {
  const invoke = async (event: object, ...args: unknown[]) =>
    (await invokeFrom(event, callChannel, ...args)) as Envelope;

  test('from another origin is refused', async () => {
    await start();
    const evil = { url: 'https://evil.example/', origin: 'https://evil.example', parent: null };
    expect(await invoke({ sender: { mainFrame: evil }, senderFrame: evil }, 'dashboard.get', {})).toMatchObject(
      refused,
    );
    const lookalike = { url: 'app://vigia.evil/index.html', origin: 'app://vigia.evil', parent: null };
    expect(
      await invoke({ sender: { mainFrame: lookalike }, senderFrame: lookalike }, 'dashboard.get', {}),
    ).toMatchObject(refused);
  });

  test('from a frame inside the page is refused, even of our own origin', async () => {
    const { window } = await start();
    const sender = window.webContents;
    const inner = { ...sender.mainFrame, parent: sender.mainFrame };
    expect(await invoke({ sender, senderFrame: inner }, 'dashboard.get', {})).toMatchObject(refused);
  });

  test('from a frame that is gone is refused', async () => {
    const { window } = await start();
    expect(await invoke({ sender: window.webContents, senderFrame: null }, 'dashboard.get', {})).toMatchObject(refused);
  });

  test('without a name is refused', async () => {
    const { window } = await start();
    const sender = window.webContents;
    expect(await invoke({ sender, senderFrame: sender.mainFrame }, { toString: 'x' }, {})).toMatchObject(refused);
  });
});

describe('the program', () => {
  test('starts no engine when another instance has the data folder, and exits 3', async () => {
    world.isFirstInstance = false;
    const startEngine = vi.fn<() => Promise<DesktopEngine>>();
    await run(startEngine);
    expect(world.exitCode).toBe(3);
    expect(startEngine).not.toHaveBeenCalled();
  });

  test('brings its window to the front when it is started again', async () => {
    const { window } = await start();
    window.minimized = true;
    app.emit('second-instance');
    expect(window).toMatchObject({ minimized: false, focused: true });
  });

  test('stops the engine once before it ends, however often it is told to', async () => {
    const { window } = await start();
    window.close();
    app.quit();
    app.quit();
    await until(() => world.exitCode !== null, 1_000);
    expect([stops, world.exitCode]).toEqual([1, 0]);
    expect(existsSync(join(folder, 'desktop', 'window.json'))).toBe(true);
  });

  test('says why it cannot start, and ends with the exit code that belongs to it', async () => {
    app.ready.resolve();
    await run(async () => {
      throw new EngineError('CONFIG_INVALID', 'VIGIA_PORT is "x"');
    });
    await until(() => world.exitCode !== null, 1_000);
    expect(world.exitCode).toBe(2);
    expect(world.errorBoxes[0]?.content).toContain('VIGIA_PORT is "x"');
  });
});
