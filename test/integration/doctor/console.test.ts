/** What the doctor says of the console itself: its load, the time in which it could not look, its database. */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { celeryRecord } from '../../support/celery-record.ts';
import { type DoctorRoom, openDoctorRoom } from '../../support/doctor-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let room: DoctorRoom;

beforeEach(async () => {
  redis = await startRedis({ args: ['--enable-debug-command', 'yes'] });
  room = await openDoctorRoom({ cache: redis.url, broker: redis.url });
});
afterEach(async () => {
  await room.close();
  await redis.stop();
});

test('time in which nobody looked is told with its length; a short break is not', async () => {
  expect(await room.outcome('observation-gap', 'console')).toBe('well');
  const [nowMs, gap] = [
    Date.now(),
    { kind: 'gap', code: 'not_observed', tone: 'warning', detail: '', count: 1 } as const,
  ];
  room.store.timeline.append([{ ...gap, subject: 'held-up', atMs: nowMs - 60_000, untilMs: nowMs - 40_000 }]);
  room.store.timeline.append([{ ...gap, subject: 'asleep', atMs: nowMs - 200_000_000, untilMs: nowMs - 190_000_000 }]);
  expect(await room.outcome('observation-gap', 'console')).toBe('well');
  room.store.timeline.append([{ ...gap, subject: 'asleep', atMs: nowMs - 7_200_000, untilMs: nowMs - 3_600_000 }]);
  const [finding] = await room.found('observation-gap', 'console');
  expect(finding).toMatchObject({ code: 'not_observed', severity: 'info' });
  expect(finding?.evidence).toContainEqual({ name: 'gap_total_ms', value: 3_600_000, unit: 'ms', sinceMs: null });
  expect(finding?.evidence).toContainEqual({ name: 'reason', value: 'asleep', unit: 'text', sinceMs: null });
});

test('a database with overwritten pages is found to be damaged, a whole one is well', async () => {
  expect(await room.outcome('local-store', 'store')).toBe('well');
  const nowMs = Date.now();
  for (let n = 0; n < 2_000; n += 1) {
    room.store.audit.append({
      ...{ who: 'tester', transport: 'test', call: `call ${n} ${'x'.repeat(200)}`, input: {} },
      ...{ outcome: 'succeeded', error: null, atMs: nowMs },
    });
  }
  expect(await room.outcome('local-store', 'store')).toBe('well');
  // Closed, so that what lies in the log is in the file.
  room.store.close();
  const file = await open(room.file, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(Math.floor(size / 8), 0xa5), 0, undefined, Math.floor(size / 2));
  await file.close();
  const { checkIntegrity } = await import('../../../engine/store/integrity.ts');
  const { systemClock } = await import('../../../engine/base/clock.ts');
  expect(await checkIntegrity(room.file, systemClock)).toMatchObject({ state: 'damaged' });
  expect(await checkIntegrity(`${room.file}-none`, systemClock)).toMatchObject({ state: 'unknown' });
});

test('the history of Celery tasks has a file of its own, which is read whole as well', async () => {
  const { file } = room.store.celeryHistory();
  for (let from = 1; from <= 6_000; from += 500) {
    await room.store.celeryTasks.write(Array.from({ length: 500 }, (_, index) => celeryRecord(from + index)));
  }
  expect(room.store.celeryHistory()).toMatchObject({
    keptIn: 'file',
    sizeBytes: expect.toSatisfy((n) => n > 1_000_000),
  });
  expect(await room.outcome('local-store', 'store')).toBe('well');
  const { size } = statSync(file);
  const opened = await open(file, 'r+');
  await opened.write(Buffer.alloc(Math.floor(size / 4), 0xa5), 0, undefined, Math.floor(size / 2));
  await opened.close();
  expect(await room.found('local-store', 'store')).toMatchObject([
    { code: 'celery_history_damaged', evidence: expect.arrayContaining([expect.objectContaining({ value: file })]) },
  ]);
});

test('a command of ours that took long, and a share of the processor that is too big, are told', async () => {
  const link = room.connections.of('broker');
  await until(() => room.redis.ops.health('broker').state === 'sampling', 20_000, 'the first look');
  expect(await room.outcome('own-load', 'broker')).toBe('well');
  const [shard] = link.shards();
  room.redis.counted('broker')(shard?.address ?? '', 'debug');
  await shard?.command('DEBUG', (client) => client.call('DEBUG', 'SLEEP', '1.5'), 5_000);
  const codes = async () => (await room.found('own-load', 'broker')).map(({ code }) => code);
  expect(await codes()).toContain('own_slow_command');
  await until(async () => (await codes()).includes('own_load_high'), 40_000, 'the share of the processor');
}, 90_000);
