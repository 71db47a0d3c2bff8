import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CeleryQueue } from '../../../engine/model/celery-queue.ts';
import { startBroker, type TestBroker } from '../../support/celery-broker-room.ts';
import { until } from '../../support/until.ts';

const prefix = 'app1:';
let broker: TestBroker;

beforeAll(async () => {
  broker = await startBroker({
    db: 3,
    settings: { broker_transport_options: { global_keyprefix: prefix } },
    room: {
      naming: { keyPrefix: prefix },
      sentAtMs: async (taskId) => (taskId === 'known' ? Date.now() - 60_000 : null),
    },
  });
  await broker.app.worker({ node: 'alpha@test', queues: ['celery'] });
  await broker.listening(1);
  const { app } = broker;
  await app.send(
    // Two slots, and a prefetch of four: two run late, two wait in the worker, two are for later, the rest stays.
    ...Array.from({ length: 2 }, () => ({ task: 't.late', args: [600] })),
    ...Array.from({ length: 2 }, () => ({ task: 't.add', args: [1, 2], countdownS: 7_200 })),
  );
  await until(async () => (await look('celery')).held.running === 2, 15_000);
  await app.send(
    ...Array.from({ length: 6 }, (_, index) => ({ task: 't.sleep', args: [1], taskId: `s${index}` })),
    { task: 't.add', args: [1, 2], queue: 'parked', taskId: 'known' },
    { task: 't.add', args: [3, 4], queue: 'parked', priority: 9, taskId: 'late-turn' },
    { task: 't.echo', kwargs: { password: 'hunter2', site: 'a' }, queue: 'parked', priority: 4, compression: 'gzip' },
  );
}, 90_000);

afterAll(() => broker?.stop());

async function look(queue: string): Promise<CeleryQueue> {
  await broker.room.queues.look(0);
  await broker.room.inspector.refresh(['active', 'reserved', 'scheduled', 'queues'], 0);
  await broker.room.queues.look(0);
  const found = broker.room.queues.view().queues.find(({ name }) => name === queue);
  return found ?? { ...emptyQueue, name: queue };
}

const emptyQueue: CeleryQueue = {
  ...{ brokerId: 'broker', name: '', bindings: [], backlog: 0, consumers: null, oldestWaiting: null },
  waiting: { count: 0, bySteps: [] },
  held: { count: 0, scheduled: 0, reserved: 0, running: 0, unclaimed: null, oldestMs: null },
};

describe('queues under a prefix in another database', () => {
  it('are all that is still to be done, as its parts', async () => {
    await until(async () => (await look('celery')).backlog === 10, 10_000);
    const queue = await look('celery');
    expect(queue.held).toMatchObject({ scheduled: 2, running: 2, unclaimed: 0 });
    expect(queue.held.reserved + queue.waiting.count).toBe(6);
    expect(queue.held.reserved).toBeGreaterThan(0);
    expect(queue.waiting.count).toBe(await broker.link.command('LLEN', (client) => client.llen(`${prefix}celery`)));
    expect(queue.consumers).toEqual(['alpha@test']);
    expect(queue.held.oldestMs).toBeGreaterThan(0);
  });

  it('count every priority, and say who takes from them', async () => {
    await until(async () => (await look('parked')).backlog === 3, 10_000);
    const queue = await look('parked');
    expect(queue.waiting).toEqual({
      count: 3,
      bySteps: [
        { step: 0, count: 1 },
        { step: 3, count: 1 },
        { step: 9, count: 1 },
      ],
    });
    expect(queue).toMatchObject({
      backlog: 3,
      consumers: [],
      bindings: [{ exchange: 'parked', routingKey: 'parked' }],
    });
  });

  it('know the age of the next one where its sending was heard, and the least it can be elsewhere', async () => {
    const parked = await look('parked');
    expect(parked.oldestWaiting).toMatchObject({ basis: 'sent', taskId: 'known' });
    expect(parked.oldestWaiting?.ageMs).toBeGreaterThanOrEqual(60_000);
    const first = (await look('celery')).oldestWaiting;
    expect(first).toMatchObject({ basis: 'watched' });
    await until(async () => ((await look('celery')).oldestWaiting?.ageMs ?? 0) > (first?.ageMs ?? 0), 5_000);
  });

  it('show their messages in the order in which they will be taken, page by page, without arguments', async () => {
    const query = { brokerId: 'broker', queue: 'parked', part: 'waiting', limit: 1 } as const;
    const seen = [];
    let cursor: string | null = null;
    do {
      const page = await broker.room.messages({ ...query, cursor });
      seen.push(...page.messages);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.map(({ taskId, step, name }) => [name, step, taskId])).toEqual([
      ['t.add', 0, 'known'],
      ['t.echo', 3, expect.any(String)],
      ['t.add', 9, 'late-turn'],
    ]);
    expect(seen[1]).toMatchObject({ compression: 'application/x-gzip', problem: null, retries: 0 });
    expect(seen[1]?.origin).toMatch(/^gen\d+@/);
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  it('open one message when asked to, with what looks like a secret blanked', async () => {
    const page = await broker.room.messages({
      brokerId: 'broker',
      queue: 'parked',
      part: 'waiting',
      cursor: null,
      limit: 10,
    });
    const message = page.messages.find(({ name }) => name === 't.echo');
    const ref = { brokerId: 'broker', queue: 'parked', part: 'waiting' as const, position: 0, step: 3 };
    const body = await broker.room.pages.open({ ...ref, deliveryTag: message?.deliveryTag ?? '' });
    expect(body).toEqual({ args: '[]', kwargs: '{"password":"********","site":"a"}', hasSequel: false });
    await expect(broker.room.pages.open({ ...ref, deliveryTag: 'gone' })).rejects.toMatchObject({
      code: 'CELERY_MESSAGE_NOT_FOUND',
    });
  });

  it('show what workers hold, with the time of its delivery', async () => {
    const page = await broker.room.messages({
      brokerId: 'broker',
      queue: 'celery',
      part: 'held',
      cursor: null,
      limit: 50,
    });
    const later = page.messages.filter(({ etaMs }) => etaMs !== null);
    expect(later).toHaveLength(2);
    expect(later[0]?.etaMs).toBeGreaterThan(Date.now() + 3_600_000);
    expect(later[0]?.deliveredAtMs).toBeGreaterThan(Date.now() - 120_000);
    const [held] = later;
    const ref = { brokerId: 'broker', queue: 'celery', part: 'held' as const, position: null, step: 0 };
    expect(await broker.room.pages.open({ ...ref, deliveryTag: held?.deliveryTag ?? '' })).toMatchObject({
      args: '[1,2]',
    });
  });

  it('count messages that cannot be read, and stand them', async () => {
    await broker.link.command('LPUSH', (client) =>
      client.lpush(`${prefix}parked`, 'not json', '{}', '{"body": 5}', '{"body": "", "headers": {"task": 7}}'),
    );
    await broker.link.command('HSET', (client) => client.hset(`${prefix}unacked`, 'broken', '[1'));
    const page = await broker.room.messages({
      brokerId: 'broker',
      queue: 'parked',
      part: 'waiting',
      cursor: null,
      limit: 50,
    });
    expect(page.messages.filter(({ problem }) => problem !== null)).toHaveLength(4);
    expect((await look('parked')).waiting.count).toBe(7);
    expect(broker.room.queues.view().unacked.malformedCount).toBe(1);
    await broker.link.command('HDEL', (client) => client.hdel(`${prefix}unacked`, 'broken'));
  });

  it('find what no worker holds any more after one was killed', async () => {
    const victim = await broker.app.worker({ node: 'victim@test', queues: ['doomed'], concurrency: 1 });
    await broker.listening(2);
    await broker.app.send({ task: 't.late', args: [600], queue: 'doomed' });
    await until(async () => (await look('doomed')).held.running === 1, 15_000);
    victim.signalGroup('SIGKILL');
    await until(() => victim.hasEnded);
    await until(async () => (await look('doomed')).held.unclaimed === 1, 15_000);
  });
});
