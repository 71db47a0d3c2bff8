/** The desktop program's life: one instance, one window, an engine that is stopped before the program ends. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, session } from 'electron';
import { exitCodeOf, lastWords } from '../shared/command-line.ts';
import { createDispatcher, type Dispatch } from '../shared/dispatcher.ts';
import type { HostedEngine } from '../shared/hosted-engine.ts';
import { AlertDesk } from './alert-desk.ts';
import { forwardTopics, hearLanguage, serveCalls } from './ipc.ts';
import type { AlertNotice } from './notice-words.ts';
import { declarePageScheme, pageUrl, servePage } from './page.ts';
import { denyPermissions, openWindow } from './window.ts';

/** An engine that keeps us longer is left to the operating system. */
const stopPatienceMs = 4_000;
const alreadyRunningExitCode = 3;

export interface DesktopEngine extends HostedEngine {
  stop(): Promise<void>;
}

export interface DesktopOptions {
  readonly dataDir: string;
  readonly preloadFile: string;
  readonly rendererDir: string;
  readonly startEngine: (notify: (notice: AlertNotice) => void) => Promise<DesktopEngine>;
  /** For tests of what other systems do; this one unless told otherwise. */
  readonly platform?: NodeJS.Platform;
  readonly onProblem: (what: string, error: unknown) => void;
}

export async function runDesktop(options: DesktopOptions): Promise<void> {
  // Electron's own lock and files belong to the data folder, so that two folders are two instances.
  app.setPath('userData', join(options.dataDir, 'desktop'));
  if (!app.requestSingleInstanceLock()) {
    options.onProblem('start', `Another Vigía uses the data folder ${options.dataDir}; its window comes to the front`);
    app.exit(alreadyRunningExitCode);
    return;
  }
  declarePageScheme();
  const stateFile = join(app.getPath('userData'), 'window.json');
  const open = (url: string): BrowserWindow => openWindow({ ...options, stateFile, url });
  const dispatcher = Promise.withResolvers<Dispatch>();
  const desk = new AlertDesk({
    stateFile: join(app.getPath('userData'), 'desk.json'),
    showPage: (page) => showWindow(open, page, options),
    dispatch: dispatcher.promise,
    onProblem: options.onProblem,
  });
  const engine = Promise.resolve().then(() => options.startEngine((notice) => desk.tell(notice)));
  engine.then((running) => {
    dispatcher.resolve(dispatcherOf(running, options));
    desk.follow(running);
  }, dispatcher.reject);
  dispatcher.promise.catch((error: unknown) => failToStart(error));
  stopWithTheApp(engine, desk, options);
  serveCalls(dispatcher.promise);
  hearLanguage((language) => desk.speak(language));
  app.on('second-instance', () => showWindow(open, null, options));
  app.on('activate', () => showWindow(open, null, options));
  app.on('window-all-closed', () => withoutWindow(desk, options.platform ?? process.platform));
  await app.whenReady();
  denyPermissions(session.defaultSession);
  servePage(options.rendererDir);
  desk.openTray();
  open(pageUrl);
}

/** Alerts are watched on where an icon is sure to be in sight; on Linux the desktop may show none, so closing ends the program. */
function withoutWindow(desk: AlertDesk, platform: NodeJS.Platform): void {
  if (platform === 'darwin') return;
  if (platform === 'win32' && desk.hasTray) desk.sayItGoesOn();
  else app.quit();
}

function dispatcherOf(engine: HostedEngine, { onProblem }: DesktopOptions): Dispatch {
  forwardTopics(engine);
  return createDispatcher({
    handlers: engine.handlers,
    onCommand: (record) => engine.audit(record),
    onDefect: onProblem,
  });
}

/** @param page of the console, as in its address; null: where it is */
function showWindow(open: (url: string) => BrowserWindow, page: string | null, { onProblem }: DesktopOptions): void {
  const url = page === null ? pageUrl : `${pageUrl}#/${page}`;
  const known = BrowserWindow.getAllWindows()[0];
  const window = known ?? open(url);
  // Only what follows the # differs, so the page stays loaded and moves by itself.
  if (known && page !== null) known.loadURL(url).catch((error: unknown) => onProblem('page', error));
  if (window.isMinimized()) window.restore();
  window.focus();
}

function failToStart(error: unknown): void {
  dialog.showErrorBox('Vigía cannot start', lastWords(error));
  app.exit(exitCodeOf(error));
}

/** Windows close first and keep their state; then the engine stops, and the program ends. */
function stopWithTheApp(engine: Promise<DesktopEngine>, desk: AlertDesk, { onProblem }: DesktopOptions): void {
  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    desk.close();
    const patience = setTimeout(() => app.exit(0), stopPatienceMs);
    engine
      .then((running) => running.stop())
      .catch((error: unknown) => onProblem('stop', error))
      .finally(() => {
        clearTimeout(patience);
        app.exit(0);
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}
