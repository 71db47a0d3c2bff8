/** Verdicts on real workers in every bad way they can be in: right within 15 s, and never wrong before. */
import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSystemHealth } from '../../../engine/health/system-health.ts';
import type { CeleryWorkerVerdict } from '../../../engine/model/celery-verdict.ts';
import { type CeleryRoom, celeryRoom } from '../../support/celery-room.ts';
import { type CeleryFleet, type CeleryWorker, celeryFleet } from '../../support/celery-workers.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { healthyFacts } from '../../unit/health/facts.ts';

/** What the issue allows. */
const soonMs = 15_000;
const testMs = 70_000;

let redis: TestRedis;
let url: string;
let fleet: CeleryFleet;
let room: CeleryRoom;

beforeEach(async () => {
  redis = await startRedis({ tcp: true });
  url = `redis://127.0.0.1:${redis.port}/0`;
  fleet = celeryFleet(url);
  room = await celeryRoom(url);
});

afterEach(async () => {
  await room.stop();
  await fleet.stop();
  await redis.stop();
});

const isWell = ({ verdict, slots, queues }: CeleryWorkerVerdict): boolean =>
  verdict === 'consuming' && slots === 2 && queues.length > 0;

/** A worker of two processes that was judged well. */
async function wellWorker(options: Parameters<CeleryFleet['start']>[0] = {}): Promise<CeleryWorker> {
  const worker = await fleet.start({ args: ['-c', '2'], ...options });
  await room.untilVerdict(worker.node, isWell, soonMs + 5_000);
  return worker;
}

/** Every verdict that is given from now on. */
function watch(node: string): { seen: Set<string>; stop(): void } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    const verdict = room.verdict(node);
    if (verdict) seen.add(verdict.verdict);
  }, 50);
  return { seen, stop: () => clearInterval(timer) };
}

describe('a Celery worker', { timeout: testMs }, () => {
  it('whose children are all blocked is wedged, though it answers ping', async () => {
    const { node } = await wellWorker();
    await fleet.python('[forever.delay() for i in range(5)]');
    const { reason, activeCount, replyAgeMs } = await room.untilVerdict(
      node,
      ({ verdict }) => verdict === 'wedged',
      soonMs,
    );
    expect({ reason, activeCount }).toEqual({ reason: 'all_slots_stuck', activeCount: 2 });
    expect(replyAgeMs).toBeLessThan(10_000);
  });

  it('that is stopped is unknown, and well again when it goes on', async () => {
    const worker = await wellWorker();
    worker.signal('SIGSTOP');
    const { seen, stop } = watch(worker.node);
    await room.untilVerdict(worker.node, ({ verdict }) => verdict === 'unknown', soonMs);
    await until(() => (room.verdict(worker.node)?.heartbeatAgeMs ?? 0) > soonMs, soonMs);
    stop();
    expect([...seen].sort()).toEqual(['consuming', 'unknown']);
    worker.signal('SIGCONT');
    await room.untilVerdict(worker.node, isWell, soonMs);
  });

  it('that is killed is gone, its running task an orphan', async () => {
    const worker = await wellWorker();
    const id = await fleet.python('print(forever.delay().id)');
    await until(async () => (await room.desk.detail(null, id).catch(() => null))?.task.state === 'STARTED');
    worker.kill();
    const { reason } = await room.untilVerdict(worker.node, ({ verdict }) => verdict === 'gone', soonMs);
    expect(reason).toBe('silent_and_disconnected');
    expect((await room.desk.detail(null, id)).task.doubt).toBe('worker_gone');
  });

  it('that was stopped in order is gone at once', async () => {
    const worker = await wellWorker();
    worker.signal('SIGTERM');
    const { reason } = await room.untilVerdict(worker.node, ({ verdict }) => verdict === 'gone', 5_000);
    expect(reason).toBe('said_goodbye');
  });

  it('whose pool was shrunk to nothing is wedged', async () => {
    const { node } = await wellWorker();
    await fleet.python(`app.control.pool_shrink(2, destination=["${node}"])`);
    const { reason } = await room.untilVerdict(node, ({ verdict }) => verdict === 'wedged', soonMs + 2_000);
    expect(reason).toBe('pool_empty');
  });

  it('that was told to take from no queue is wedged when work waits', async () => {
    const { node } = await wellWorker();
    await fleet.python(`app.control.cancel_consumer("celery", destination=["${node}"], reply=True)\nadd.delay(1, 2)`);
    const { reason } = await room.untilVerdict(node, ({ verdict }) => verdict === 'wedged', soonMs);
    expect(['no_queues', 'not_taking_tasks']).toContain(reason);
  });

  it('that went deaf is marked so, and consuming while it takes tasks', async () => {
    const { node } = await wellWorker();
    // Its own listener for control ends over a message without a method; the reference of what breaks a worker.
    const broken = `{"body": "W10=", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"body_encoding": "base64", "delivery_tag": "x", "delivery_info": {"exchange": "celery.pidbox", "routing_key": ""}, "priority": 0, "delivery_mode": 2}}`;
    await room.link.command('PUBLISH', (client) => client.publish('/0.celery.pidbox', broken));
    const judged = await room.untilVerdict(node, ({ flags }) => flags.includes('deaf'), 2 * soonMs);
    expect(judged.verdict).not.toBe('gone');
    await fleet.python('add.delay(1, 2)');
    const later = await room.untilVerdict(
      node,
      ({ verdict }) => verdict === 'consuming' || verdict === 'wedged',
      soonMs + 10_000,
    );
    expect(later.flags).toContain('deaf');
  });

  it('without remote control is consuming, and marked so', async () => {
    const { node } = await fleet.start({ args: ['-c', '2'], env: { T_CONTROL: 'off' } });
    const judged = await room.untilVerdict(node, ({ flags }) => flags.includes('remote_control_off'), 3 * soonMs);
    expect(judged.verdict).toBe('consuming');
    await fleet.python('add.delay(1, 2)');
    await room.untilVerdict(node, ({ reason }) => reason === 'taking_tasks', 5_000);
  });

  it('without events is consuming, and marked so once it works', async () => {
    const { node } = await wellWorker({ events: false });
    await fleet.python('[add.delay(i, i) for i in range(4)]');
    await until(() => (room.verdict(node)?.processedCount ?? 0) >= 4, 5_000);
    await fleet.python('[add.delay(i, i) for i in range(4)]');
    const judged = await room.untilVerdict(node, ({ flags }) => flags.includes('task_events_off'), soonMs);
    expect(judged.verdict).toBe('consuming');
  });

  it('that neither beats nor gossips is consuming, by its answers', async () => {
    const { node } = await fleet.start({ args: ['-c', '2', '--without-heartbeat', '--without-gossip'], events: false });
    const judged = await room.untilVerdict(node, isWell, 35_000);
    expect(judged.heartbeatAgeMs).toBeNull();
  });

  it.each(['threads', 'solo'])('with a pool of %s that had nothing to do yet is consuming', async (pool) => {
    const { node } = await fleet.start({ args: ['-P', pool, '-c', '1'] });
    const judged = await room.untilVerdict(node, ({ slots }) => slots !== null, soonMs);
    expect(judged).toMatchObject({ verdict: 'consuming', slots: 1 });
    await fleet.python('add.delay(1, 2)');
    await room.untilVerdict(node, ({ verdict, reason }) => verdict === 'consuming' && reason === 'taking_tasks', 8_000);
  });

  it('whose name another one has too is marked so', async () => {
    await wellWorker({ node: 'twin@test' });
    await fleet.start({ node: 'twin@test', args: ['-c', '2'] });
    const judged = await room.untilVerdict('twin@test', ({ flags }) => flags.includes('duplicate_name'), soonMs);
    expect(judged.verdict).toBe('consuming');
  });

  it.each(['-60', '+60'])('whose clock is off by %s seconds is judged as any other', async (offset) => {
    const folder = readdirSync('/usr/lib').find((name) => existsSync(`/usr/lib/${name}/faketime/libfaketime.so.1`));
    const library = `/usr/lib/${folder}/faketime/libfaketime.so.1`;
    const { node } = await wellWorker({ env: { LD_PRELOAD: library, FAKETIME: `${offset}s` } });
    const { seen, stop } = watch(node);
    const isMarked = ({ flags }: CeleryWorkerVerdict): boolean => flags.includes('clock_skewed');
    const { flags, clockSkewMs, evidence } = await room.untilVerdict(node, isMarked, soonMs);
    expect(flags).toEqual(['clock_skewed']);
    expect(Math.abs((clockSkewMs ?? 0) - Number(offset) * 1_000)).toBeLessThan(3_000);
    expect(evidence.find(({ code }) => code === 'clock_skew')?.values).toEqual({ skewMs: clockSkewMs });
    const id = await fleet.python('print(sleep.delay(3).id)');
    const running = await room.untilVerdict(node, ({ activeCount }) => activeCount === 1, soonMs);
    expect(running.verdict).toBe('consuming');
    await until(async () => (await room.desk.detail(null, id).catch(() => null))?.task.state === 'SUCCESS');
    const { task } = await room.desk.detail(null, id);
    expect(Math.abs((task.finishedAtMs ?? 0) - task.firstSeenMs - 3_000)).toBeLessThan(3_000);
    stop();
    expect([...seen]).toEqual(['consuming']);
  });
});

describe('a Celery worker with a network of its own', { timeout: testMs }, () => {
  let proxy: FaultProxy;

  beforeEach(async () => {
    proxy = await startFaultProxy({ host: '127.0.0.1', port: redis.port });
  });

  afterEach(() => proxy.stop());

  it('that is cut off is never said to consume, and does again when it is healed', async () => {
    const { node } = await wellWorker({ brokerUrl: `${proxy.url}/0` });
    await proxy.refuse();
    const away = ({ verdict }: CeleryWorkerVerdict): boolean => verdict === 'unknown' || verdict === 'gone';
    await room.untilVerdict(node, away, soonMs);
    const { seen, stop } = watch(node);
    await until(() => (room.verdict(node)?.heartbeatAgeMs ?? 0) > soonMs, soonMs);
    stop();
    expect(seen.has('consuming') || seen.has('busy') || seen.has('wedged')).toBe(false);
    await proxy.heal();
    // Celery itself waits up to some ten seconds before it tries again.
    await room.untilVerdict(node, isWell, 45_000);
  });

  it('in a black hole is unknown: it may still be connected', async () => {
    const { node } = await wellWorker({ brokerUrl: `${proxy.url}/0` });
    proxy.blackHole();
    const { reason } = await room.untilVerdict(node, ({ verdict }) => verdict === 'unknown', soonMs);
    expect(reason).toBe('silent');
  });
});

describe('a Celery worker whose Redis came back empty', { timeout: 2 * testMs }, () => {
  it('is judged by whether it takes tasks again, which Celery sometimes does not', async () => {
    const { node } = await wellWorker();
    await redis.restart();
    await until(() => room.link.isReady && (room.eventsState()[0]?.listening ?? false), soonMs);
    await room.untilVerdict(node, ({ heartbeatAgeMs }) => (heartbeatAgeMs ?? soonMs) < 3_000, 45_000);
    const before = room.verdict(node)?.processedCount ?? 0;
    await fleet.python('[add.delay(i, i) for i in range(10)]');
    const takes = (): boolean => (room.verdict(node)?.processedCount ?? 0) >= before + 10;
    const settled = ({ verdict, reason }: CeleryWorkerVerdict): boolean =>
      (verdict === 'consuming' && takes()) || (verdict === 'wedged' && reason === 'not_taking_tasks');
    const judged = await room.untilVerdict(node, settled, soonMs);
    const waiting = await room.link.command('LLEN', (client) => client.llen('celery'));
    expect(judged.verdict).toBe(waiting === 0 ? 'consuming' : 'wedged');
  });
});

describe('Celery workers and the health of the system', { timeout: testMs }, () => {
  it('are its pool processes while they consume, beside our own slots', async () => {
    const worker = await wellWorker();
    const own = healthyFacts().workers ?? [];
    const counted = (): number =>
      buildSystemHealth(healthyFacts({ workers: [...own, ...room.workerViews()] })).celery_workers;
    const before = buildSystemHealth(healthyFacts()).celery_workers;
    expect(counted()).toBe(before + 2);
    worker.signal('SIGTERM');
    await room.untilVerdict(worker.node, ({ verdict }) => verdict === 'gone', 5_000);
    expect(counted()).toBe(before);
  });

  it('change nothing where there are none, at next to no cost', async () => {
    expect(room.verdicts()).toEqual([]);
    expect(room.workerViews()).toEqual([]);
    const [state] = room.eventsState();
    expect(state).toMatchObject({ listening: true, problem: null, workers: [], lostCount: 0 });
  });
});
