/** Finds the way to the engine: the bridge that Electron's preload exposes, else a WebSocket on the page's own origin. */
import { type Bridge, bridgeName } from '../../shared/wire.ts';
import type { BrowserClock } from '../clock.ts';
import { createEngineLink, type EngineLinkStore } from './link.ts';
import { createSocketBridge, type Socket } from './socket-bridge.ts';
import { keepToken, takeToken, tokenProtocol } from './token.ts';

const callTimeoutMs = 15_000;

export interface Connection {
  readonly bridge: Bridge;
  readonly link: EngineLinkStore;
  retryNow(): void;
  /** Tries again with this token; in a window of Electron there is nothing to sign in to. */
  signIn(token: string): void;
}

export function connect(page: Window, clock: BrowserClock): Connection {
  const bridge = exposedBridge(page);
  if (bridge) {
    // The engine lives in the window's own main process: as long as there is a window there is a link.
    return {
      bridge,
      link: createEngineLink(clock.now(), 'connected'),
      retryNow: () => undefined,
      signIn: () => undefined,
    };
  }
  let token = takeToken(
    {
      hash: page.location.hash,
      replaceHash: (hash) => page.history.replaceState(null, '', `${page.location.pathname}${hash}`),
    },
    page.sessionStorage,
  );
  const socketBridge = createSocketBridge({
    clock,
    callTimeoutMs,
    open: () => openSocket(page, token),
    isRefused: () => isRefused(page, token),
  });
  // A laptop that wakes or a network that returns should not wait for the back-off.
  page.addEventListener('online', () => socketBridge.retryNow());
  return {
    bridge: socketBridge,
    link: socketBridge.link,
    retryNow: () => socketBridge.retryNow(),
    signIn(given) {
      token = given;
      keepToken(given, page.sessionStorage);
      socketBridge.retryNow();
    },
  };
}

function exposedBridge(page: Window): Bridge | null {
  const candidate: unknown = Reflect.get(page, bridgeName);
  return isBridge(candidate) ? candidate : null;
}

function isBridge(candidate: unknown): candidate is Bridge {
  if (typeof candidate !== 'object' || candidate === null) return false;
  return 'call' in candidate && typeof candidate.call === 'function' && 'onTopic' in candidate;
}

function openSocket(page: Window, token: string | null): Socket {
  const scheme = page.location.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = token === null ? ['vigia'] : ['vigia', tokenProtocol(token)];
  const socket = new WebSocket(`${scheme}//${page.location.host}/ws`, protocols);
  const adapter: Socket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
  socket.addEventListener('open', () => adapter.onopen?.());
  socket.addEventListener('message', (event: MessageEvent<unknown>) => adapter.onmessage?.({ data: event.data }));
  socket.addEventListener('close', () => adapter.onclose?.());
  return adapter;
}

/** A browser does not say why a WebSocket was not opened; a plain request does. */
async function isRefused(page: Window, token: string | null): Promise<boolean> {
  try {
    const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
    const response = await page.fetch('/health/system', { headers, signal: AbortSignal.timeout(3_000) });
    return response.status === 401 || response.status === 403;
  } catch {
    // Nobody answers at all: that is "unreachable", not "refused".
    return false;
  }
}
