import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CeleryHeldTask, CeleryWorker } from '../../../engine/model/celery.ts';
import { startBroker, type TestBroker } from '../../support/celery-broker-room.ts';
import { until } from '../../support/until.ts';

const nodes = ['alpha@test', 'beta@test'] as const;
let broker: TestBroker;

beforeAll(async () => {
  broker = await startBroker();
  const { app } = broker;
  await Promise.all([
    app.worker({ node: nodes[0], queues: ['celery', 'kpis'], args: ['--prefetch-multiplier', '4'] }),
    app.worker({ node: nodes[1], queues: ['kpis'], pool: 'threads', concurrency: 3 }),
  ]);
  await broker.listening(2);
  // One slot busy for good, one with a task, some held back, one for later.
  await app.send(
    { task: 't.sleep', args: [600], kwargs: { tag: 'secret words' } },
    { task: 't.sleep', args: [600] },
    { task: 't.sleep', args: [1] },
    { task: 't.add', args: [1, 2], countdownS: 3_600 },
  );
  const alpha = async (): Promise<CeleryWorker> => broker.room.worker(nodes[0], 2_000);
  await broker.room.fleet(2_000);
  await until(async () => {
    await broker.room.inspector.ask('scheduled', [nodes[0]], []);
    await broker.room.inspector.ask('reserved', [nodes[0]], []);
    const { reserved, scheduled } = await alpha();
    return reserved.value?.length === 1 && scheduled.value?.length === 1;
  }, 15_000);
}, 90_000);

afterAll(() => broker?.stop());

/** What `celery inspect` prints of the same workers. */
async function golden(...method: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await broker.app.command('inspect', '-j', ...method)) as Record<string, unknown>;
}

const ids = (tasks: readonly CeleryHeldTask[] | null): string[] => (tasks ?? []).map(({ taskId }) => taskId).toSorted();
const goldenIds = (value: unknown): string[] =>
  (value as { id?: string; request?: { id: string } }[]).map(({ id, request }) => id ?? request?.id ?? '').toSorted();

describe('a worker says of itself what `celery inspect` prints of it', () => {
  it('what it runs, holds back and has scheduled', async () => {
    for (const [part, method] of [
      ['active', 'active'],
      ['reserved', 'reserved'],
      ['scheduled', 'scheduled'],
    ] as const) {
      const printed = await golden(method);
      for (const node of nodes) {
        await broker.room.inspector.ask(part, [node], []);
        const own = await broker.room.worker(node, 0);
        expect(ids(own[part].value), `${part} of ${node}`).toEqual(goldenIds(printed[node]));
        expect(own[part].problem).toBeNull();
      }
    }
    const { active, scheduled } = await broker.room.worker(nodes[0], 0);
    expect(active.value).toHaveLength(2);
    expect(active.value?.[0]).toMatchObject({ name: 't.sleep', queue: 'celery', acknowledged: true, etaMs: null });
    expect(active.value?.[0]?.startedAtMs).toBeGreaterThan(Date.now() - 120_000);
    expect(scheduled.value?.[0]?.etaMs).toBeGreaterThan(Date.now() + 3_000_000);
    expect(JSON.stringify(active)).not.toContain('secret words');
  });

  it('its pool, queues and tasks', async () => {
    const [stats, queues, registered] = [
      await golden('stats'),
      await golden('active_queues'),
      await golden('registered'),
    ];
    for (const node of nodes) {
      await broker.room.inspector.refreshWorker(node);
      const own = await broker.room.worker(node, 0);
      const printed = stats[node] as { pid: number; prefetch_count: number; total: object; broker: { port: number } };
      expect(own.stats.value).toMatchObject({
        pid: printed.pid,
        prefetchCount: printed.prefetch_count,
        total: printed.total,
        broker: { port: printed.broker.port, db: '0', ssl: false },
      });
      const printedQueues = (queues[node] as { name: string }[]).map(({ name }) => name);
      expect(own.queues.value?.map(({ name }) => name)).toEqual(printedQueues);
      const printedTasks = (registered[node] as string[]).map((line) => line.split(' [')[0]);
      expect(own.registered.value?.map(({ name }) => name)).toEqual(printedTasks);
    }
    const alpha = await broker.room.worker(nodes[0], 0);
    const beta = await broker.room.worker(nodes[1], 0);
    expect(alpha.stats.value?.pool).toMatchObject({ kind: 'prefork', size: 2, startSize: 2 });
    expect(alpha.stats.value?.pool.processIds).toHaveLength(2);
    expect(beta.stats.value?.pool).toMatchObject({ kind: 'threads', processIds: [] });
    expect(alpha.registered.value?.find(({ name }) => name === 't.limited')).toMatchObject({ rateLimit: '2/m' });
    expect(alpha.registered.value?.find(({ name }) => name === 't.late')).toMatchObject({ acksLate: true });
  });

  it('that it is there', async () => {
    const printed = await golden('ping');
    const command = { method: 'ping', arguments: {} } as const;
    const { replies } = await broker.room.messenger.ask({ command, destination: null, expected: nodes });
    expect(Object.fromEntries(replies.map(({ node, value }) => [node, value]))).toEqual(printed);
    expect(Object.keys(printed).toSorted()).toEqual([...nodes]);
  });

  it('its settings, with nothing secret in them', async () => {
    const printed = (await golden('conf', '--with_defaults').catch(() => golden('conf')))[nodes[0]] as object;
    const { conf } = await broker.room.worker(nodes[0], 0);
    for (const [name, value] of Object.entries(printed)) {
      if (typeof value !== 'object') expect(conf.value?.[name], name).toBe(JSON.stringify(value));
    }
    expect(Object.keys(conf.value ?? {}).length).toBeGreaterThan(50);
  });

  it('what it refuses, and where a task is', async () => {
    const { active, reserved } = await broker.room.worker(nodes[0], 0);
    const wanted = [active.value?.[0]?.taskId ?? '', reserved.value?.[0]?.taskId ?? '', 'nobody-has-this'];
    const places = await broker.room.inspector.where(wanted);
    expect(places.map(({ state, node }) => [state, node])).toEqual([
      ['active', nodes[0]],
      ['reserved', nodes[0]],
      ['absent', null],
    ]);
    const printed = await golden('query_task', ...wanted);
    const found = Object.entries(printed).flatMap(([node, tasks]) =>
      Object.entries(tasks as Record<string, [state: string]>).map(
        ([taskId, [state]]) => `${taskId} is ${state} at ${node}`,
      ),
    );
    const own = places
      .filter(({ node }) => node !== null)
      .map(({ taskId, state, node }) => `${taskId} is ${state} at ${node}`);
    expect(own.toSorted()).toEqual(found.toSorted());
    await broker.app.command('control', 'revoke', 'some-id-of-old');
    await broker.room.inspector.ask('revoked', null, []);
    expect((await broker.room.worker(nodes[1], 0)).revoked.value).toEqual((await golden('revoked'))[nodes[1]]);
    expect((await broker.room.worker(nodes[1], 0)).revoked.value).toContain('some-id-of-old');
  });
});

describe('questions and their cost', () => {
  it('are answered from what is known at once, and asked behind it', async () => {
    const before = broker.room.messenger.commandCount;
    const fleets = await Promise.all(Array.from({ length: 50 }, () => broker.room.fleet(0)));
    expect(fleets.every(({ workers }) => workers.length === 2)).toBe(true);
    await until(() => !broker.room.inspector.fleet().asking);
    // Fifty readers at once are one question of each kind at most.
    expect(broker.room.messenger.commandCount - before).toBeLessThan(15);
  });

  it('name a worker that does not exist', async () => {
    await expect(broker.room.worker('nobody@test', 0)).rejects.toMatchObject({ code: 'CELERY_WORKER_NOT_FOUND' });
  });

  it('that a stopped worker does not answer leave its last answers, marked', async () => {
    const third = await broker.app.worker({ node: 'gamma@test', queues: ['other'], pool: 'solo' });
    await broker.listening(3);
    await broker.room.inspector.ask('stats', null, []);
    third.signal('SIGSTOP');
    await broker.room.inspector.ask('stats', null, broker.room.inspector.nodes());
    const { stats } = await broker.room.worker('gamma@test', 0);
    expect(stats.value?.pid).toBe(third.pid);
    expect(stats.problem).toContain('did not answer');
    expect(broker.room.inspector.fleet()).toMatchObject({ listeners: 3, answers: 2 });
    third.signal('SIGCONT');
    await third.stop();
  });

  it('find two processes under one name', async () => {
    const twin = await broker.app.worker({ node: nodes[1], queues: ['kpis'], pool: 'solo' });
    await broker.listening(3);
    await broker.room.inspector.ask('stats', null, broker.room.inspector.nodes());
    expect((await broker.room.fleet(0)).workers.find(({ node }) => node === nodes[1])?.isDouble).toBe(true);
    await twin.stop();
    await broker.room.inspector.ask('stats', null, broker.room.inspector.nodes());
    expect((await broker.room.fleet(0)).workers.find(({ node }) => node === nodes[1])?.isDouble).toBe(false);
  });

  it('count who sends heartbeats and does not listen', async () => {
    const deaf = await startBroker({ room: { heartbeating: () => ['deaf@test', 'alpha@test'] } });
    await deaf.app.worker({ node: 'deaf@test', pool: 'solo', settings: { worker_enable_remote_control: false } });
    await deaf.app.worker({ node: 'alpha@test', pool: 'solo' });
    await deaf.listening(1);
    expect(await deaf.room.fleet(3_000)).toMatchObject({ listeners: 1, answers: 1, deafCount: 1, problem: null });
    await deaf.stop();
  });
});
