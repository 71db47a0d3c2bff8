/** The console's window: its page and nothing else, in a sandbox, where it was the last time. */
import { BrowserWindow, type Session, screen, shell } from 'electron';
import { readWindowState, smallest, type WindowState, writeWindowState } from './window-state.ts';

export interface WindowOptions {
  readonly preloadFile: string;
  readonly stateFile: string;
  /** Our page, with a place in it after the `#` where that is wanted. */
  readonly url: string;
  readonly onProblem: (what: string, error: unknown) => void;
}

export function openWindow({ preloadFile, stateFile, url, onProblem }: WindowOptions): BrowserWindow {
  const state = readWindowState(
    stateFile,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...state.position,
    width: state.width,
    height: state.height,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Vigía',
    backgroundColor: '#0f1216',
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  if (state.maximized) window.maximize();
  confine(window);
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeWindowState(stateFile, stateOf(window), (error) => onProblem('window state', error)));
  window.loadURL(url).catch((error: unknown) => onProblem('page', error));
  return window;
}

/** No page asks for camera, location or anything else here. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
}

/** The window stays on its page; a link to the web opens in the user's browser. */
function confine(window: BrowserWindow): void {
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  window.webContents.on('will-frame-navigate', (event) => event.preventDefault());
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

function stateOf(window: BrowserWindow): WindowState {
  const { x, y, width, height } = window.getNormalBounds();
  return { position: { x, y }, width, height, maximized: window.isMaximized() };
}
