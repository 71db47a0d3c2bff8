/** The WebSocket bridge: answers find their calls, a lost connection rejects them, and it comes back by itself. */
import { describe, expect, it } from 'vitest';
import { createSocketBridge, type Socket } from '../../../src/renderer/transport/socket-bridge.ts';
import { manualBrowserClock } from './manual-browser-clock.ts';

interface FakeSocket extends Socket {
  readonly sent: { id: number; call: string; input: unknown }[];
}

function setUp(options: { refused?: boolean } = {}) {
  const clock = manualBrowserClock();
  const sockets: FakeSocket[] = [];
  const bridge = createSocketBridge({
    clock,
    callTimeoutMs: 1_000,
    isRefused: async () => options.refused ?? false,
    open() {
      const socket: FakeSocket = {
        sent: [],
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => undefined,
        onopen: null,
        onmessage: null,
        onclose: null,
      };
      sockets.push(socket);
      return socket;
    },
  });
  const latest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('No socket was opened');
    return socket;
  };
  return { clock, sockets, bridge, latest };
}

const answer = (id: number, data: unknown) => ({ data: JSON.stringify({ id, envelope: { ok: true, data } }) });

describe('socket bridge', () => {
  it('gives every call its own answer, in whatever order they come', async () => {
    const { bridge, latest } = setUp();
    latest().onopen?.();
    const first = bridge.call('system.info', {});
    const second = bridge.call('overview.get', {});
    latest().onmessage?.(answer(2, 'second'));
    latest().onmessage?.(answer(1, 'first'));
    await expect(first).resolves.toEqual({ ok: true, data: 'first' });
    await expect(second).resolves.toEqual({ ok: true, data: 'second' });
  });

  it('holds calls made while it first connects and sends them when it is open', async () => {
    const { bridge, latest } = setUp();
    const call = bridge.call('system.info', {});
    expect(latest().sent).toEqual([]);
    latest().onopen?.();
    expect(latest().sent).toEqual([{ id: 1, call: 'system.info', input: {} }]);
    latest().onmessage?.(answer(1, 'there'));
    await expect(call).resolves.toMatchObject({ data: 'there' });
  });

  it('rejects what was under way when the connection is lost, and everything while it is down', async () => {
    const { bridge, latest } = setUp();
    latest().onopen?.();
    const underWay = bridge.call('system.info', {});
    latest().onclose?.();
    await expect(underWay).resolves.toMatchObject({ ok: false, error: { code: 'CALL_DISCONNECTED', retryable: true } });
    await expect(bridge.call('system.info', {})).resolves.toMatchObject({ error: { code: 'CALL_DISCONNECTED' } });
  });

  it('gives a call up after its time, counting the time that the call itself asked to wait', async () => {
    const { bridge, latest, clock } = setUp();
    latest().onopen?.();
    let isSettled = false;
    const call = bridge.call('dashboard.get', { waitMs: 5_000 }).finally(() => {
      isSettled = true;
    });
    await clock.advance(5_900);
    expect(isSettled).toBe(false);
    await clock.advance(200);
    await expect(call).resolves.toMatchObject({ error: { code: 'CALL_DISCONNECTED' } });
  });

  it('comes back with growing pauses and keeps saying since when it is down', async () => {
    const { bridge, latest, sockets, clock } = setUp();
    latest().onopen?.();
    latest().onclose?.();
    const { sinceMs } = bridge.link.getState();
    expect(bridge.link.getState()).toMatchObject({ phase: 'disconnected', nextTryAtMs: sinceMs + 250 });
    await clock.advance(250);
    expect(sockets).toHaveLength(2);
    latest().onclose?.();
    await clock.advance(0);
    expect(bridge.link.getState()).toMatchObject({ phase: 'disconnected', sinceMs, nextTryAtMs: clock.now() + 500 });
    await clock.advance(500);
    latest().onopen?.();
    expect(bridge.link.getState()).toMatchObject({ phase: 'connected', nextTryAtMs: null });
  });

  it('never waits longer than ten seconds and a quarter between attempts', async () => {
    const { bridge, latest, clock } = setUp();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      latest().onclose?.();
      await clock.advance(0);
      const { nextTryAtMs } = bridge.link.getState();
      const pauseMs = (nextTryAtMs ?? 0) - clock.now();
      expect(pauseMs).toBeLessThanOrEqual(12_500);
      await clock.advance(pauseMs);
    }
  });

  it('says refused, not unreachable, when the engine answers but will not have us', async () => {
    const { bridge, latest, clock } = setUp({ refused: true });
    latest().onclose?.();
    await clock.advance(0);
    expect(bridge.link.getState().phase).toBe('refused');
  });

  it('passes topics on and overlooks what it does not understand', () => {
    const { bridge, latest } = setUp();
    const heard: unknown[] = [];
    bridge.onTopic((topic, payload) => heard.push([topic, payload]));
    latest().onopen?.();
    for (const data of ['not json', '42', '{"neither":1}', new ArrayBuffer(2)]) latest().onmessage?.({ data });
    latest().onmessage?.({ data: '{"topic":"health.sampled","payload":{"atMs":1}}' });
    expect(heard).toEqual([['health.sampled', { atMs: 1 }]]);
  });
});
