/** Tries an address step by step before it is saved: name, port, TLS, user, version, role, rights, latency. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { EngineError, errorTable, messageOf } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { ConnectionTest } from '../model/connection.ts';
import type { HostPort, RedisAddress } from './address.ts';
import { tlsOptions } from './clients.ts';
import { RedisLink } from './link.ts';
import { OperateGate } from './operate-gate.ts';
import { redisProblem } from './problems.ts';
import { missingRights, whoAmI } from './rights.ts';

type Step = ConnectionTest['steps'][number];
type Finding = Pick<Step, 'outcome' | 'detail'>;

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const stepDeadlineMs = 3_000;
const pingCount = 10;
const oldestVersion = [6, 2] as const;
const soonDays = 14;
const dayMs = 24 * 60 * 60_000;

/** Harmless questions whose rights the pages need. */
const questions: readonly (readonly [string, ...string[]])[] = [
  ['INFO', 'server'],
  ['CONFIG', 'GET', 'maxmemory'],
  ['SLOWLOG', 'LEN'],
  ['CLIENT', 'LIST'],
  ['LATENCY', 'LATEST'],
  ['MEMORY', 'STATS'],
  ['SCAN', '0', 'COUNT', '1'],
  ['DBSIZE'],
  ['TYPE', 'vigia:rights'],
  ['MEMORY', 'USAGE', 'vigia:rights'],
];

/** Never throws: what goes wrong is a step that failed, and the steps after it are skipped. Nothing is written. */
export async function tryAddress(address: RedisAddress, parts: Parts): Promise<ConnectionTest> {
  const steps: Step[] = [];
  const run = async (step: Step['step'], work: () => Promise<Finding>): Promise<boolean> => {
    const startMs = parts.clock.monotonicMs();
    const failedBefore = steps.some(({ outcome }) => outcome === 'failed');
    const found = failedBefore
      ? skipped('an earlier step failed')
      : await work().catch((error) => failed(error, address));
    steps.push({ step, ...found, tookMs: parts.clock.monotonicMs() - startMs });
    return found.outcome !== 'failed' && found.outcome !== 'skipped';
  };
  await run('dns', () => findNames(address, parts.clock));
  await run('reach', () => reach(address, parts.clock));
  await run('tls', () => shakeHands(address, parts.clock));
  const clock = parts.clock;
  const gate = new OperateGate({ title: address.label, byDefault: 'observe', clock, onChange: () => undefined });
  let link: RedisLink | null = null;
  const asked: Omit<ConnectionTest, 'ok' | 'steps'> = { product: null, version: null, latencyMs: null, rights: null };
  try {
    await run('auth', async () => {
      link = new RedisLink({ role: 'test', url: address, access: gate, connectDeadlineMs: stepDeadlineMs, ...parts });
      await link.settled(2 * stepDeadlineMs);
      await link.whenReady(0);
      return { outcome: 'passed', detail: `as ${await userOf(link, address)}` };
    });
    await run('version', async () => judgeVersion(await infoOf(link), asked));
    await run('role', async () => judgeRole(await infoOf(link), address));
    await run('rights', async () => {
      asked.rights = await rightsOf(link);
      return asked.rights === null ? askRights(link) : judgeRights(asked.rights);
    });
    await run('latency', async () => {
      asked.latencyMs = await measure(link, clock);
      return { outcome: 'passed', detail: `${asked.latencyMs.toFixed(2)} ms for a round trip` };
    });
  } finally {
    await (link as RedisLink | null)?.close();
  }
  return { ok: steps.every(({ outcome }) => outcome !== 'failed'), steps, ...asked };
}

function skipped(detail: string): Finding {
  return { outcome: 'skipped', detail };
}

function failed(error: unknown, address: RedisAddress): Finding {
  const problem = redisProblem(error, address.label);
  return { outcome: 'failed', detail: `${problem.message}. ${errorTable[problem.code].help}` };
}

/** One name of several is enough. */
async function findNames({ nodes }: RedisAddress, clock: Clock): Promise<Finding> {
  const names = [...new Set(nodes.map(({ host }) => host))].filter((host) => isIP(host) === 0);
  if (names.length === 0) return skipped('there is no name to look up');
  const found = await Promise.allSettled(
    names.map(async (name) => {
      const timeout = { code: 'REDIS_DNS_FAILED', what: `Looking ${name} up` } as const;
      return `${name} is ${(await withDeadline(clock, stepDeadlineMs, timeout, () => lookup(name))).address}`;
    }),
  );
  return summary(found);
}

async function reach({ nodes, path }: RedisAddress, clock: Clock): Promise<Finding> {
  const targets = path === null ? nodes : [path];
  const found = await Promise.allSettled(
    targets.map(async (target) => {
      const name = typeof target === 'string' ? target : `${target.host}:${target.port}`;
      const socket = typeof target === 'string' ? connectTcp(target) : connectTcp(target.port, target.host);
      await opened(socket, 'connect', name, clock);
      socket.destroy();
      return `${name} answers`;
    }),
  );
  return summary(found);
}

/** What a good certificate says of itself; a bad one is the reason of the failure. */
async function shakeHands({ tls, nodes, topology }: RedisAddress, clock: Clock): Promise<Finding> {
  if (tls === null) return skipped(topology === 'socket' ? 'a socket needs none' : 'the address asks for none');
  const { host, port } = nodes[0] ?? ({ host: '', port: 0 } satisfies HostPort);
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  const socket: TLSSocket = connectTls({ host, port, ...tlsOptions(tls), servername });
  await opened(socket, 'secureConnect', `the TLS handshake with ${host}:${port}`, clock);
  const validUntil = Date.parse(socket.getPeerCertificate().valid_to);
  const detail = `${socket.getProtocol()}, the certificate is valid until ${new Date(validUntil).toISOString().slice(0, 10)}`;
  socket.destroy();
  if (!tls.verify) return { outcome: 'warned', detail: `${detail}; it is not checked, as the address asks for` };
  const leftDays = Math.floor((validUntil - clock.now()) / dayMs);
  return leftDays < soonDays
    ? { outcome: 'warned', detail: `${detail}: ${leftDays} days from now` }
    : { outcome: 'passed', detail };
}

async function opened(socket: Socket, event: 'connect' | 'secureConnect', what: string, clock: Clock): Promise<void> {
  try {
    await withDeadline(clock, stepDeadlineMs, { code: 'REDIS_UNREACHABLE', what }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.once(event, () => resolve());
      socket.once('error', reject);
      return promise;
    });
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

function summary(found: readonly PromiseSettledResult<string>[]): Finding {
  const good = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const bad = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (good.length === 0) throw bad[0];
  if (bad.length === 0) return { outcome: 'passed', detail: good.join(', ') };
  return { outcome: 'warned', detail: [...good, ...bad.map(messageOf)].join('; ') };
}

async function userOf(link: RedisLink, address: RedisAddress): Promise<string> {
  const asked = await link.call('ACL', 'WHOAMI').catch(() => null);
  return typeof asked === 'string' ? asked : (address.username ?? 'the default user');
}

async function infoOf(link: RedisLink | null): Promise<ReadonlyMap<string, string>> {
  const text = await link?.command('INFO', (client) => client.info());
  return new Map(
    (text ?? '').split(/\r?\n/).map((line): [string, string] => {
      const cut = line.indexOf(':');
      return [line.slice(0, cut), line.slice(cut + 1)];
    }),
  );
}

/** Source: Valkey reports the Redis version it is compatible with, and its own beside it. */
function judgeVersion(
  info: ReadonlyMap<string, string>,
  into: { product: ConnectionTest['product']; version: string | null },
): Finding {
  const valkey = info.get('valkey_version');
  const version = valkey ?? info.get('redis_version') ?? null;
  if (version === null) return { outcome: 'warned', detail: 'the server does not say its version' };
  Object.assign(into, { product: valkey === undefined ? 'Redis' : 'Valkey', version });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld =
    valkey === undefined && (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]));
  const detail = `${into.product} ${version}`;
  return isOld
    ? { outcome: 'warned', detail: `${detail} is older than ${oldestVersion.join('.')}, the oldest that is supported` }
    : { outcome: 'passed', detail };
}

function judgeRole(info: ReadonlyMap<string, string>, { topology, label }: RedisAddress): Finding {
  const mode = info.get('redis_mode') ?? info.get('server_mode') ?? 'standalone';
  if (mode === 'sentinel') {
    throw new EngineError('REDIS_URL_INVALID', `${label} is a sentinel; write redis-sentinel://…/<name of the master>`);
  }
  const role = info.get('role') ?? 'unknown';
  const policy = info.get('maxmemory_policy');
  const facts = [role === 'slave' ? `replica of ${info.get('master_host')}:${info.get('master_port')}` : role];
  if (policy !== undefined)
    facts.push(policy === 'noeviction' ? 'noeviction, as a broker needs it' : `${policy}, fit for a cache only`);
  if (mode === 'cluster' && topology !== 'cluster') {
    return { outcome: 'warned', detail: 'this is one node of a cluster; redis-cluster://… shows all shards' };
  }
  return { outcome: role === 'slave' ? 'warned' : 'passed', detail: facts.join(', ') };
}

async function rightsOf(link: RedisLink | null): Promise<ConnectionTest['rights']> {
  const shard = link?.shards()[0];
  const user = shard === undefined ? null : await whoAmI(shard);
  if (shard === undefined || user === null) return null;
  const observe = await missingRights(shard, user, 'observe');
  const operate = await missingRights(shard, user, 'operate');
  if (observe === null || operate === null) return null;
  return { user, observe, operate: operate.filter((name) => !observe.includes(name)) };
}

/** A user who may only observe is as it should be. */
function judgeRights({ user, observe, operate }: NonNullable<ConnectionTest['rights']>): Finding {
  if (observe.length > 0) {
    const line = `vigia acl --mode observe --user ${user}`;
    return {
      outcome: 'warned',
      detail: `to observe, the user "${user}" lacks ${listed(observe)}; \`${line}\` prints the rights`,
    };
  }
  const more =
    operate.length === 0
      ? 'and to operate'
      : `but to operate lacks ${listed(operate)}; \`vigia acl --mode operate --user ${user}\` prints the rights`;
  return { outcome: 'passed', detail: `the user "${user}" may do all that it takes to observe, ${more}` };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => name.replace('|', ' ').toUpperCase());
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '');
}

/** Where the server cannot be asked for the user's rights: what the pages ask is tried. */
async function askRights(link: RedisLink | null): Promise<Finding> {
  if (link === null) return skipped('there is no connection');
  const missing: string[] = [];
  for (const [name, ...args] of questions) {
    await link.call(name, ...args).catch((error: unknown) => {
      if (!(error instanceof EngineError) || error.code !== 'REDIS_ACL_DENIED') throw error;
      missing.push(/^(CONFIG|SLOWLOG|CLIENT|LATENCY|MEMORY)$/.test(name) ? `${name} ${args[0]}` : name);
    });
  }
  if (missing.length === 0) return { outcome: 'passed', detail: 'everything that is shown may be read' };
  return { outcome: 'warned', detail: `the user may not use ${missing.join(', ')}; \`vigia acl\` prints the rights` };
}

async function measure(link: RedisLink | null, clock: Clock): Promise<number> {
  if (link === null) return 0;
  const times: number[] = [];
  for (let count = 0; count < pingCount; count += 1) {
    const startMs = clock.monotonicMs();
    await link.call('PING');
    times.push(clock.monotonicMs() - startMs);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
