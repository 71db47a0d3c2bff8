/** A {@link Bridge} over one WebSocket that reconnects by itself; calls made while it is down are rejected at once. */
import type { Bridge, EngineMessage, Envelope } from '../../shared/wire.ts';
import type { BrowserClock, Stop } from '../clock.ts';
import { createEngineLink, type EngineLink, type EngineLinkStore } from './link.ts';

const firstDelayMs = 250;
const longestDelayMs = 10_000;
const refusedDelayMs = 30_000;
/** How long a call may wait for a connection that is being opened. */
const openingPatienceMs = 5_000;

/** The part of a WebSocket that is used. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

export interface SocketBridgeOptions {
  readonly open: () => Socket;
  readonly clock: BrowserClock;
  /** Beyond the time a call itself asks to wait (`waitMs`). */
  readonly callTimeoutMs: number;
  /** Asked after a connection that never opened: whether the engine is there but refuses us. */
  readonly isRefused: () => Promise<boolean>;
}

interface Pending {
  readonly settle: (envelope: Envelope) => void;
  readonly text: string;
  sent: boolean;
}

export interface SocketBridge extends Bridge {
  readonly link: EngineLinkStore;
  /** Tries now instead of waiting for the next attempt. */
  retryNow(): void;
  close(): void;
}

const disconnected = (message: string): Envelope => ({
  ok: false,
  error: {
    code: 'CALL_DISCONNECTED',
    message,
    help: 'The connection to the engine was lost; it is tried again by itself.',
    retryable: true,
    details: {},
  },
});

export function createSocketBridge({ open, clock, callTimeoutMs, isRefused }: SocketBridgeOptions): SocketBridge {
  const link = createEngineLink(clock.now(), 'connecting');
  const pending = new Map<number, Pending>();
  const listeners = new Set<(topic: string, payload: unknown) => void>();
  let socket: Socket | null = null;
  let isOpen = false;
  let attempt = 0;
  let nextId = 1;
  let stopRetry: Stop | null = null;
  let isClosed = false;

  const setPhase = (phase: EngineLink['phase'], nextTryAtMs: number | null): void => {
    const before = link.getState();
    // "Unreachable since" must survive the attempts in between.
    link.setState({ phase, sinceMs: before.phase === phase ? before.sinceMs : clock.now(), nextTryAtMs });
  };

  const failAll = (message: string): void => {
    for (const call of [...pending.values()]) call.settle(disconnected(message));
  };

  const onMessage = (data: unknown): void => {
    const message = parse(data);
    if (!message) return;
    if ('topic' in message) for (const listener of [...listeners]) listener(message.topic, message.payload);
    else pending.get(message.id)?.settle(message.envelope);
  };

  const scheduleRetry = (delayMs: number, phase: EngineLink['phase']): void => {
    setPhase(phase, clock.now() + delayMs);
    stopRetry = clock.after(delayMs, connect);
  };

  const onClose = async (wasOpen: boolean): Promise<void> => {
    socket = null;
    isOpen = false;
    failAll('The connection to the engine was lost');
    if (isClosed) return;
    const refused = !wasOpen && (await isRefused());
    if (isClosed || socket !== null) return;
    if (refused) scheduleRetry(refusedDelayMs, 'refused');
    else scheduleRetry(backOffMs(attempt++, clock.random()), 'disconnected');
  };

  const connect = (): void => {
    stopRetry?.();
    stopRetry = null;
    const current = open();
    socket = current;
    let wasOpen = false;
    current.onopen = () => {
      wasOpen = true;
      isOpen = true;
      attempt = 0;
      setPhase('connected', null);
      for (const call of pending.values()) if (!call.sent) transmit(current, call);
    };
    current.onmessage = (event) => onMessage(event.data);
    current.onclose = () => {
      current.onclose = null;
      void onClose(wasOpen);
    };
  };

  const call = (name: string, input: unknown): Promise<Envelope> =>
    new Promise((resolve) => {
      const connecting = socket !== null && !isOpen && link.getState().phase === 'connecting';
      if (!isOpen && !connecting) {
        resolve(disconnected(`${name}: the engine cannot be reached`));
        return;
      }
      const id = nextId++;
      const budgetMs = callTimeoutMs + waitOf(input) + (isOpen ? 0 : openingPatienceMs);
      const stop = clock.after(budgetMs, () => {
        pending.get(id)?.settle(disconnected(`${name}: the engine did not answer within ${budgetMs / 1000} s`));
      });
      const entry: Pending = {
        text: JSON.stringify({ id, call: name, input }),
        sent: false,
        settle(envelope) {
          stop();
          pending.delete(id);
          resolve(envelope);
        },
      };
      pending.set(id, entry);
      if (socket && isOpen) transmit(socket, entry);
    });

  connect();
  return {
    call,
    link,
    onTopic(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retryNow() {
      if (socket === null && !isClosed) connect();
    },
    close() {
      isClosed = true;
      stopRetry?.();
      socket?.close();
      failAll('The console closed the connection');
    },
  };
}

function transmit(socket: Socket, call: Pending): void {
  call.sent = true;
  socket.send(call.text);
}

/** Doubles from a quarter second to ten, a random quarter up or down so that many consoles do not return at once. */
function backOffMs(attempt: number, random: number): number {
  const base = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return Math.round(base * (0.75 + random * 0.5));
}

function waitOf(input: unknown): number {
  if (typeof input !== 'object' || input === null || !('waitMs' in input)) return 0;
  return typeof input.waitMs === 'number' ? input.waitMs : 0;
}

function parse(data: unknown): EngineMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const message: unknown = JSON.parse(data);
    return isEngineMessage(message) ? message : null;
  } catch {
    // What is not JSON is not ours; the call that waits for it ends by its own timeout.
    return null;
  }
}

function isEngineMessage(message: unknown): message is EngineMessage {
  if (typeof message !== 'object' || message === null) return false;
  if ('topic' in message) return typeof message.topic === 'string';
  return 'id' in message && typeof message.id === 'number' && 'envelope' in message;
}
