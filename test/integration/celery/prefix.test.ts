/** Workers under a `global_keyprefix`: their events, tasks and verdicts, told apart from those without one on the same server. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { celeryTaskQuerySchema } from '../../../engine/model/celery-task.ts';
import { type CeleryApp, createCeleryApp } from '../../support/celery.ts';
import { celeryRoom } from '../../support/celery-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const prefixed = 'broker~shop:';
const everything = celeryTaskQuerySchema.parse({});
let redis: TestRedis;
let url: string;
let plain: CeleryApp;
let shop: CeleryApp;

beforeAll(async () => {
  redis = await startRedis({ tcp: true });
  url = `redis://127.0.0.1:${redis.port}/2`;
  plain = await createCeleryApp({ broker: url });
  shop = await createCeleryApp({
    broker: url,
    settings: { broker_transport_options: { global_keyprefix: 'shop:' } },
  });
  await Promise.all([
    plain.worker({ node: 'plain@test', concurrency: 1 }),
    shop.worker({ node: 'shop@test', concurrency: 1 }),
  ]);
}, 90_000);

afterAll(async () => {
  await Promise.all([plain?.stop(), shop?.stop()]);
  await redis?.stop();
}, 60_000);

describe('workers under a prefix, in a database of their own', () => {
  it('are heard, judged and counted as a broker of their own once their prefix is known', async () => {
    const room = await celeryRoom(url);
    onTestFinished(() => room.stop());
    room.listen('broker', 'shop:');
    await until(() => room.eventsState().find(({ brokerId }) => brokerId === prefixed)?.listening === true);
    await room.untilVerdict('shop@test', ({ verdict }) => verdict === 'consuming', 30_000);
    await room.untilVerdict('plain@test', ({ verdict }) => verdict === 'consuming', 30_000);
    const [taskId = ''] = await shop.send({ task: 't.add', args: [2, 3] });
    const found = async () => (await room.desk.page(everything)).tasks.find((task) => task.taskId === taskId);
    await until(async () => (await found())?.state === 'SUCCESS', 20_000);
    expect(await found()).toMatchObject({ brokerId: prefixed, worker: 'shop@test', name: 't.add' });
    const byNode = new Map(room.verdicts().map(({ node, brokerId }) => [node, brokerId]));
    expect(byNode).toEqual(
      new Map([
        ['plain@test', 'broker'],
        ['shop@test', prefixed],
      ]),
    );
    expect(room.workerViews().map(({ workerId }) => workerId)).toContain(`${prefixed}/shop@test`);
    await until(() => room.throughput(prefixed, 'shop@test').counts.some((count) => count !== null), 40_000);
  }, 120_000);
});

describe('workers without a prefix', () => {
  it('leave the arguments of their tasks in the history, so that one can run again after a restart', async () => {
    const store = await storeRoom(systemClock).open();
    const before = await celeryRoom(url, store);
    const [taskId = ''] = await plain.send({ task: 't.add', args: ['a', 'b'] });
    await until(async () => {
      const { tasks } = await before.desk.page(everything);
      return tasks.some((task) => task.taskId === taskId && task.state === 'SUCCESS');
    }, 20_000);
    await before.stop();
    const after = await celeryRoom(url, store);
    onTestFinished(() => after.stop());
    expect(await after.heard.call('broker', taskId)).toMatchObject({ name: 't.add', args: "['a', 'b']", kwargs: '{}' });
    expect(await after.heard.call('broker', 'never')).toBeNull();
  }, 60_000);
});
