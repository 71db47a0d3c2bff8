/** Starts and ends single redis-server processes for the helpers that make servers, clusters and sentinels of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import { until } from './until.ts';

/** `VIGIA_TEST_REDIS_SERVER=/path/to/valkey-server` runs the same tests on another server or version. */
export const redisBinary = process.env['VIGIA_TEST_REDIS_SERVER'] ?? 'redis-server';

/** One running server. */
export interface ServerProcess {
  readonly pid: number;
  /** SIGKILL, as a crash; answers when it is gone. Harmless when it has ended already. */
  kill(): Promise<void>;
  /** A stopped process takes connections and bytes and never answers. */
  freeze(): void;
  thaw(): void;
}

/** Resolves once the server answers at `target`. @throws Error when it ends first or never answers */
export async function launchRedis(
  args: readonly string[],
  target: NetConnectOpts,
  ping: (target: NetConnectOpts) => Promise<boolean> = answersPing,
): Promise<ServerProcess> {
  const child = spawn(redisBinary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  }
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  await Promise.race([
    until(() => hasEnded(child) || ping(target), 10_000, `${redisBinary} ${args.join(' ')}`),
    failed,
  ]);
  if (hasEnded(child)) throw new Error(`${redisBinary} ${args.join(' ')} ended at once:\n${output}`);
  return {
    pid: child.pid ?? 0,
    kill: () => ended(child),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}

/** A server with a password refuses the PING of a stranger, but it is up. */
export function answersPing(target: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target, () => socket.write('PING\r\n'));
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', (data) => finish(/^(\+PONG|-NOAUTH|-DENIED|-NOPERM)/.test(data.toString())));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** Below the system's range for outgoing connections, and so that the cluster bus (10,000 above) is as well. */
const [lowestPort, portCount] = [20_000, 2_700];

/** Loopback ports that nobody listens on, with their cluster bus ports free as well. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = lowestPort + Math.floor(Math.random() * portCount);
    if (!found.has(port) && (await isFree(port)) && (await isFree(port + 10_000))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
