import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import type { CeleryAction } from '../../../engine/model/celery-control.ts';
import type { CeleryWorkerProcess } from '../../support/celery.ts';
import { startBroker, type TestBroker } from '../../support/celery-broker-room.ts';
import { until } from '../../support/until.ts';

const node = 'alpha@test';
const threads = 'threads@test';
let broker: TestBroker;
let worker: CeleryWorkerProcess;
let isUnlocked = true;

beforeAll(async () => {
  broker = await startBroker({
    room: {
      requireOperate() {
        if (!isUnlocked) throw new EngineError('REDIS_READ_ONLY', 'observed');
      },
      callOf: async (taskId) => heardCalls[taskId] ?? null,
    },
  });
  worker = await broker.app.worker({ node, events: false });
  await broker.app.worker({ node: threads, queues: ['other'], pool: 'threads' });
  await broker.listening(2);
  await broker.room.fleet(3_000);
}, 60_000);

afterAll(() => broker?.stop());
beforeEach(() => {
  isUnlocked = true;
});

const heardCalls: Record<string, { name: string; args: string; kwargs: string; queue: string | null }> = {
  heard: { name: 't.add', args: "('x', 'y')", kwargs: '{}', queue: 'celery' },
  cut: { name: 't.add', args: "('xxxxxxxx...", kwargs: '{}', queue: 'celery' },
};

const act = (action: CeleryAction, nodes: string[] = [node]) => broker.room.control.run(nodes, action);
const processes = async (): Promise<number> => {
  await broker.room.inspector.ask('stats', [node], [node]);
  return broker.room.inspector.worker(node).stats.value?.pool.processIds.length ?? -1;
};
const consumed = async (): Promise<string[]> => {
  await broker.room.inspector.ask('queues', [node], [node]);
  return broker.room.inspector.worker(node).queues.value?.map(({ name }) => name) ?? [];
};
const resultOf = async (taskId: string): Promise<unknown> => {
  const text = await broker.link.command('GET', (client) => client.get(`celery-task-meta-${taskId}`));
  return text === null ? null : JSON.parse(text);
};

describe('real workers are changed', () => {
  it('in the size of their pool, and never to nothing', async () => {
    expect((await act({ kind: 'pool_grow', by: 1 })).answers).toEqual([
      { node, outcome: 'ok', words: 'pool will grow' },
    ]);
    await until(async () => (await processes()) === 3, 15_000);
    await act({ kind: 'pool_shrink', by: 2 });
    await until(async () => (await processes()) === 1, 15_000);
    await expect(act({ kind: 'pool_shrink', by: 1 })).rejects.toMatchObject({ code: 'CELERY_COMMAND_REFUSED' });
    expect(await processes()).toBe(1);
    await act({ kind: 'pool_grow', by: 1 });
    await until(async () => (await processes()) === 2, 15_000);
  });

  it('not in a pool that cannot be', async () => {
    await expect(act({ kind: 'pool_grow', by: 1 }, [threads])).rejects.toThrow(/kind threads/);
    await expect(act({ kind: 'autoscale', min: 1, max: 4 })).rejects.toThrow(/--autoscale/);
  });

  it('in the bounds between which one sizes its pool itself, and it keeps to them', async () => {
    const node = 'scaled@test';
    const scaled = await broker.app.worker({ node, queues: ['scaled'], args: ['--autoscale', '3,1'] });
    const pool = async () => {
      await broker.room.inspector.ask('stats', [node], [node]);
      return broker.room.inspector.worker(node).stats.value?.pool;
    };
    try {
      await broker.listening(3);
      await broker.room.fleet(3_000);
      await until(async () => (await pool())?.autoscale?.max === 3, 10_000, 'what it was started with');
      await expect(act({ kind: 'pool_grow', by: 1 }, [node])).rejects.toThrow(/sizes its pool itself/);
      const { answers } = await act({ kind: 'autoscale', min: 2, max: 5 }, [node]);
      expect(answers).toEqual([{ node, outcome: 'ok', words: 'autoscale now max=5 min=2' }]);
      expect((await pool())?.autoscale).toMatchObject({ min: 2, max: 5 });
      await until(async () => ((await pool())?.processIds.length ?? 0) >= 2, 20_000, 'a second process');
      expect(scaled.hasEnded).toBe(false);
    } finally {
      await scaled.stop();
    }
    await broker.listening(2);
  }, 60_000);

  it('in what they consume', async () => {
    const extra = { queue: 'extra', exchange: null, exchangeType: 'direct', routingKey: null } as const;
    expect((await act({ kind: 'add_consumer', ...extra })).answers[0]?.outcome).toBe('ok');
    await until(async () => (await consumed()).includes('extra'), 10_000);
    await act({ kind: 'cancel_consumer', queue: 'extra' });
    await until(async () => !(await consumed()).includes('extra'), 10_000);
  });

  it('in their limits, which can be read back', async () => {
    await act({ kind: 'rate_limit', task: 't.add', rate: '100/m' });
    await act({ kind: 'time_limit', task: 't.add', softS: 20, hardS: 30 });
    await broker.room.inspector.ask('registered', [node], [node]);
    const task = broker.room.inspector.worker(node).registered.value?.find(({ name }) => name === 't.add');
    expect(task).toMatchObject({ rateLimit: '100/m', softLimitS: 20, hardLimitS: 30 });
    const unknown = await act({ kind: 'rate_limit', task: 't.nope', rate: '1/s' });
    expect(unknown.answers).toEqual([{ node, outcome: 'error', words: 'unknown task' }]);
    await act({ kind: 'rate_limit', task: 't.add', rate: null });
    await act({ kind: 'time_limit', task: 't.add', softS: null, hardS: null });
  });

  it('in whether they send task events', async () => {
    expect((await act({ kind: 'enable_events' })).answers[0]?.words).toBe('task events enabled');
    expect((await act({ kind: 'disable_events' })).answers[0]?.words).toBe('task events disabled');
  });

  it('so that a running task is ended', async () => {
    const [taskId = ''] = await broker.app.send({ task: 't.sleep', args: [600] });
    await until(async () => (await broker.room.inspector.where([taskId]))[0]?.state === 'active', 10_000);
    const done = await act({ kind: 'revoke', taskIds: [taskId], terminate: true, signal: 'SIGTERM' }, []);
    expect(done.answers.map(({ outcome }) => outcome)).toContain('ok');
    await until(async () => (await broker.room.inspector.where([taskId]))[0]?.state !== 'active', 10_000);
    await until(async () => JSON.stringify(await resultOf(taskId)).includes('REVOKED'), 10_000);
  });

  it('so that a task that waits for its time is discarded, and what runs goes on', async () => {
    const [running = ''] = await broker.app.send({ task: 't.sleep', args: [600] });
    const where = async (taskId: string) => (await broker.room.inspector.where([taskId]))[0]?.state;
    await until(async () => (await where(running)) === 'active', 10_000);
    const [waiting = ''] = await broker.app.send({ task: 't.add', args: [1, 2], countdownS: 2 });
    const done = await act({ kind: 'revoke', taskIds: [waiting], terminate: false, signal: 'SIGTERM' }, []);
    expect(done.answers.map(({ outcome }) => outcome)).toContain('ok');
    await until(async () => JSON.stringify(await resultOf(waiting)).includes('REVOKED'), 15_000);
    expect(await where(running)).toBe('active');
    await act({ kind: 'revoke', taskIds: [running], terminate: true, signal: 'SIGKILL' }, []);
    await until(async () => (await where(running)) !== 'active', 10_000);
  });

  it('only by name, and only those that are known', async () => {
    await expect(act({ kind: 'shutdown' }, [])).rejects.toMatchObject({ code: 'CELERY_COMMAND_INVALID' });
    await expect(act({ kind: 'pool_grow', by: 1 }, [])).rejects.toMatchObject({ code: 'CELERY_COMMAND_INVALID' });
    await expect(act({ kind: 'shutdown' }, ['nobody@test'])).rejects.toMatchObject({ code: 'CELERY_WORKER_NOT_FOUND' });
  });

  it('only while the connection is unlocked', async () => {
    isUnlocked = false;
    const locked = { code: 'REDIS_READ_ONLY' };
    await expect(act({ kind: 'enable_events' })).rejects.toMatchObject(locked);
    await expect(broker.room.sender.again('heard', null)).rejects.toMatchObject(locked);
    await expect(broker.room.purges.start('celery')).rejects.toMatchObject(locked);
    const task = {
      brokerId: 'broker',
      task: 't.add',
      args: '[1, 2]',
      kwargs: '{}',
      queue: 'celery',
      priority: 0,
      etaMs: null,
    };
    await expect(broker.room.sender.send(task)).rejects.toMatchObject(locked);
  });

  it('and outlive everything that is refused', async () => {
    for (const action of [
      { kind: 'add_consumer', queue: 'a\u0006\u0016b', exchange: null, exchangeType: 'direct', routingKey: null },
      { kind: 'add_consumer', queue: 'q', exchange: null, exchangeType: 'nope', routingKey: null },
      { kind: 'rate_limit', task: 't.add', rate: 'lots' },
      { kind: 'time_limit', task: 't.add', softS: 9, hardS: 5 },
      { kind: 'cancel_consumer', queue: 5 },
    ]) {
      await expect(act(action as CeleryAction)).rejects.toMatchObject({ code: 'CELERY_COMMAND_INVALID' });
    }
    expect(worker.hasEnded).toBe(false);
    await broker.listening(2);
  });
});

describe('tasks', () => {
  const task = { brokerId: 'broker', kwargs: '{}', queue: 'celery', priority: 0, etaMs: null };

  it('are sent so that a real worker runs them', async () => {
    const sent = await broker.room.sender.send({ ...task, task: 't.add', args: '[40, 2]' });
    expect(sent).toMatchObject({ queue: 'celery', consumers: [node] });
    await until(async () => (await resultOf(sent.taskId)) !== null, 10_000);
    expect(await resultOf(sent.taskId)).toMatchObject({ status: 'SUCCESS', result: 42 });
  });

  it('are sent for later', async () => {
    const sent = await broker.room.sender.send({
      ...task,
      task: 't.add',
      args: '[1, 1]',
      etaMs: Date.now() + 3_600_000,
    });
    await until(async () => {
      await broker.room.inspector.ask('scheduled', [node], [node]);
      return broker.room.inspector.worker(node).scheduled.value?.some(({ taskId }) => taskId === sent.taskId) ?? false;
    }, 10_000);
    await act({ kind: 'revoke', taskIds: [sent.taskId], terminate: false, signal: 'SIGTERM' }, []);
  });

  it.each([
    ['a task that nobody knows', { task: 't.nope', args: '[]' }, 'CELERY_COMMAND_REFUSED'],
    ['a queue that nobody knows', { task: 't.add', args: '[1, 2]', queue: 'celeri' }, 'CELERY_COMMAND_REFUSED'],
    ['arguments that are no array', { task: 't.add', args: '{}' }, 'CELERY_COMMAND_INVALID'],
    ['arguments that are no JSON', { task: 't.add', args: '(1, 2)' }, 'CELERY_COMMAND_INVALID'],
  ])('are not sent with %s', async (_what, change, code) => {
    await expect(broker.room.sender.send({ ...task, ...change })).rejects.toMatchObject({ code });
  });

  it('run again with the same arguments, as events told them', async () => {
    const sent = await broker.room.sender.again('heard', null);
    await until(async () => (await resultOf(sent.taskId)) !== null, 10_000);
    expect(await resultOf(sent.taskId)).toMatchObject({ status: 'SUCCESS', result: 'xy' });
    await expect(broker.room.sender.again('cut', null)).rejects.toMatchObject({ code: 'CELERY_ARGUMENTS_UNKNOWN' });
    await expect(broker.room.sender.again('never', null)).rejects.toMatchObject({ code: 'CELERY_ARGUMENTS_UNKNOWN' });
  });

  it('run again with the same arguments, as the worker that runs it has them', async () => {
    const [taskId = ''] = await broker.app.send({ task: 't.sleep', args: [3], kwargs: { tag: "it's" } });
    await until(async () => (await broker.room.inspector.where([taskId]))[0]?.state === 'active', 10_000);
    const sent = await broker.room.sender.again(taskId, null);
    await until(async () => (await resultOf(sent.taskId)) !== null, 15_000);
    expect(await resultOf(sent.taskId)).toMatchObject({ status: 'SUCCESS', result: 3 });
  });

  it('that wait are removed in steps, of every priority, and what comes later stays', async () => {
    const lists = ['parked', 'parked\u0006\u00169'];
    for (const list of lists) {
      const messages = Array.from({ length: 1_200 }, (_, index) => `message ${index}`);
      await broker.link.command('LPUSH', (client) => client.lpush(list, ...messages));
    }
    const run = await broker.room.purges.start('parked');
    expect(run).toMatchObject({ totalCount: 2_400, state: 'running' });
    await broker.link.command('LPUSH', (client) => client.lpush('parked', 'later'));
    await until(() => broker.room.purges.list()[0]?.state === 'done');
    expect(broker.room.purges.list()[0]).toMatchObject({ removedCount: 2_400, error: null });
    expect(await broker.link.command('LRANGE', (client) => client.lrange('parked', 0, -1))).toEqual(['later']);
  });

  it('that wait stay when the removal is stopped', async () => {
    const messages = Array.from({ length: 5_000 }, (_, index) => `message ${index}`);
    await broker.link.command('LPUSH', (client) => client.lpush('kept', ...messages));
    const { runId } = await broker.room.purges.start('kept');
    broker.room.purges.cancel(runId);
    await until(() => broker.room.purges.list()[0]?.state === 'cancelled');
    const left = await broker.link.command('LLEN', (client) => client.llen('kept'));
    expect(left).toBeGreaterThan(4_000);
    expect(left + (broker.room.purges.list()[0]?.removedCount ?? 0)).toBe(5_000);
  });
});

it('a worker that is told to shut down ends in order', async () => {
  const told = await act({ kind: 'shutdown' }, [threads]);
  expect(told.answers).toEqual([{ node: threads, outcome: 'told', words: '' }]);
  await until(
    async () =>
      (await broker.room.messenger.ask({ command: { method: 'ping', arguments: {} }, destination: null })).listeners ===
      1,
    15_000,
  );
  expect(worker.hasEnded).toBe(false);
});
