/** The guide's "workers not processing" and "cache not helping" on real servers: the doctor is silent, names it, and is silent again. */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { FaultRoom } from '../../support/injected-faults.ts';
import { until } from '../../support/until.ts';

let room: FaultRoom;
afterEach(() => room.close());

const ids = ['poison-jobs', 'stalled-jobs', 'work-done', 'jobs-succeed', 'schedules-kept', 'source-answers'];
const found = async (checkId: string) =>
  (await room.client.call('doctor.run', {})).findings.filter((finding) => finding.checkId === checkId);

const mend = async (finding: Awaited<ReturnType<typeof found>>[number] | undefined) =>
  room.client.call('doctor.fix', { findingId: finding?.findingId ?? '', commands: finding?.fix?.commands ?? [] });

test('workers do not process: without any the doctor says so, starts one when told to, and what waited is done', async () => {
  room = new FaultRoom();
  await room.open();
  await room.serve({ VIGIA_WORKER_PROCESSES: '0' });
  await room.demand();
  await until(async () => (await found('work-done')).some(({ fix }) => fix !== null), 60_000, 'the finding');
  const finding = (await found('work-done')).find(({ fix }) => fix !== null);
  expect(finding).toMatchObject({ code: 'workers_missing', severity: 'critical' });
  expect(finding?.fix?.commands).toEqual([{ shard: 'this console', words: ['workers.scale', '1'] }]);
  await mend(finding);
  await until(async () => (await found('work-done')).length === 0, 60_000, 'nothing found');
}, 180_000);

test('jobs that failed for good are told by their error, retried once it is mended, and stalled ones are told apart', async () => {
  room = new FaultRoom();
  await room.open();
  await room.serve();
  await room.settled();
  const connection = { path: room.broker.socketPath };
  const queue = new Queue('orders', { connection });
  let isMended = false;
  const work = async () => {
    if (!isMended) throw new Error('no table "prices"');
  };
  const worker = new Worker('orders', work, { connection });
  room.onEnd(() => Promise.all([queue.close(), worker.close()]));
  await queue.addBulk([1, 2, 3, 4].map((id) => ({ name: 'price', data: { id } })));
  await until(async () => (await found('poison-jobs')).length > 0, 90_000, 'the poison');
  const [poison] = await found('poison-jobs');
  expect(poison).toMatchObject({ code: 'poison_jobs', severity: 'warning' });
  expect(poison?.evidence).toContainEqual(expect.objectContaining({ name: 'failed_jobs', value: 4 }));
  expect(poison?.title).toMatch(/4 jobs of orders failed for good with one error: no table/);
  expect(await found('stalled-jobs')).toEqual([]);
  isMended = true;
  expect(await mend(poison)).toMatchObject({ state: 'mended' });
  await until(async () => (await queue.getCompletedCount()) === 4, 30_000, 'done');
  expect(await found('poison-jobs')).toEqual([]);

  await worker.close();
  await queue.add('long', {});
  const dying = new Worker('orders', null, { connection, lockDuration: 500 });
  room.onEnd(() => dying.close());
  await dying.waitUntilReady();
  expect(await dying.getNextJob('dying')).toBeDefined();
  const sweeping = new Worker('orders', work, { connection, stalledInterval: 500, maxStalledCount: 0 });
  room.onEnd(() => sweeping.close());
  await until(async () => (await found('stalled-jobs')).length > 0, 90_000, 'the stalled job');
  expect((await found('stalled-jobs'))[0]).toMatchObject({ code: 'stalled_jobs', severity: 'warning' });
  expect(await found('poison-jobs')).toEqual([]);
}, 240_000);

test('what programs that asked Celery left behind is found, and a console without Celery is silent on it', async () => {
  room = new FaultRoom();
  await room.open();
  await room.serve();
  await room.settled();
  const report = await room.client.call('doctor.run', {});
  expect(report.checked.find(({ checkId }) => checkId === 'celery-risks')).toBeUndefined();
  const separator = '\u0006\u0016';
  const bindings = Array.from(
    { length: 25 },
    (_each, n) => `gone-${n}${separator}${separator}gone-${n}.reply.celery.pidbox`,
  );
  const client = new Redis({ path: room.broker.socketPath });
  room.onEnd(async () => client.disconnect());
  await client.sadd('_kombu.binding.reply.celery.pidbox', ...bindings);
  await until(async () => (await found('celery-risks')).length > 0, 120_000, 'the leftovers');
  const [finding] = await found('celery-risks');
  expect(finding).toMatchObject({ code: 'leftover_replies', severity: 'warning' });
  // The console's own reply queue is there too while it asks.
  expect(Number(finding?.evidence.find(({ name }) => name === 'bindings')?.value)).toBeGreaterThanOrEqual(25);
}, 180_000);

test('workers do not process: a paused queue is named with what waits in it, and nothing is found once it is resumed', async () => {
  room = new FaultRoom();
  await room.open();
  await room.serve();
  // Workers that were given no time yet are no fault.
  expect(await found('work-done')).toEqual([]);
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
  const words = finding?.fix?.commands.map((command) => command.words.join(' ')).join();
  expect(words).toMatch(/^queueActions.run .*"action":"resume".*"name":"dashboard"/);
  const fix = await mend(finding);
  expect(fix).toMatchObject({ state: 'mended' });
  expect(await queue.isPaused()).toBe(false);
  await until(async () => (await found('work-done')).length === 0, 60_000, 'nothing found');
  await room.client.call('doctor.undo', { fixId: fix.fixId });
  expect(await queue.isPaused()).toBe(true);
}, 180_000);

test('the cache does not help: a storm of invalidations is named with its tag and count', async () => {
  room = new FaultRoom();
  await room.open();
  await room.serve();
  await room.settled();
  const named = async () => {
    for (let i = 0; i < 5; i += 1) await room.demand('expired');
    return (await found('cache-helps')).some(({ code }) => code === 'invalidation_storm');
  };
  await until(named, 90_000, 'the finding');
  const [finding] = await found('cache-helps');
  expect(finding?.title).toMatch(/hit rate .* invalidations within .* most of table:edp/);
}, 180_000);
