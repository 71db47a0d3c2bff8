/** The guide's "workers not processing" and "cache not helping" on real servers: the doctor is silent, names it, and is silent again. */
import { Queue } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { FaultRoom } from '../../support/injected-faults.ts';
import { until } from '../../support/until.ts';

let room: FaultRoom;
afterEach(() => room.close());

const ids = ['work-done', 'jobs-succeed', 'schedules-kept', 'source-answers'];
const found = async (checkId: string) =>
  (await room.client.call('doctor.run', {})).findings.filter((finding) => finding.checkId === checkId);

test('workers do not process: a paused queue is named with what waits in it, and nothing is found once it is resumed', async () => {
  room = new FaultRoom();
  await room.open();
  await room.settled();
  const { checked } = await room.client.call('doctor.run', {});
  for (const id of ids) expect(checked.find(({ checkId }) => checkId === id)).toMatchObject({ outcome: 'well' });
  const { queues } = await room.client.call('queues.list', {});
  const view = queues.find(({ id, own }) => own && id.name === 'dashboard');
  const connection = { path: room.broker.socketPath };
  const queue = new Queue('dashboard', { prefix: view?.id.prefix ?? '', connection });
  room.onEnd(() => queue.close());
  await queue.pause();
  await room.demand();
  await until(async () => (await found('work-done')).length > 0, 60_000, 'the finding');
  const [finding] = await found('work-done');
  expect(finding).toMatchObject({ code: 'queue_paused', severity: 'critical' });
  expect(finding?.title).toMatch(/wait.* in dashboard.*: the queue dashboard is paused/);
  expect(finding?.steps.join()).toContain('Resume it');
  await queue.resume();
  await until(async () => (await found('work-done')).length === 0, 60_000, 'nothing found');
}, 180_000);

test('the cache does not help: a storm of invalidations is named with its tag and count', async () => {
  room = new FaultRoom();
  await room.open();
  await room.settled();
  const named = async () => {
    for (let i = 0; i < 5; i += 1) await room.demand('expired');
    return (await found('cache-helps')).some(({ code }) => code === 'invalidation_storm');
  };
  await until(named, 90_000, 'the finding');
  const [finding] = await found('cache-helps');
  expect(finding?.title).toMatch(/hit rate .* invalidations within .* most of table:edp/);
}, 180_000);
