/** Real workers whose broker is reached in other ways: by TLS, by a Sentinel, by a socket in another database. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { celeryTaskQuerySchema } from '../../../engine/model/celery-task.ts';
import { type CeleryApp, type CeleryAppOptions, createCeleryApp } from '../../support/celery.ts';
import { type CeleryRoom, celeryRoom } from '../../support/celery-room.ts';
import { startRedisSentinels } from '../../support/redis-sentinel.ts';
import { startRedis } from '../../support/redis-server.ts';
import { startRedisTls } from '../../support/redis-tls.ts';
import { until } from '../../support/until.ts';

const node = 'far@test';
const testMs = 120_000;

/** A worker as Celery is told the way, and the console as it is told the same way. */
async function both(app: CeleryAppOptions, ours: string): Promise<{ app: CeleryApp; room: CeleryRoom }> {
  const celery = await createCeleryApp(app);
  onTestFinished(() => celery.stop(), 60_000);
  const room = await celeryRoom(ours);
  onTestFinished(() => room.stop());
  await celery.worker({ node, concurrency: 1 });
  return { app: celery, room };
}

async function isWatched({ app, room }: { app: CeleryApp; room: CeleryRoom }): Promise<void> {
  const judged = await room.untilVerdict(node, ({ verdict, slots }) => verdict === 'consuming' && slots === 1, 40_000);
  // It answered, so questions and answers pass, not only events.
  expect(judged.replyAgeMs).not.toBeNull();
  const [taskId = ''] = await app.send({ task: 't.add', args: [2, 3], priority: 6 });
  const state = async (): Promise<string | undefined> => {
    const { tasks } = await room.desk.page(celeryTaskQuerySchema.parse({}));
    return tasks.find((task) => task.taskId === taskId)?.state;
  };
  await until(async () => (await state()) === 'SUCCESS', 20_000);
  expect((await room.desk.detail('broker', taskId)).result?.status).toBe('SUCCESS');
}

describe('Celery is watched', { timeout: testMs }, () => {
  it('over TLS', async () => {
    const redis = await startRedisTls();
    onTestFinished(() => redis.stop());
    const broker = `rediss://localhost:${redis.port}/1?ssl_cert_reqs=required&ssl_ca_certs=${redis.caFile}`;
    await isWatched(await both({ broker }, broker));
  });

  it('by a Sentinel', async () => {
    const sentinels = await startRedisSentinels();
    onTestFinished(() => sentinels.stop());
    const [first] = sentinels.sentinels;
    const broker = `sentinel://127.0.0.1:${first?.port}/0`;
    const named = { master_name: sentinels.masterName };
    const settings = { broker_transport_options: named, result_backend_transport_options: named };
    await isWatched(await both({ broker, settings }, sentinels.url));
  });

  it('by a socket, in another database', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const path = redis.socketPath;
    const broker = `redis+socket://${path}?virtual_host=7`;
    await isWatched(await both({ broker }, `unix://${path}?db=7`));
  });
});
