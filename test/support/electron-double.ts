/**
 * Stands in for the `electron` module in tests of the real main and preload: as strict as Electron where strictness matters.
 * It clones what crosses a process border, refuses a second handler and unknown channels, names the sending frame, and lets
 * nothing but plain data and functions over the context bridge. `electron-double.types.ts` keeps its members in step.
 */
import { EventEmitter } from 'node:events';

type Handler = (event: object, ...args: unknown[]) => unknown;
type PageHandler = (request: { url: string }) => Promise<Response>;

/** What tests see and set. */
export const world = {
  /** False: another instance holds the lock. */
  isFirstInstance: true,
  exitCode: null as number | null,
  /** `fixed-key`: Linux without a keyring, where anybody could open what is sealed. */
  keychain: 'real' as 'real' | 'fixed-key' | 'none',
  errorBoxes: [] as { title: string; content: string }[],
  /** Those that were shown and not closed by the program. */
  notifications: [] as Notification[],
  trays: [] as Tray[],
  hasTrayPlace: true,
  showsNotifications: true,
  locale: 'en-GB',
  opened: [] as string[],
  paths: new Map<string, string>([['userData', '/nowhere']]),
  privilegedSchemes: [] as string[],
  pages: new Map<string, PageHandler>(),
  handlers: new Map<string, Handler>(),
  exposed: new Map<string, unknown>(),
  windows: [] as BrowserWindow[],
  permissionAnswers: { request: null as unknown, check: null as unknown },
  rendererListeners: new EventEmitter(),
  reset(): void {
    this.isFirstInstance = true;
    this.exitCode = null;
    this.keychain = 'real';
    [this.hasTrayPlace, this.showsNotifications, this.locale] = [true, true, 'en-GB'];
    app.hasStarted = false;
    for (const list of [
      this.errorBoxes,
      this.notifications,
      this.trays,
      this.opened,
      this.privilegedSchemes,
      this.windows,
    ])
      list.length = 0;
    for (const map of [this.pages, this.handlers, this.exposed]) map.clear();
    this.rendererListeners.removeAllListeners();
    app.removeAllListeners();
    app.ready = Promise.withResolvers<void>();
  },
};

/** Electron's algorithm for IPC: what it cannot clone is an error. */
const clone = <Value>(value: Value): Value => structuredClone(value);

class App extends EventEmitter {
  ready = Promise.withResolvers<void>();
  hasStarted = false;
  isReady(): boolean {
    return this.hasStarted;
  }
  setPath(name: string, path: string): void {
    world.paths.set(name, path);
  }
  getPath(name: string): string {
    return world.paths.get(name) ?? '';
  }
  requestSingleInstanceLock(): boolean {
    return world.isFirstInstance;
  }
  async whenReady(): Promise<void> {
    await this.ready.promise;
    this.hasStarted = true;
  }
  getLocale(): string {
    return this.hasStarted ? world.locale : '';
  }
  /** As Electron does: windows close, then `will-quit` may still hold the end back. */
  quit(): void {
    for (const window of [...world.windows]) window.close();
    const event = preventable();
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code = 0): void {
    world.exitCode ??= code;
  }
}
export const app = new App();

export const protocol = {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]): void {
    world.privilegedSchemes.push(...schemes.map(({ scheme }) => scheme));
  },
  handle(scheme: string, handler: PageHandler): void {
    if (world.pages.has(scheme)) throw new Error(`The protocol ${scheme} is handled already`);
    world.pages.set(scheme, handler);
  },
};

export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (world.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    world.handlers.set(channel, handler);
  },
};

interface Frame {
  readonly url: string;
  readonly origin: string;
  readonly parent: Frame | null;
}

class WebContents extends EventEmitter {
  readonly mainFrame: Frame = { url: 'app://vigia/index.html', origin: 'app://vigia', parent: null };
  windowOpenHandler: ((details: { url: string }) => { action: string }) | null = null;
  destroyed = false;
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.windowOpenHandler = handler;
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    world.rendererListeners.emit(channel, { sender: this, senderId: 0 }, ...args.map(clone));
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...world.windows];
  }
  readonly webContents = new WebContents();
  readonly options: Record<string, unknown> & { webPreferences: Record<string, unknown> };
  loaded: string | null = null;
  shown = false;
  focused = false;
  maximized = false;
  minimized = false;
  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    world.windows.push(this);
  }
  async loadURL(url: string): Promise<void> {
    this.loaded = url;
  }
  show(): void {
    this.shown = true;
  }
  focus(): void {
    this.focused = true;
  }
  restore(): void {
    this.minimized = false;
  }
  maximize(): void {
    this.maximized = true;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 10, y: 20, width: 1200, height: 800 };
  }
  close(): void {
    this.emit('close', preventable());
    this.webContents.destroyed = true;
    world.windows.splice(world.windows.indexOf(this), 1);
    if (world.windows.length === 0) app.emit('window-all-closed');
  }
}

export const screen = {
  getAllDisplays: (): { workArea: { x: number; y: number; width: number; height: number } }[] => [
    { workArea: { x: 0, y: 0, width: 1920, height: 1080 } },
  ],
};

export const shell = {
  async openExternal(url: string): Promise<void> {
    world.opened.push(url);
  },
};

export const dialog = {
  showErrorBox(title: string, content: string): void {
    world.errorBoxes.push({ title, content });
  },
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: unknown): void {
      world.permissionAnswers.request = handler;
    },
    setPermissionCheckHandler(handler: unknown): void {
      world.permissionAnswers.check = handler;
    },
  },
};

interface NotificationOptions {
  title: string;
  body: string;
  actions?: { type: 'button'; text: string }[];
}

export class Notification extends EventEmitter {
  static isSupported(): boolean {
    return world.showsNotifications;
  }
  readonly options: NotificationOptions;
  constructor(options: NotificationOptions) {
    super();
    if (!app.isReady()) throw new Error('Cannot create Notification before app is ready');
    this.options = options;
  }
  show(): void {
    world.notifications.push(this);
  }
  close(): void {
    const index = world.notifications.indexOf(this);
    if (index >= 0) world.notifications.splice(index, 1);
  }
}

class NativeImage {
  readonly scales: number[] = [1];
  readonly png: Buffer;
  constructor(png: Buffer) {
    this.png = png;
  }
  addRepresentation({ scaleFactor, buffer }: { scaleFactor: number; buffer: Buffer }): void {
    checkPng(buffer);
    this.scales.push(scaleFactor);
  }
}

/** Electron makes an empty picture of what it cannot read, which nobody sees. */
function checkPng(buffer: Buffer): void {
  if (buffer.toString('latin1', 1, 4) !== 'PNG') throw new Error('The picture is no PNG');
}

export const nativeImage = {
  createFromBuffer(buffer: Buffer): NativeImage {
    checkPng(buffer);
    return new NativeImage(buffer);
  },
};

interface MenuItem {
  readonly label?: string;
  readonly type?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
}

export class Menu {
  static buildFromTemplate(template: MenuItem[]): Menu {
    for (const { label, type } of template)
      if (label === undefined && type !== 'separator')
        throw new Error('Invalid template for MenuItem: must have label');
    return new Menu(template);
  }
  readonly items: readonly MenuItem[];
  constructor(items: readonly MenuItem[]) {
    this.items = items;
  }
}

export class Tray extends EventEmitter {
  image: NativeImage;
  toolTip = '';
  menu: Menu | null = null;
  #isDestroyed = false;
  constructor(image: NativeImage) {
    super();
    if (!app.isReady()) throw new Error('Cannot create Tray before app is ready');
    if (!world.hasTrayPlace) throw new Error('Failed to create a tray icon');
    this.image = image;
    world.trays.push(this);
  }
  setImage(image: NativeImage): void {
    this.#check();
    this.image = image;
  }
  setToolTip(text: string): void {
    this.#check();
    this.toolTip = text;
  }
  setContextMenu(menu: Menu | null): void {
    this.#check();
    this.menu = menu;
  }
  destroy(): void {
    this.#isDestroyed = true;
    world.trays.splice(world.trays.indexOf(this), 1);
  }
  #check(): void {
    if (this.#isDestroyed) throw new Error('Tray is destroyed');
  }
}

/** Seals by turning the bytes round, so that a test can tell sealed from open. */
export const safeStorage = {
  isEncryptionAvailable: (): boolean => world.keychain !== 'none',
  getSelectedStorageBackend: (): string => (world.keychain === 'fixed-key' ? 'basic_text' : 'gnome_libsecret'),
  encryptString: (text: string): Buffer => Buffer.from(Buffer.from(text, 'utf8').toReversed()),
  decryptString: (sealed: Buffer): string => Buffer.from(sealed.toReversed()).toString('utf8'),
};

export const ipcRenderer = {
  /** The first window's main frame sends, unless a test says another. */
  async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    const sender = world.windows[0]?.webContents;
    if (!sender) throw new Error('There is no window to send from');
    return await invokeFrom({ sender, senderFrame: sender.mainFrame }, channel, ...args);
  },
  on(channel: string, listener: (...args: unknown[]) => void): void {
    world.rendererListeners.on(channel, listener);
  },
  removeListener(channel: string, listener: (...args: unknown[]) => void): void {
    world.rendererListeners.removeListener(channel, listener);
  },
};

/** An invoke from any frame: what a hostile one would try. */
export async function invokeFrom(event: object, channel: string, ...args: unknown[]): Promise<unknown> {
  const handler = world.handlers.get(channel);
  if (!handler) throw new Error(`No handler registered for '${channel}'`);
  return clone(await handler(event, ...args.map(clone)));
}

export const contextBridge = {
  exposeInMainWorld(name: string, value: unknown): void {
    if (world.exposed.has(name)) throw new Error(`Cannot bind an API on top of an existing property: ${name}`);
    world.exposed.set(name, crossBridge(value, name));
  },
};

/** Functions become proxies whose arguments and results cross too; objects are copied; anything with a class is refused. */
function crossBridge(value: unknown, path: string): unknown {
  if (typeof value === 'function') {
    return (...args: unknown[]) => {
      const result: unknown = Reflect.apply(
        value,
        undefined,
        args.map((argument) => crossBridge(argument, `${path}()`)),
      );
      return result instanceof Promise
        ? result.then((settled) => crossBridge(settled, path))
        : crossBridge(result, path);
    };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => crossBridge(item, `${path}[${index}]`));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new Error(`${path} cannot cross the bridge: it is an instance of a class`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, crossBridge(item, `${path}.${key}`)]));
}

function preventable(): { defaultPrevented: boolean; preventDefault(): void } {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}
