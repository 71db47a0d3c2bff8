/** A real Redis Cluster for one test file: three masters (and replicas when asked for) on free loopback ports. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts, launchRedis, type ServerProcess } from './redis-process.ts';
import { until } from './until.ts';

export interface ClusterNode {
  readonly port: number;
  /** Source: CLUSTER MYID, 40 hexadecimal digits. */
  readonly nodeId: string;
  readonly pid: number;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface TestCluster {
  /** Slots are shared out evenly among them, in this order. */
  readonly masters: readonly ClusterNode[];
  /** The replica at index i follows the master at index i. */
  readonly replicas: readonly ClusterNode[];
  /** `redis-cluster://127.0.0.1:p1,127.0.0.1:p2,127.0.0.1:p3` */
  readonly url: string;
  /** Removes every key of every master. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartClusterOptions {
  readonly masterCount?: number;
  /** One replica for each master. */
  readonly replicas?: boolean;
  /** More arguments for each redis-server. */
  readonly args?: readonly string[];
}

const slotCount = 16_384;

interface OpenNode extends ClusterNode {
  /** A connection for setting it up; made anew after a restart. */
  readonly client: Redis;
}

/** Takes some two seconds: a master waits that long before it takes writes. */
export async function startRedisCluster(options: StartClusterOptions = {}): Promise<TestCluster> {
  const { masterCount = 3, replicas: withReplicas = false, args = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vigia-cluster-'));
  const ports = await freePorts(withReplicas ? 2 * masterCount : masterCount);
  const nodes = await Promise.all(ports.map((port) => startNode(port, join(folder, String(port)), args)));
  const masters = nodes.slice(0, masterCount);
  const replicas = nodes.slice(masterCount);
  await joinNodes(masters, replicas);
  return {
    masters,
    replicas,
    url: `redis-cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async flush() {
      await Promise.all(masters.map(({ client }) => client.flushall()));
    },
    async stop() {
      for (const { client } of nodes) client.disconnect();
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function joinNodes(masters: readonly OpenNode[], replicas: readonly OpenNode[]): Promise<void> {
  const all = [...masters, ...replicas];
  await Promise.all(
    masters.map(async ({ client }, index) => {
      const [from, to] = [index, index + 1].map((at) => Math.floor((at * slotCount) / masters.length)) as [
        number,
        number,
      ];
      await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }),
  );
  const [first] = masters;
  for (const { port } of all.slice(1)) await first?.client.call('CLUSTER', 'MEET', '127.0.0.1', port);
  await until(async () => (await Promise.all(all.map((node) => knows(node, all.length)))).every(Boolean), 10_000);
  await Promise.all(
    replicas.map(({ client }, index) => client.call('CLUSTER', 'REPLICATE', masters[index]?.nodeId ?? '')),
  );
  await until(
    async () => (await Promise.all(all.map(isOk))).every(Boolean),
    10_000,
    'the state of the cluster to be ok',
  );
  await until(async () => (await Promise.all(replicas.map(isInSync))).every(Boolean), 10_000, 'replicas in sync');
}

async function knows({ client }: OpenNode, count: number): Promise<boolean> {
  const nodes = String(await client.call('CLUSTER', 'NODES'));
  return nodes.trim().split('\n').length === count && !nodes.includes('handshake');
}

async function isOk({ client }: OpenNode): Promise<boolean> {
  const info = String(await client.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${slotCount}`);
}

async function isInSync({ client }: OpenNode): Promise<boolean> {
  return (await client.info('replication')).includes('master_link_status:up');
}

async function startNode(port: number, folder: string, extra: readonly string[]): Promise<OpenNode> {
  await mkdir(folder, { recursive: true });
  const args = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1500'],
    ...['--repl-diskless-sync-delay', '0', ...extra],
  ];
  const target = { port, host: '127.0.0.1' };
  let server: ServerProcess = await launchRedis(args, target);
  const password = extra[extra.indexOf('--requirepass') + 1];
  const client = new Redis({
    ...target,
    ...(extra.includes('--requirepass') && password !== undefined ? { password } : {}),
    retryStrategy: () => 50,
  });
  client.on('error', () => undefined);
  return {
    port,
    client,
    nodeId: String(await client.call('CLUSTER', 'MYID')),
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await launchRedis(args, target);
    },
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}
