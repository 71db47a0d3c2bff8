/** A TCP proxy in front of a real server that delays, slows, cuts, refuses or swallows what passes, and heals again. */
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

export interface FaultProxy {
  readonly port: number;
  /** `redis://127.0.0.1:port` */
  readonly url: string;
  /** Connections that clients hold now. */
  readonly connectionCount: number;
  /** Bytes that have come from clients, swallowed ones included. */
  readonly receivedBytes: number;
  /** Every chunk arrives this much later, each way. */
  delay(byMs: number): void;
  /** At most so much each way and connection. */
  limitRate(bytesPerSecond: number): void;
  /** Ends every connection with a reset; new ones pass. */
  cut(): void;
  /** Ends every connection and takes no new ones: "connection refused". */
  refuse(): Promise<void>;
  /**
   * Nothing passes any more, and nobody is told: connections stay open, new ones are taken and never answered.
   * (A real black hole does not even take a connection; a proxy on a live machine cannot imitate that.)
   */
  blackHole(): void;
  /** Back to passing everything at once; what was swallowed arrives now, as TCP would send it again. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

interface Faults {
  delayMs: number;
  bytesPerSecond: number;
  /** Resolved while bytes may pass. */
  open: PromiseWithResolvers<void>;
  receivedBytes: number;
}

/** @param target where the real server is: `{ path }` or `{ host, port }`. */
export async function startFaultProxy(target: NetConnectOpts): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const faults: Faults = { delayMs: 0, bytesPerSecond: Infinity, open: Promise.withResolvers(), receivedBytes: 0 };
  faults.open.resolve();
  const server = createServer((client) => {
    const upstream = connect(target);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.on('data', (chunk) => {
      faults.receivedBytes += chunk.length;
    });
    passOn(client, upstream, faults);
    passOn(upstream, client, faults);
  });
  const port = await listen(server, 0);
  const cut = (): void => {
    for (const [client, upstream] of [...pairs]) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  };
  const open = (): void => faults.open.resolve();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get connectionCount() {
      return pairs.size;
    },
    get receivedBytes() {
      return faults.receivedBytes;
    },
    delay(byMs) {
      faults.delayMs = byMs;
    },
    limitRate(bytesPerSecond) {
      faults.bytesPerSecond = bytesPerSecond;
    },
    cut,
    async refuse() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
    blackHole() {
      open();
      faults.open = Promise.withResolvers();
    },
    async heal() {
      Object.assign(faults, { delayMs: 0, bytesPerSecond: Infinity });
      open();
      if (!server.listening) await listen(server, port);
    },
    async stop() {
      open();
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : null;
      for (const pair of [...pairs]) for (const socket of pair) socket.destroy();
      await closed;
    },
  };
}

/** Keeps the order: each chunk waits for its own time and for the one before it. */
function passOn(from: Socket, to: Socket, faults: Faults): void {
  let last: Promise<void> = Promise.resolve();
  from.on('data', (chunk) => {
    const dueMs = performance.now() + faults.delayMs;
    last = last.then(async () => {
      await sleep(dueMs - performance.now());
      if (Number.isFinite(faults.bytesPerSecond)) await sleep((chunk.length / faults.bytesPerSecond) * 1_000);
      await faults.open.promise;
      if (!to.destroyed) to.write(chunk);
    });
  });
}

async function sleep(delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
