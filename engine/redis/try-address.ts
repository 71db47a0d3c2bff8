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
import { type Said, said } from '../model/said.ts';
import type { HostPort, RedisAddress } from './address.ts';
import { tlsOptions } from './clients.ts';
import { RedisLink } from './link.ts';
import { OperateGate } from './operate-gate.ts';
import { redisProblem } from './problems.ts';
import { missingRights, whoAmI } from './rights.ts';
import { type Finding, judgeRights, judgeRole, judgeVersion, type Spoken } from './trial-verdicts.ts';

type Step = ConnectionTest['steps'][number];

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const stepDeadlineMs = 3_000;
const pingCount = 10;
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
      ? skipped('an earlier step failed', said('trial_earlier_failed'))
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
      const user = await userOf(link, address);
      return { outcome: 'passed', detail: `as ${user}`, said: said('trial_as', { user }) };
    });
    await run('version', async () => judgeVersion(await infoOf(link), asked));
    await run('role', async () => judgeRole(await infoOf(link), address));
    await run('rights', async () => {
      asked.rights = await rightsOf(link);
      return asked.rights === null ? askRights(link) : judgeRights(asked.rights);
    });
    await run('latency', async () => {
      asked.latencyMs = await measure(link, clock);
      const detail = `${asked.latencyMs.toFixed(2)} ms for a round trip`;
      return { outcome: 'passed', detail, said: said('trial_latency', { latencyMs: asked.latencyMs }) };
    });
  } finally {
    await (link as RedisLink | null)?.close();
  }
  return { ok: steps.every(({ outcome }) => outcome !== 'failed'), steps, ...asked };
}

function skipped(detail: string, inAll: Said): Finding {
  return { outcome: 'skipped', detail, said: inAll };
}

function failed(error: unknown, address: RedisAddress): Finding {
  const problem = redisProblem(error, address.label);
  return { outcome: 'failed', detail: `${problem.message}. ${errorTable[problem.code].help}` };
}

/** One name of several is enough. */
async function findNames({ nodes }: RedisAddress, clock: Clock): Promise<Finding> {
  const names = [...new Set(nodes.map(({ host }) => host))].filter((host) => isIP(host) === 0);
  if (names.length === 0) return skipped('there is no name to look up', said('trial_no_names'));
  const found = await Promise.allSettled(
    names.map(async (name) => {
      const timeout = { code: 'REDIS_DNS_FAILED', what: `Looking ${name} up` } as const;
      const { address } = await withDeadline(clock, stepDeadlineMs, timeout, () => lookup(name));
      return { words: `${name} is ${address}`, inAll: said('trial_name_is', { name, address }) };
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
      return { words: `${name} answers`, inAll: said('trial_answers', { name }) };
    }),
  );
  return summary(found);
}

/** What a good certificate says of itself; a bad one is the reason of the failure. */
async function shakeHands({ tls, nodes, topology }: RedisAddress, clock: Clock): Promise<Finding> {
  if (tls === null) {
    return topology === 'socket'
      ? skipped('a socket needs none', said('trial_tls_socket'))
      : skipped('the address asks for none', said('trial_tls_none'));
  }
  const { host, port } = nodes[0] ?? ({ host: '', port: 0 } satisfies HostPort);
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  const socket: TLSSocket = connectTls({ host, port, ...tlsOptions(tls), servername });
  await opened(socket, 'secureConnect', `the TLS handshake with ${host}:${port}`, clock);
  const validUntil = Date.parse(socket.getPeerCertificate().valid_to);
  const facts = { protocol: socket.getProtocol() ?? 'TLS', until: new Date(validUntil).toISOString().slice(0, 10) };
  const detail = `${facts.protocol}, the certificate is valid until ${facts.until}`;
  socket.destroy();
  if (!tls.verify) {
    const words = `${detail}; it is not checked, as the address asks for`;
    return { outcome: 'warned', detail: words, said: said('trial_tls_unchecked', facts) };
  }
  const leftDays = Math.floor((validUntil - clock.now()) / dayMs);
  if (leftDays >= soonDays) return { outcome: 'passed', detail, said: said('trial_tls', facts) };
  const soon = said('trial_tls_soon', { ...facts, count: leftDays });
  return { outcome: 'warned', detail: `${detail}: ${leftDays} days from now`, said: soon };
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

function summary(found: readonly PromiseSettledResult<Spoken>[]): Finding {
  const good = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const bad = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (good.length === 0) throw bad[0];
  const words = good.map((one) => one.words);
  const parts = good.map(({ inAll }) => inAll);
  if (bad.length === 0) return { outcome: 'passed', detail: words.join(', '), said: said('trial_parts', { parts }) };
  const problems = bad.map((error) => said('problem', { problem: messageOf(error) }));
  const inAll = said('trial_parts', { parts: [...parts, ...problems] });
  return { outcome: 'warned', detail: [...words, ...bad.map(messageOf)].join('; '), said: inAll };
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

async function rightsOf(link: RedisLink | null): Promise<ConnectionTest['rights']> {
  const shard = link?.shards()[0];
  const user = shard === undefined ? null : await whoAmI(shard);
  if (shard === undefined || user === null) return null;
  const observe = await missingRights(shard, user, 'observe');
  const operate = await missingRights(shard, user, 'operate');
  if (observe === null || operate === null) return null;
  return { user, observe, operate: operate.filter((name) => !observe.includes(name)) };
}

/** Where the server cannot be asked for the user's rights: what the pages ask is tried. */
async function askRights(link: RedisLink | null): Promise<Finding> {
  if (link === null) return skipped('there is no connection', said('trial_no_link'));
  const missing: string[] = [];
  for (const [name, ...args] of questions) {
    await link.call(name, ...args).catch((error: unknown) => {
      if (!(error instanceof EngineError) || error.code !== 'REDIS_ACL_DENIED') throw error;
      missing.push(/^(CONFIG|SLOWLOG|CLIENT|LATENCY|MEMORY)$/.test(name) ? `${name} ${args[0]}` : name);
    });
  }
  if (missing.length === 0)
    return { outcome: 'passed', detail: 'everything that is shown may be read', said: said('trial_rights_all') };
  const names = missing.join(', ');
  return {
    outcome: 'warned',
    detail: `the user may not use ${names}; \`vigia acl\` prints the rights`,
    said: said('trial_rights_some', { names }),
  };
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
