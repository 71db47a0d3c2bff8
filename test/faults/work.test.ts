/** Faults of workers, queues and schedules put into the real engine: the cause that is named must be the one that was injected. */
import { Queue } from 'bullmq';
import { describe, test } from 'vitest';
import { expectNamed, type FaultRoom } from '../support/injected-faults.ts';
import { until } from '../support/until.ts';

const read = (room: FaultRoom) => room.client.call('dashboard.get', {});
/** A console that has no workers of its own. */
const noOwnWorkers = () => ({ VIGIA_WORKER_PROCESSES: '0' });

describe.concurrent('the named cause is the injected one', () => {
  test('all workers are killed', () =>
    expectNamed({
      env: noOwnWorkers,
      inject: async (room) => {
        const worker = await room.worker();
        await room.settled();
        worker.destroy();
        await room.demand();
      },
      meanwhile: read,
      signs: ['backlog'],
      cause: 'workers_missing',
      names: /no worker|none is connected/,
      alert: { ruleId: 'queue-unattended' },
      tellsWhyStale: true,
    }));

  test('a worker is wedged: stopped in its tracks with its connections open', () =>
    expectNamed({
      env: noOwnWorkers,
      inject: async (room) => {
        const worker = await room.worker();
        await room.settled();
        for (const pid of worker.family()) process.kill(pid, 'SIGSTOP');
        await room.demand();
      },
      meanwhile: read,
      signs: ['backlog'],
      cause: 'workers_wedged',
      names: /connected/,
    }));

  test('somebody paused a queue', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        const queue = await ownQueue(room, 'dashboard');
        await queue.pause();
        await queue.close();
        await room.demand();
      },
      meanwhile: read,
      signs: ['backlog'],
      cause: 'queue_paused',
      names: /queue dashboard is paused/,
      tellsWhyStale: true,
    }));

  test('a flood of background jobs', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        const queue = await ownQueue(room, 'background');
        await queue.addBulk(Array.from({ length: 3_000 }, (_, index) => precompute(index)));
        await queue.close();
      },
      signs: ['backlog'],
      cause: 'job_flood',
      names: /jobs were given to background/,
    }));

  test('a schedule is missed: no console ran when it was due', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        await addOften(room);
        await room.leave();
        await dueTimesPass();
        await room.comeBack();
      },
      signs: ['schedules'],
      cause: 'not_running',
      names: /no console ran for/,
      alert: { ruleId: 'schedule-missed' },
    }));

  test('a schedule is missed: the console stood still when it was due, as a machine that is starved does', () =>
    expectNamed({
      inject: async (room) => {
        await room.settled();
        await addOften(room);
        const { process: console } = room.served;
        console.kill('SIGSTOP');
        await dueTimesPass();
        console.kill('SIGCONT');
      },
      signs: ['schedules'],
      cause: 'not_running',
      names: /this console was held up for/,
      alert: { ruleId: 'schedule-missed' },
    }));
});

/** Due every five seconds, and made up for once. */
async function addOften(room: FaultRoom): Promise<void> {
  const spec = { title: 'Often', job: 'refresh-kpis', filters: {}, jitterMs: 0, paused: false } as const;
  const timing = { kind: 'every', everyMs: 5_000 } as const;
  await room.client.call('schedules.add', { id: 'often', spec: { ...spec, timing, catchUp: 'once' } });
}

/** Three due times pass, and more than the three rounds of samples that make a gap. */
async function dueTimesPass(): Promise<void> {
  const beganMs = Date.now();
  await until(() => Date.now() - beganMs > 17_000, 60_000, 'missed due times');
}

function precompute(index: number) {
  const variants = [{ filters: { periodo_rapido: 100 + index }, origin: 'learned' }];
  return { name: 'precompute', data: { variants, requestedBy: 'flood' } };
}

/** As another program would take hold of it. */
async function ownQueue(room: FaultRoom, name: string): Promise<Queue> {
  const { queues } = await room.client.call('queues.list', {});
  const found = queues.find(({ id, own }) => own && id.name === name);
  if (!found) throw new Error(`No queue ${name}`);
  return new Queue(name, { prefix: found.id.prefix, connection: { path: room.broker.socketPath } });
}
