/** Tasks of real workers as the console tells of them: states, retries, trees, failures, over restarts and lost events. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { celeryTaskQuerySchema } from '../../../engine/model/celery-task.ts';
import type { Store } from '../../../engine/store/store.ts';
import { type CeleryRoom, celeryRoom } from '../../support/celery-room.ts';
import { type CeleryFleet, celeryFleet } from '../../support/celery-workers.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let fleet: CeleryFleet;
let url: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-gates-'));
  redis = await startRedis({ tcp: true });
  url = `redis://127.0.0.1:${redis.port}/0`;
  fleet = celeryFleet(url);
  await fleet.start({ args: ['-c', '2'] });
});

afterAll(async () => {
  await fleet.stop();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openRoom(store?: Store, way = url): Promise<CeleryRoom & { store: Store }> {
  const kept = store ?? (await storeRoom(systemClock).open());
  const room = await celeryRoom(way, kept);
  onTestFinished(() => room.stop());
  return { ...room, store: kept };
}

const query = (asked: Parameters<typeof celeryTaskQuerySchema.parse>[0] = {}) => celeryTaskQuerySchema.parse(asked);

/** What Python printed, word by word. */
async function idsOf(code: string): Promise<string[]> {
  return (await fleet.python(code)).split(' ');
}

async function stateOf(room: CeleryRoom, taskId: string): Promise<string | null> {
  const { tasks } = await room.desk.page(query({ text: taskId }));
  return tasks[0]?.state ?? null;
}

describe('tasks of real workers', () => {
  it('are told with their ends, their times and their worker', async () => {
    const room = await openRoom();
    const id = await fleet.python('print(add.delay(2, 3, password="hunter2").id)');
    await until(async () => (await stateOf(room, id)) === 'SUCCESS');
    const { task, timeline, argsKnown, result } = await room.desk.detail(null, id);
    expect(task).toMatchObject({ name: 't.add', worker: 'w1@test', queue: 'celery', retries: 0, doubt: null });
    const types = timeline.map(({ type }) => type);
    // The sender tells of it after the broker has it: the worker may be faster.
    expect(types).toContain('task-sent');
    expect(types.filter((type) => type !== 'task-sent')).toEqual(['task-received', 'task-started', 'task-succeeded']);
    expect(result?.status).toBe('SUCCESS');
    expect(argsKnown).toBe(true);
    expect(JSON.stringify(task)).not.toContain('hunter2');
    expect(await room.desk.reveal(null, id)).toEqual({ args: '(2, 3)', kwargs: "{'password': '***'}", result: '5' });
  });

  it('that are retried keep one line, with every attempt in it', async () => {
    const room = await openRoom();
    const id = await fleet.python('print(retry.delay(2).id)');
    await until(async () => (await stateOf(room, id)) === 'SUCCESS');
    const countOf = async (wanted: string) =>
      (await room.desk.detail(null, id)).timeline.filter(({ type }) => type === wanted).length;
    // What a worker told before the end may come a moment after it.
    await until(async () => (await countOf('task-retried')) === 2);
    expect(await countOf('task-started')).toBe(3);
    expect((await room.desk.detail(null, id)).task.retries).toBe(2);
  });

  it('that send others are the root of a tree', async () => {
    const room = await openRoom();
    const id = await fleet.python('print(parent.delay().id)');
    await until(async () => (await room.desk.detail(null, id).catch(() => null))?.tree.length === 3);
    const { tree } = await room.desk.detail(null, id);
    expect(tree.map(({ parentId }) => parentId)).toEqual([null, id, id]);
  });

  it('of a chain are one tree, each below the one before it', async () => {
    const room = await openRoom();
    const [last = '', middle = '', first = ''] = await idsOf(
      'c = chain(add.s(1, 1), add.s(2), add.s(3)).apply_async(); print(c.id, c.parent.id, c.parent.parent.id)',
    );
    await until(async () => (await stateOf(room, last)) === 'SUCCESS');
    const { tree, task } = await room.desk.detail(null, middle);
    expect(tree.map(({ taskId, parentId }) => [taskId, parentId])).toEqual([
      [first, null],
      [middle, first],
      [last, middle],
    ]);
    expect(task.rootId).toBe(first);
  });

  it('of a chord are told with how many parts are done, and what follows it hangs on the last of them', async () => {
    const room = await openRoom();
    const gate = join(folder, 'gate');
    const [after = '', groupId = '', one = '', other = '', waiting = ''] = await idsOf(
      `r = chord([add.s(1, 2), add.s(3, 4), wait.s("${gate}", 5)])(total.s())
print(r.id, r.parent.id, *[part.id for part in r.parent.children])`,
    );
    const chordOf = async (taskId: string) => (await room.desk.detail(null, taskId).catch(() => null))?.result?.chord;
    await until(async () => (await chordOf(one))?.done === 2, 10_000);
    const { group, result } = await room.desk.detail(null, one);
    expect(result).toMatchObject({ groupId, chord: { done: 2, size: 3 } });
    expect(group).toMatchObject({ groupId, size: 3 });
    expect(group?.parts.map(({ taskId }) => taskId).toSorted()).toEqual([one, other].toSorted());
    expect(await stateOf(room, waiting)).toBe('STARTED');
    writeFileSync(gate, '');
    await until(async () => (await stateOf(room, after)) === 'SUCCESS', 10_000);
    expect((await room.desk.detail(null, waiting)).group?.parts).toHaveLength(3);
    expect((await room.desk.detail(null, after)).tree.map(({ taskId }) => taskId)).toEqual([waiting, after]);
  });

  it('of a group that was saved are known while they still run, after a restart too', async () => {
    const first = await openRoom();
    const gate = join(folder, 'gate of the group');
    const [groupId = '', done = '', waiting = ''] = await idsOf(
      `g = group(add.s(1, 1), wait.s("${gate}", 2)).apply_async(); g.save()
print(g.id, *[part.id for part in g.children])`,
    );
    await until(
      async () => (await stateOf(first, done)) === 'SUCCESS' && (await stateOf(first, waiting)) === 'STARTED',
    );
    await first.stop();
    const second = await openRoom(first.store);
    const { group } = await second.desk.detail(null, done);
    expect(group).toMatchObject({ groupId, size: 2 });
    expect(group?.parts.map(({ taskId, state }) => `${taskId} ${state}`).toSorted()).toEqual(
      [`${done} SUCCESS`, `${waiting} STARTED`].toSorted(),
    );
    writeFileSync(gate, '');
    await until(async () => (await stateOf(second, waiting)) === 'SUCCESS', 20_000);
  });

  it('that fail for the same reason are one line of the failures', async () => {
    const room = await openRoom();
    await fleet.python('fail.delay("row 17 is bad"); fail.delay("row 18 is bad"); fail.delay("other")');
    const failures = () => room.desk.failures(null, 10);
    await until(async () => (await failures()).reduce((sum, { count }) => sum + count, 0) === 3);
    expect((await failures())[0]).toMatchObject({
      exceptionType: 'ValueError',
      message: 'row … is bad',
      count: 2,
    });
  });

  it('are found again after a restart, and one that ended meanwhile is mended from its result', async () => {
    const first = await openRoom();
    const id = await fleet.python('print(sleep.delay(3).id)');
    await until(async () => (await stateOf(first, id)) === 'STARTED');
    await first.stop();
    // It ends while nobody listens.
    const asked = `print(app.AsyncResult("${id}").state)`;
    await until(async () => (await fleet.python(asked)) === 'SUCCESS', 15_000);
    const second = await openRoom(first.store);
    await until(async () => (await stateOf(second, id)) === 'SUCCESS', 20_000, 'the repair');
    expect((await second.desk.detail(null, id)).task).toMatchObject({ stateSource: 'result', name: 't.sleep' });
  });

  it('that run longer than is usual for their name are told, while they run', async () => {
    const room = await openRoom();
    await fleet.python('[sleep.delay(0.01) for i in range(25)]');
    const usual = () => room.desk.names().names.find(({ name }) => name === 't.sleep');
    await until(() => (usual()?.succeeded ?? 0) >= 25, 15_000);
    const id = await fleet.python('print(sleep.delay(4).id)');
    await until(async () => (await room.desk.page(query({ only: 'slow' }))).tasks.some(({ taskId }) => taskId === id));
    expect(usual()).toMatchObject({ slowRunning: 1 });
    await until(async () => (await stateOf(room, id)) === 'SUCCESS', 10_000);
    expect((await room.desk.page(query({ only: 'slow' }))).tasks).toEqual([]);
  });

  it('come page by page, each once, also while new ones arrive', async () => {
    const room = await openRoom();
    await fleet.python('[add.delay(i, i) for i in range(60)]');
    const open = query({ states: ['PENDING', 'RECEIVED', 'STARTED'] });
    const settled = async () =>
      (await room.desk.page(query({ limit: 200 }))).tasks.length === 60 &&
      (await room.desk.page(open)).tasks.length === 0;
    await until(settled, 10_000);
    const seen: string[] = [];
    let cursor: number | null = null;
    do {
      const page: Awaited<ReturnType<typeof room.desk.page>> = await room.desk.page(query({ cursor, limit: 7 }));
      seen.push(...page.tasks.map(({ taskId }) => taskId));
      cursor = page.nextCursor;
      await fleet.python('add.delay(1, 1)');
    } while (cursor !== null);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });
});

describe('events that are lost', () => {
  it('are counted after a cut, and the states are mended', async () => {
    const proxy = await startFaultProxy({ host: '127.0.0.1', port: redis.port });
    onTestFinished(() => proxy.stop());
    const room = await openRoom(undefined, `${proxy.url}/0`);
    const state = () => room.eventsState()[0];
    await fleet.python('[add.delay(i, i) for i in range(5)]');
    await until(() => state()?.workers.some(({ taskEvents }) => taskEvents === 'on') ?? false);
    // The count starts from a heartbeat.
    const before = state()?.eventCount ?? 0;
    const id = await fleet.python('print(sleep.delay(5).id)');
    await until(() => (state()?.eventCount ?? 0) >= before + 5, 10_000, 'heartbeats');
    expect(await stateOf(room, id)).toBe('STARTED');
    await proxy.refuse();
    await until(() => state()?.listening === false);
    await fleet.python('[add.delay(i, i) for i in range(40)]');
    const asked = `print(app.AsyncResult("${id}").state)`;
    await until(async () => (await fleet.python(asked)) === 'SUCCESS', 15_000);
    await proxy.heal();
    await until(() => (state()?.lostCount ?? 0) >= 40, 15_000, 'the loss');
    expect(state()?.losses.at(-1)).toMatchObject({ cause: 'cut', eventCount: state()?.lostCount });
    expect(state()?.workers[0]).toMatchObject({ missedStarts: 40 });
    await until(async () => (await stateOf(room, id)) === 'SUCCESS', 20_000, 'the repair');
  });
});
