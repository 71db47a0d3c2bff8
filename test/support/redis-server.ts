/** A private redis-server for one test file, on a Unix socket in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export interface TestRedis {
  readonly socketPath: string;
  /** For ioredis and everything that takes a URL. */
  readonly url: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGKILL, as a crash; answers when it is gone. */
  kill(): Promise<void>;
  /** Kills it if it still runs and starts it again; without persistence it comes back empty. */
  restart(): Promise<void>;
  /** A stopped process takes connections and bytes and never answers. */
  freeze(): void;
  thaw(): void;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

export interface StartRedisOptions {
  /** A folder of an earlier server whose data is taken over; it is not removed by `stop`. */
  readonly folder?: string;
  /** More arguments for redis-server, e.g. `['--appendonly', 'yes']`. */
  readonly args?: readonly string[];
}

export async function startRedis(options: StartRedisOptions = {}): Promise<TestRedis> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'vigia-redis-')));
  const socketPath = join(folder, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socketPath, '--dir', folder, '--save', '', ...(options.args ?? [])];
  let server = await launch(socketPath, args);
  return {
    socketPath,
    url: `unix://${socketPath}`,
    get pid() {
      return server.pid ?? 0;
    },
    kill: () => ended(server),
    async restart() {
      await ended(server);
      server = await launch(socketPath, args);
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      await ended(server);
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(socketPath: string, args: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  await until(() => answersPing(socketPath), 5_000, 'redis-server');
  return server;
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}

/** A server with a password refuses the PING of a stranger, but it is up. */
function answersPing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.write('PING\r\n'));
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', (data) => finish(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.once('error', () => finish(false));
  });
}
