import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CacheFleet, testKey, Work } from '../../support/cache-fleet.ts';
import type { CacheReport, CacheRequest } from '../../support/cache-process.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
const children: ChildProcess[] = [];
const fleet = new CacheFleet();

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const { link } = await fleet.join(redis.url);
  await link.command('FLUSHALL', (client) => client.flushall());
  await fleet.close();
});
afterAll(() => redis.stop());

interface Peer {
  readonly child: ChildProcess;
  readonly reports: CacheReport[];
  ask(request: Partial<CacheRequest>): void;
  done(): Promise<Extract<CacheReport, { kind: 'done' }>>;
}

async function startPeer(): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('../../support/cache-process.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const reports: CacheReport[] = [];
  child.on('message', (report: CacheReport) => reports.push(report));
  await until(() => reports.some(({ kind }) => kind === 'ready'), 15_000, 'a peer is up');
  const outcome = (): Extract<CacheReport, { kind: 'done' }> | undefined =>
    reports.find((report) => report.kind === 'done');
  return {
    child,
    reports,
    ask: (request) =>
      child.send({ url: redis.url, callerCount: 1, computeMs: 50, value: 'v', leaseMs: 6_000, ...request }),
    async done() {
      await until(() => outcome() !== undefined, 15_000, 'a peer is done');
      return outcome() ?? { kind: 'done', values: [], runs: 0 };
    },
  };
}

describe('in processes of their own', () => {
  test('a thousand cold callers cause exactly one computation', async () => {
    const peers = await Promise.all([startPeer(), startPeer(), startPeer(), startPeer()]);
    for (const [index, peer] of peers.entries()) peer.ask({ callerCount: 250, value: `from ${index}` });
    const outcomes = await Promise.all(peers.map((peer) => peer.done()));
    expect(outcomes.reduce((sum, { runs }) => sum + runs, 0)).toBe(1);
    expect(new Set(outcomes.flatMap(({ values }) => values)).size).toBe(1);
  });

  test('a holder that was frozen past its lease does not overwrite what was stored meanwhile', async () => {
    const frozen = await startPeer();
    frozen.ask({ value: 'old', computeMs: 1_500, leaseMs: 300 });
    await until(() => frozen.reports.some(({ kind }) => kind === 'computing'), 15_000);
    frozen.child.kill('SIGSTOP');
    const { cache } = await fleet.join(redis.url);
    const read = await cache.compute(testKey(), new Work(() => 'new').load, { deadlineMs: 5_000 });
    expect(read.value).toBe('new');
    frozen.child.kill('SIGCONT');
    expect((await frozen.done()).runs).toBe(1);
    const reader = await fleet.join(redis.url);
    expect((await reader.cache.read([testKey()]))[0]?.value).toBe('new');
  });

  test('the work of a killed holder is taken over', async () => {
    const [dying, heir] = await Promise.all([startPeer(), startPeer()]);
    dying.ask({ value: 'lost', computeMs: 5_000, leaseMs: 400 });
    await until(() => dying.reports.some(({ kind }) => kind === 'computing'), 15_000);
    heir.ask({ value: 'heir', leaseMs: 400 });
    dying.child.kill('SIGKILL');
    expect(await heir.done()).toMatchObject({ values: ['heir'], runs: 1 });
  });
});
