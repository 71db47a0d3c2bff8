/** A master with one replica, watched by sentinels that fail it over: real processes on free loopback ports. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts, launchRedis, type ServerProcess } from './redis-process.ts';
import { until } from './until.ts';

export interface SentinelServer {
  readonly port: number;
  readonly pid: number;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface TestSentinels {
  /** The two data servers; the first is the master at the beginning. */
  readonly servers: readonly [SentinelServer, SentinelServer];
  readonly sentinels: readonly SentinelServer[];
  readonly masterName: string;
  /** `redis-sentinel://127.0.0.1:s1,127.0.0.1:s2/mymaster` */
  readonly url: string;
  /** The port of the master as the sentinels see it now. */
  masterPort(): Promise<number>;
  /** Makes the other server the master in order; answers when the sentinels say so. */
  failover(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartSentinelsOptions {
  readonly sentinelCount?: 1 | 2 | 3;
  /** Of master and replica; the sentinels know it, and ask for none themselves. */
  readonly password?: string;
}

const masterName = 'mymaster';

export async function startRedisSentinels(options: StartSentinelsOptions = {}): Promise<TestSentinels> {
  const { sentinelCount = 1, password } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vigia-sentinel-'));
  const [masterPort = 0, replicaPort = 0, ...sentinelPorts] = await freePorts(2 + sentinelCount);
  const secrets = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const master = await dataServer(masterPort, join(folder, 'one'), secrets);
  const replica = await dataServer(replicaPort, join(folder, 'two'), [
    ...secrets,
    ...['--replicaof', `127.0.0.1 ${masterPort}`],
  ]);
  await untilInSync(replicaPort, password);
  const sentinels = await Promise.all(
    sentinelPorts.map((port) => sentinel(port, join(folder, `sentinel-${port}`), masterPort, sentinelCount, password)),
  );
  const clients = sentinelPorts.map((port) => new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 }));
  for (const client of clients) client.on('error', () => undefined);
  await until(async () => (await Promise.all(clients.map((one) => sees(one, sentinelCount)))).every(Boolean), 15_000);
  const currentMaster = async (): Promise<number> => {
    const [first] = clients;
    const answer = await first?.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
    return Array.isArray(answer) ? Number(answer[1]) : 0;
  };
  return {
    servers: [master, replica],
    sentinels,
    masterName,
    url: `redis-sentinel://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join(',')}/${masterName}`,
    masterPort: currentMaster,
    async failover() {
      const before = await currentMaster();
      await until(async () => (await clients[0]?.call('SENTINEL', 'FAILOVER', masterName).catch(() => null)) === 'OK');
      await until(async () => (await currentMaster()) !== before, 15_000, 'the failover');
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all([...sentinels, master, replica].map((server) => server.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function dataServer(port: number, folder: string, extra: readonly string[]): Promise<SentinelServer> {
  await mkdir(folder, { recursive: true });
  const args = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0', ...extra],
  ];
  return withPort(await launchRedis(args, { port, host: '127.0.0.1' }), port);
}

/** Source: sentinel.conf; a sentinel writes its state into its configuration file. */
async function sentinel(
  port: number,
  folder: string,
  masterPort: number,
  count: number,
  password: string | undefined,
): Promise<SentinelServer> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${masterName} 600`,
    `sentinel failover-timeout ${masterName} 4000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${masterName} ${password}`]),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return withPort(await launchRedis([file, '--sentinel'], { port, host: '127.0.0.1' }), port);
}

async function untilInSync(port: number, password: string | undefined): Promise<void> {
  const client = new Redis({ port, host: '127.0.0.1', ...(password === undefined ? {} : { password }) });
  try {
    await until(async () => (await client.info('replication')).includes('master_link_status:up'), 10_000, 'a replica');
  } finally {
    client.disconnect();
  }
}

/** It has found the replica and the other sentinels, so it can fail over. */
async function sees(client: Redis, sentinelCount: number): Promise<boolean> {
  const replicas = await client.call('SENTINEL', 'REPLICAS', masterName);
  const others = await client.call('SENTINEL', 'SENTINELS', masterName);
  if (!Array.isArray(replicas) || !Array.isArray(others)) return false;
  return JSON.stringify(replicas).includes('"master-link-status","ok"') && others.length === sentinelCount - 1;
}

function withPort(server: ServerProcess, port: number): SentinelServer {
  return { port, pid: server.pid, kill: server.kill, freeze: server.freeze, thaw: server.thaw };
}
