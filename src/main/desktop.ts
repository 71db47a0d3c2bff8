/** The desktop program's life: one instance, one window, an engine that is stopped before the program ends. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, Notification, session } from 'electron';
import { exitCodeOf, lastWords } from '../shared/command-line.ts';
import { createDispatcher, type Dispatch } from '../shared/dispatcher.ts';
import type { HostedEngine } from '../shared/hosted-engine.ts';
import { forwardTopics, serveCalls } from './ipc.ts';
import { declarePageScheme, servePage } from './page.ts';
import { denyPermissions, openWindow } from './window.ts';

/** An engine that keeps us longer is left to the operating system. */
const stopPatienceMs = 4_000;
const alreadyRunningExitCode = 3;

export interface DesktopEngine extends HostedEngine {
  stop(): Promise<void>;
}

interface DesktopNotification {
  readonly title: string;
  readonly body: string;
}

export interface DesktopOptions {
  readonly dataDir: string;
  readonly preloadFile: string;
  readonly rendererDir: string;
  readonly startEngine: (notify: (notification: DesktopNotification) => void) => Promise<DesktopEngine>;
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
  const open = (): BrowserWindow => openWindow({ ...options, stateFile: join(app.getPath('userData'), 'window.json') });
  const engine = Promise.resolve().then(() => options.startEngine(showNotification));
  const dispatch = engine.then((running) => dispatcherOf(running, options));
  dispatch.catch((error: unknown) => failToStart(error));
  stopWithTheApp(engine, options);
  serveCalls(dispatch);
  app.on('second-instance', () => showWindow(open));
  app.on('activate', () => showWindow(open));
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  await app.whenReady();
  denyPermissions(session.defaultSession);
  servePage(options.rendererDir);
  open();
}

function dispatcherOf(engine: HostedEngine, { onProblem }: DesktopOptions): Dispatch {
  forwardTopics(engine);
  return createDispatcher({
    handlers: engine.handlers,
    onCommand: (record) => engine.audit(record),
    onDefect: onProblem,
  });
}

function showWindow(open: () => BrowserWindow): void {
  const window = BrowserWindow.getAllWindows()[0] ?? open();
  if (window.isMinimized()) window.restore();
  window.focus();
}

function showNotification({ title, body }: DesktopNotification): void {
  if (Notification.isSupported()) new Notification({ title, body }).show();
}

function failToStart(error: unknown): void {
  dialog.showErrorBox('Vigía cannot start', lastWords(error));
  app.exit(exitCodeOf(error));
}

/** Windows close first and keep their state; then the engine stops, and the program ends. */
function stopWithTheApp(engine: Promise<DesktopEngine>, { onProblem }: DesktopOptions): void {
  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
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
