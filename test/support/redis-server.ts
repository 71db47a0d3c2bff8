/** A private redis-server for one test file, on a Unix socket in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, launchRedis } from './redis-process.ts';

export interface TestRedis {
  readonly socketPath: string;
  /** On loopback when `tcp` was asked for; else 0. */
  readonly port: number;
  /** For ioredis and everything that takes a URL: the socket's. */
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
  /** Listens on a loopback port as well. */
  readonly tcp?: boolean;
  /** More arguments for redis-server, e.g. `['--appendonly', 'yes']`. */
  readonly args?: readonly string[];
}

export async function startRedis(options: StartRedisOptions = {}): Promise<TestRedis> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'vigia-redis-')));
  const socketPath = join(folder, 'redis.sock');
  const [port = 0] = options.tcp ? await freePorts(1) : [];
  const listen = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socketPath];
  const args = [...listen, '--dir', folder, '--save', '', ...(options.args ?? [])];
  let server = await launchRedis(args, { path: socketPath });
  return {
    socketPath,
    port,
    url: `unix://${socketPath}`,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await launchRedis(args, { path: socketPath });
    },
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    async stop() {
      await server.kill();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
