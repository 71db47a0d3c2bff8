/** Alerts on the desktop: the real main process on the double of Electron, with an engine that a test answers for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { evidenceOf, factsOf } from '../../../engine/alerts/evidence.ts';
import { EngineError } from '../../../engine/base/errors.ts';
import { summaryOf, worstStates } from '../../../src/main/alert-summary.ts';
import { runDesktop } from '../../../src/main/desktop.ts';
import type { AlertNotice } from '../../../src/main/notice-words.ts';
import { trayIcon } from '../../../src/main/tray-icon.ts';
import type { CallInput, CallOutput, Handlers } from '../../../src/shared/contract.ts';
import { languageChannel } from '../../../src/shared/wire.ts';
import { alertsNow, transitions } from '../../support/console-health.ts';
import { app, invokeFrom, world } from '../../support/electron-double.ts';
import { type ScriptedEngine, scriptedEngine } from '../../support/scripted-engine.ts';
import { until } from '../../support/until.ts';

type Status = CallOutput<'alerts.now'>['alerts'][number];

const nowMs = Date.UTC(2026, 10, 23, 9);
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let folder: string;
let problems: unknown[][];
let statuses: Status[];
let isBlind: boolean;
let commands: { acknowledged: string[]; silenced: CallInput<'alerts.silences.add'>[] };
let listeners: Map<string, readonly ((...args: never[]) => void)[]>;

beforeEach(() => {
  world.reset();
  folder = mkdtempSync(join(tmpdir(), 'vigia-desk-'));
  mkdirSync(join(folder, 'desktop'));
  [problems, statuses, isBlind] = [[], alertsNow(nowMs, false), false];
  commands = { acknowledged: [], silenced: [] };
  listeners = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
});
async function quit(): Promise<void> {
  app.quit();
  await until(() => world.exitCode !== null, 5_000);
}
afterEach(async () => {
  await quit();
  for (const signal of signals) {
    for (const listener of process.listeners(signal))
      if (!listeners.get(signal)?.includes(listener)) process.removeListener(signal, listener);
  }
  rmSync(folder, { recursive: true, force: true });
});

/** What a second process would find: the folder stays, everything in memory is new. */
function restart(): void {
  world.reset();
}

interface Desk {
  readonly engine: ScriptedEngine;
  readonly tell: (notice: AlertNotice) => void;
}

function handlers(): Partial<Handlers> {
  return {
    'alerts.now': async () => ({ alerts: statuses }),
    'alerts.gaps': async () => ({
      gaps: isBlind ? [{ id: 1, fromMs: nowMs, toMs: null, reason: 'own-network', detail: '' }] : [],
    }),
    'alerts.history': async ({ ruleId }) => ({
      transitions: transitions(nowMs, 40).filter((each) => each.ruleId === ruleId && each.to === 'firing'),
      totalCount: 1,
      hasMoreThanCounted: false,
      nextBeforeId: null,
    }),
    async 'alerts.acknowledge'({ ruleId }) {
      if (ruleId === 'ended') throw new EngineError('ALERT_NOT_FIRING', '"Ended" is resolved');
      commands.acknowledged.push(ruleId);
      return { done: true };
    },
    async 'alerts.silences.add'(draft) {
      commands.silenced.push(draft);
      return { ...draft, hours: null, id: '1', fromMs: nowMs, untilMs: null, who: 'desktop', createdAtMs: nowMs };
    },
  };
}

async function start(platform: NodeJS.Platform = 'linux'): Promise<Desk> {
  const engine = scriptedEngine(handlers());
  const told = Promise.withResolvers<Desk['tell']>();
  const running = runDesktop({
    dataDir: folder,
    preloadFile: '/app/out/preload/index.cjs',
    rendererDir: folder,
    startEngine: async (notify) => {
      told.resolve(notify);
      return { ...engine, stop: async () => undefined };
    },
    onProblem: (...problem) => problems.push(problem),
    platform,
  });
  app.ready.resolve();
  await running;
  const tell = await told.promise;
  await until(() => world.trays.length === 0 || !/Cannot be known|No se puede saber/.test(tray().toolTip), 5_000);
  return { engine, tell };
}

function tray() {
  const [found] = world.trays;
  if (!found) throw new Error('there is no tray');
  return found;
}

const labels = (): string[] => (tray().menu?.items ?? []).flatMap(({ label }) => label ?? []);

function choose(text: string): void {
  const item = tray().menu?.items.find(({ label }) => label?.includes(text) === true);
  if (!item?.click) throw new Error(`the menu has no entry to choose with "${text}": ${labels().join(', ')}`);
  item.click();
}

function newest() {
  const notification = world.notifications.at(-1);
  if (!notification) throw new Error('nothing is shown');
  return notification;
}

const press = (index: number): boolean => newest().emit('action', { actionIndex: index });
const speak = (language: unknown, from: Partial<typeof ourFrame> = {}): Promise<unknown> =>
  invokeFrom({ senderFrame: { ...ourFrame, ...from } }, languageChannel, language);
const ourFrame = { url: 'app://vigia/index.html', origin: 'app://vigia', parent: null };

type Told = AlertNotice['alerts'][number];
const told = (ruleId: string, change: Partial<Told> = {}): Told => ({
  ...{ ruleId, title: `Rule ${ruleId}`, to: 'firing', evidence: 'none' },
  ...change,
});
const notice = (...alerts: Told[]): AlertNotice => ({ title: null, kind: 'alerts', isRepeat: false, alerts });
const fewWorkers = told('workers', { title: 'Fewer than 2 worker slots take jobs' });
const workers = notice(fewWorkers);

describe('a notification', () => {
  test('says what fires, and has acknowledge, open and mute as its buttons', async () => {
    const { tell } = await start();
    tell(workers);
    expect(newest().options).toEqual({
      title: 'Fewer than 2 worker slots take jobs',
      body: 'none',
      actions: ['Acknowledge', 'Open', 'Mute 1 h'].map((text) => ({ type: 'button', text })),
    });
  });

  test('acknowledges and mutes by commands that are audited in the name of the desktop', async () => {
    const { tell, engine } = await start();
    tell(workers);
    press(0);
    await until(() => commands.acknowledged.length === 1, 5_000);
    press(2);
    await until(() => commands.silenced.length === 1, 5_000);
    expect(commands.acknowledged).toEqual(['workers']);
    expect(commands.silenced).toMatchObject([
      { matchers: [{ label: 'rule', operator: 'is', value: 'workers' }], forMs: 3_600_000 },
    ]);
    await until(() => engine.audited.length === 2, 5_000);
    expect(engine.audited.map(({ call, caller }) => [call, caller.name])).toEqual([
      ['alerts.acknowledge', 'desktop'],
      ['alerts.silences.add', 'desktop'],
    ]);
  });

  test.each(['its button', 'a click'])('opens the change with which the alert began, by %s', async (way) => {
    const { tell } = await start();
    const [window] = world.windows;
    if (window) window.minimized = true;
    tell(workers);
    if (way === 'a click') newest().emit('click');
    else press(1);
    await until(() => window?.loaded?.includes('#/alerts') === true, 5_000);
    const change = transitions(nowMs, 40).find(({ ruleId, to }) => ruleId === 'workers' && to === 'firing')?.id;
    expect(window?.loaded).toBe(`app://vigia/index.html#/alerts?tab=history&rule=workers&change=${change}`);
    expect(window).toMatchObject({ minimized: false, focused: true });
  });

  test('of an end, or of several alerts, has nothing to acknowledge and opens what it is of', async () => {
    const { tell } = await start();
    tell(notice({ ...fewWorkers, to: 'resolved' }));
    expect(newest().options.actions).toEqual([]);
    tell(notice(...['a', 'b', 'c', 'd', 'e'].map((id) => told(id)), { ...fewWorkers, to: 'resolved' }));
    expect(newest().options).toMatchObject({
      title: '6 alerts: 5 firing, 1 resolved',
      body: 'Resolved: Fewer than 2 worker slots take jobs\nRule e\nRule d\nRule c\nand 2 more…',
      actions: [],
    });
    newest().emit('click');
    await until(() => world.windows[0]?.loaded === 'app://vigia/index.html#/alerts', 5_000);
  });

  test('of the same rule takes the place of the one before', async () => {
    const { tell } = await start();
    tell(workers);
    tell(notice({ ...fewWorkers, to: 'resolved' }));
    tell(notice(told('memory')));
    expect(world.notifications.map(({ options }) => options.title)).toEqual([
      'Resolved: Fewer than 2 worker slots take jobs',
      'Rule memory',
    ]);
  });

  test('says why a button could not do its work', async () => {
    const { tell } = await start();
    tell(notice(told('ended')));
    press(0);
    await until(() => newest().options.title === 'That could not be done', 5_000);
    expect(newest().options.body).toContain('"Ended" is resolved');
  });

  test('that the system cannot show is refused, so that the outbox tries again', async () => {
    const { tell } = await start();
    world.showsNotifications = false;
    expect(() => tell(workers)).toThrow('no notifications');
  });

  test('speaks the language of the console, also before a page is there; the system’s only until a page said one', async () => {
    world.locale = 'es-CL';
    const first = await start();
    first.tell(workers);
    expect(newest().options.actions?.map(({ text }) => text)).toEqual(['Reconocer', 'Abrir', 'Silenciar 1 h']);
    expect(labels()).toContain('Salir de Vigía');
    await speak('en');
    first.tell(workers);
    expect(newest().options.actions?.map(({ text }) => text)).toEqual(['Acknowledge', 'Open', 'Mute 1 h']);
    expect(labels()).toContain('Quit Vigía');
    await quit();
    restart();
    world.locale = 'es-CL';
    await start();
    expect(labels()).toContain('Quit Vigía');
  });

  test('hears of no language from a page that is not ours, and of none that it does not speak', async () => {
    await start();
    await speak('es', { origin: 'https://example.org' });
    await speak('fr');
    expect(labels()).toContain('Quit Vigía');
  });

  test('is worded in Spanish from the figures, its title, evidence and sums', async () => {
    const { tell } = await start();
    await speak('es');
    const rule = defaultRules.find(({ id }) => id === 'workers-few');
    if (!rule) throw new Error('no such rule');
    const facts = factsOf(rule, { outcome: 'value', value: 1.5, observationCount: 1_200 });
    tell(notice({ ...fewWorkers, evidence: evidenceOf(facts), facts }));
    expect(newest().options).toMatchObject({
      title: 'Menos de 2 puestos de trabajo reciben tareas',
      body: '1,5 en promedio durante 30 s (1.200 observaciones), bajo 2',
    });
    tell({ ...notice(fewWorkers), isRepeat: true });
    expect(newest().options.title).toBe('Sigue: Menos de 2 puestos de trabajo reciben tareas');
    tell({ ...notice(told('example')), kind: 'test' });
    expect(newest().options).toMatchObject({ title: 'Prueba: Rule example', actions: [] });
    tell(notice(told('a'), { ...fewWorkers, to: 'resolved' }));
    expect(newest().options).toMatchObject({
      title: '2 alertas: 1 activa, 1 resuelta',
      body: 'Resuelta: Menos de 2 puestos de trabajo reciben tareas\nRule a',
    });
  });

  test('keeps the title of a template of the user', async () => {
    const { tell } = await start();
    tell({ ...workers, title: '[ops] workers' });
    expect(newest().options.title).toBe('[ops] workers');
  });
});

describe('the tray', () => {
  test('shows the worst state, the counts and each alert that fires, and follows what changes', async () => {
    const { engine } = await start();
    expect(tray().toolTip).toBe('Vigía: Nothing fires');
    const calm = tray().image;
    statuses = alertsNow(nowMs, true).map((alert) =>
      alert.rule.id === 'memory' ? { ...alert, state: 'firing', acknowledgedBy: 'ana' } : alert,
    );
    engine.topics.emit('alerts.changed', { ruleId: 'workers' });
    await until(() => tray().toolTip.includes('critical'), 5_000);
    expect(tray().toolTip).toBe('Vigía: Critical alerts fire · 1 critical, 1 warning');
    expect(tray().image).not.toBe(calm);
    expect(tray().image.scales).toEqual([1, 2, 3]);
    expect(labels().slice(0, 4)).toEqual([
      'Critical alerts fire',
      '1 critical, 1 warning',
      '⛔ Workers available < 2',
      '⚠ Redis memory > 90 % (acknowledged)',
    ]);
    choose('Workers available');
    await until(() => world.windows[0]?.loaded?.includes('rule=workers') === true, 5_000);
  });

  test('does not let what is silenced or follows from another decide, but counts it', () => {
    const firing = alertsNow(nowMs, true).map((alert) => ({ ...alert, state: 'firing' as const }));
    const held = firing.map((alert) => (alert.rule.id === 'workers' ? { ...alert, silencedBy: 'at night' } : alert));
    expect(summaryOf(held, false)).toMatchObject({ worst: 'warning', heldBackCount: 1 });
    expect(summaryOf(held, false).firing).toHaveLength(firing.length - 1);
  });

  test('never says that all is well when nobody can see, or when nothing could be judged', async () => {
    expect(summaryOf(statuses, true).worst).toBe('unknown');
    expect(summaryOf([], false).worst).toBe('unknown');
    const blind = statuses.map((alert) => ({ ...alert, state: 'noData' as const }));
    expect(summaryOf(blind, false).worst).toBe('unknown');
    const { engine } = await start();
    isBlind = true;
    engine.topics.emit('alerts.changed', { ruleId: 'workers' });
    await until(() => tray().toolTip === 'Vigía: Cannot be known now', 5_000);
  });

  test('holds notifications back while they are paused, and says how many there were', async () => {
    const { tell } = await start();
    choose('Pause notifications for 1 hour');
    tell(workers);
    tell(notice(told('memory')));
    expect(world.notifications).toEqual([]);
    expect(labels().find((label) => label.startsWith('Notifications paused'))).toMatch(
      /until \d\d:\d\d · 2 held back$/,
    );
    choose('Resume');
    expect(newest().options.title).toBe('2 notifications were held back');
    tell(workers);
    expect(newest().options.title).toBe('Fewer than 2 worker slots take jobs');
    expect(labels()).toContain('Pause notifications');
  });

  test('keeps a pause, and the count of what it held back, over a restart', async () => {
    const first = await start();
    choose('Pause notifications for 1 hour');
    first.tell(workers);
    await quit();
    restart();
    const second = await start();
    second.tell(notice(told('memory')));
    expect(world.notifications).toEqual([]);
    expect(labels().find((label) => label.startsWith('Notifications paused'))).toMatch(/ · 2 held back$/);
    choose('Resume');
    expect(newest().options.title).toBe('2 notifications were held back');
    await quit();
    restart();
    await start();
    expect(labels()).toContain('Pause notifications');
  });

  test('ends a pause that ran out while the program did not run, and says what it held back', async () => {
    const state = { language: null, pause: { untilMs: Date.now() - 1, heldCount: 3 } };
    writeFileSync(join(folder, 'desktop', 'desk.json'), JSON.stringify(state));
    await start();
    await until(() => world.notifications.length === 1, 5_000);
    expect(newest().options.title).toBe('3 notifications were held back');
    expect(labels()).toContain('Pause notifications');
  });

  test('starts as if for the first time from a file that cannot be read', async () => {
    writeFileSync(join(folder, 'desktop', 'desk.json'), '{"pause": {"untilMs": "soon"}, "language": 7');
    await start();
    expect(labels()).toContain('Pause notifications');
    expect(problems).toEqual([]);
  });

  test('quits the program, and goes with it', async () => {
    await start();
    choose('Quit');
    await until(() => world.exitCode === 0, 5_000);
    expect(world.trays).toEqual([]);
  });

  test('brings the window back', async () => {
    await start('win32');
    world.windows[0]?.close();
    expect(world.exitCode).toBeNull();
    expect(newest().options.title).toBe('Vigía goes on watching');
    choose('Open Vigía');
    expect(world.windows[0]?.loaded).toBe('app://vigia/index.html');
  });

  test('opens the alert in a new window when there is none', async () => {
    const { tell } = await start('win32');
    world.windows[0]?.close();
    tell(workers);
    newest().emit('click');
    await until(() => world.windows.length === 1, 5_000);
    expect(world.windows[0]?.loaded).toContain('#/alerts?tab=history&rule=workers');
  });

  test('that the system has no place for keeps nothing from working, and closing the window then ends the program', async () => {
    world.hasTrayPlace = false;
    const { tell } = await start('win32');
    expect(problems.map(([what]) => what)).toEqual(['tray']);
    tell(workers);
    expect(world.notifications).toHaveLength(1);
    world.windows[0]?.close();
    await until(() => world.exitCode === 0, 5_000);
  });
});

test('the five icons differ in shape, not in colour alone', () => {
  const outlines = worstStates.map((state) => {
    const png = trayIcon(state, 32);
    const start = png.indexOf('IDAT') + 4;
    const lines = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
    expect(lines).toHaveLength(32 * (1 + 32 * 4));
    return Array.from({ length: 32 * 32 }, (_, n) => lines[Math.floor(n / 32) * 129 + 1 + (n % 32) * 4 + 3] ?? 0);
  });
  for (const [index, outline] of outlines.entries()) {
    for (const other of outlines.slice(index + 1)) {
      const different = outline.filter((alpha, at) => Math.abs(alpha - (other[at] ?? 0)) > 128).length;
      expect(different).toBeGreaterThan(80);
    }
  }
});
