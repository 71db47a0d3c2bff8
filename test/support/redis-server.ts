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
  readonly pid: number;
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
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  await until(() => answersPing(socketPath), 5_000, 'redis-server');
  return {
    socketPath,
    url: `unix://${socketPath}`,
    pid: server.pid ?? 0,
    async stop() {
      await ended(server);
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}

function answersPing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.write('PING\r\n'));
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
    socket.once('error', () => finish(false));
  });
}
