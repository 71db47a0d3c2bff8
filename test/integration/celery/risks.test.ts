import { afterEach, describe, expect, it } from 'vitest';
import type { CeleryRisk, CeleryRisks } from '../../../engine/model/celery-risk.ts';
import { startBroker, type TestBroker, type TestBrokerOptions } from '../../support/celery-broker-room.ts';
import { until } from '../../support/until.ts';

let broker: TestBroker | null = null;

afterEach(async () => {
  await broker?.stop();
  broker = null;
}, 30_000);

async function brokerWith(
  options: TestBrokerOptions,
  workers: readonly string[] = ['alpha@test'],
): Promise<TestBroker> {
  const started = await startBroker(options);
  broker = started;
  await Promise.all(workers.map((node) => started.app.worker({ node })));
  if (workers.length > 0) await started.listening(workers.length);
  return started;
}

async function look({ room }: TestBroker): Promise<CeleryRisks> {
  await room.inspector.refresh(['active', 'reserved', 'scheduled', 'queues', 'stats'], 0);
  await room.queues.look(0);
  await room.risks.look(0);
  return room.risks.view();
}

async function untilRisk(started: TestBroker, code: CeleryRisk['code']): Promise<CeleryRisk> {
  let found: CeleryRisk | undefined;
  await until(
    async () => {
      found = (await look(started)).risks.find((risk) => risk.code === code);
      return found !== undefined;
    },
    20_000,
    code,
  );
  if (found === undefined) throw new Error(code);
  return found;
}

describe('risks of a real broker', () => {
  it('are none where all is well, and nothing was left unchecked', async () => {
    const healthy = await brokerWith({});
    await healthy.app.send({ task: 't.add', args: [1, 2] }, { task: 't.add', args: [1, 2], countdownS: 600 });
    await until(async () => (await look(healthy)).atMs !== null && healthy.room.queues.held.count === 1, 15_000);
    expect(await look(healthy)).toMatchObject({ problem: null, risks: [], unchecked: [] });
  });

  it('tell of tasks that will run twice', async () => {
    const settings = { broker_transport_options: { visibility_timeout: 10 } };
    const risky = await brokerWith({ settings });
    await risky.app.send({ task: 't.add', args: [1, 2], countdownS: 7_200 }, { task: 't.late', args: [600] });
    const eta = await untilRisk(risky, 'eta_past_visibility');
    expect(eta).toMatchObject({
      severity: 'critical',
      subject: 'celery',
      values: { count: 1, visibilityTimeoutMs: 10_000 },
    });
    // 8 of 10 seconds: told before it is too late.
    expect(await untilRisk(risky, 'unacked_past_visibility')).toMatchObject({
      subject: 'celery',
      values: { count: 1 },
    });
  }, 60_000);

  it('tell of a server that throws queues away', async () => {
    const evicting = await brokerWith({ redisArgs: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
    expect(await untilRisk(evicting, 'evicting_policy')).toMatchObject({
      severity: 'critical',
      values: { policy: 'allkeys-lru', maxMemoryBytes: 104_857_600 },
    });
  });

  it('tell of results that never expire', async () => {
    const growing = await brokerWith({ settings: { result_expires: 0 } });
    await growing.app.send({ task: 't.add', args: [1, 2] });
    await until(
      async () => (await growing.link.command('KEYS', (client) => client.keys('celery-task-meta-*'))).length === 1,
      10_000,
    );
    const risk = await untilRisk(growing, 'results_without_expiry');
    expect(risk.values).toEqual({ sampled: 1, withoutExpiry: 1 });
  });

  it('tell of reply queues that programs left behind', async () => {
    const littered = await brokerWith({});
    const members = Array.from(
      { length: 30 },
      (_, index) => `id${index}\u0006\u0016\u0006\u0016id${index}.reply.celery.pidbox`,
    );
    await littered.link.command('SADD', (client) => client.sadd('_kombu.binding.reply.celery.pidbox', ...members));
    await littered.link.command('LPUSH', (client) => client.lpush('id1.reply.celery.pidbox', 'late'));
    const risk = await untilRisk(littered, 'leftover_replies');
    expect(risk.values['bindings']).toBeGreaterThanOrEqual(30);
    expect(risk.values['lists']).toBe(1);
  });

  it('tell of event queues of monitors and workers that were killed, and not of those that are heard', async () => {
    const littered = await brokerWith({});
    const own = await littered.link.command('SCARD', (client) => client.scard('_kombu.binding.celeryev'));
    expect(own).toBe(1);
    const members = Array.from({ length: 30 }, (_, index) => `worker.#\u0006\u0016\u0006\u0016celeryev.gone-${index}`);
    await littered.link.command('SADD', (client) => client.sadd('_kombu.binding.celeryev', ...members));
    const { values } = await untilRisk(littered, 'leftover_events');
    expect(values['bindings']).toBe(31);
    expect(Number(values['nobodys'])).toBeGreaterThanOrEqual(20);
    expect(Number(values['nobodys'])).toBeLessThanOrEqual(30);
    await littered.link.command('SREM', (client) => client.srem('_kombu.binding.celeryev', ...members.slice(0, 15)));
    await until(async () => !(await look(littered)).risks.some(({ code }) => code === 'leftover_events'), 15_000);
  });

  it('tell of a queue that nobody consumes', async () => {
    const lonely = await brokerWith({});
    await lonely.app.send({ task: 't.add', args: [1, 2], queue: 'forgotten' });
    expect(await untilRisk(lonely, 'queue_without_consumer')).toMatchObject({
      subject: 'forgotten',
      values: { count: 1 },
    });
  });

  it('tell of a worker that holds back what another could run', async () => {
    const hoarding = await brokerWith({ settings: { worker_prefetch_multiplier: 50 } }, ['greedy@test']);
    await hoarding.app.send(...Array.from({ length: 8 }, () => ({ task: 't.sleep', args: [600] })));
    await until(async () => (await look(hoarding)).atMs !== null && hoarding.room.queues.held.count === 6, 15_000);
    await hoarding.app.worker({ node: 'idle@test' });
    await hoarding.listening(2);
    expect(await untilRisk(hoarding, 'prefetch_hoarding')).toMatchObject({
      subject: 'greedy@test',
      values: { activeCount: 2, reservedCount: 6, idleNode: 'idle@test' },
    });
  });

  it('say what could not be checked where no worker answers', async () => {
    const empty = await brokerWith({}, []);
    await empty.app.send({ task: 't.add', args: [1, 2], queue: 'celery' });
    const { risks, unchecked } = await look(empty);
    expect(unchecked.map(({ code }) => code)).toContain('eta_past_visibility');
    expect(risks.filter(({ code }) => code !== 'queue_without_consumer')).toEqual([]);
  });
});
