/** Celery's events through a real Redis: how many are taken in, at what memory, and how the task list answers meanwhile. */
import { fork } from 'node:child_process';
import type { Measured, Wanted } from '../../test/support/celery-watch-entry.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { atLeast, atMost, type Row, told } from '../row.ts';

const peerName = 'Flower, as measured before, not in this run';

/** As fast as they come: three events a task, three a message, as a busy prefork worker sends them. */
export async function burst(): Promise<Row[]> {
  const { eventCount, lostCount, skippedCount, tookMs, cpuMs, loopDelayMs, lagMs } = await measured({
    kind: 'burst',
    eventCount: 400_000,
  });
  return [
    atLeast(40_000, {
      area: 'celery',
      name: 'events ingested, 400,000 at 45,000/s with the history written',
      unit: '/s',
      ours: eventCount / (tookMs / 1_000),
      peer: 9_400,
      peerName,
    }),
    told({
      area: 'celery',
      name: 'the same by the time on the processor, whatever else runs on the machine',
      unit: '/s',
      ours: eventCount / (cpuMs / 1_000),
      peer: 37_081,
      peerName: "Python's EventReceiver and State, as measured before",
    }),
    atMost(0, { area: 'celery', name: 'events lost in the burst', unit: 'events', ours: lostCount }),
    told({
      area: 'celery',
      name: 'tasks of the burst that the history did not get',
      unit: 'tasks',
      ours: skippedCount,
    }),
    told({ area: 'celery', name: 'the longest the engine held its thread meanwhile', unit: 'ms', ours: loopDelayMs }),
    told({ area: 'celery', name: 'how far it fell behind at most', unit: 'ms', ours: lagMs, peer: 6_000, peerName }),
  ];
}

export async function memory(): Promise<Row[]> {
  const { eventCount, lostCount, growthBytes, growthHalfwayBytes } = await measured({
    kind: 'memory',
    eventCount: 1_000_002,
  });
  return [
    atMost(150, {
      area: 'celery',
      name: 'memory above the start after 1,000,000 task events',
      unit: 'MB',
      ours: growthBytes / 1_000_000,
      peer: 569,
      peerName: `${peerName}, at its cap of 100,000 tasks`,
    }),
    told({
      area: 'celery',
      name: 'of that, grown in the second half million',
      unit: 'MB',
      ours: (growthBytes - growthHalfwayBytes) / 1_000_000,
    }),
    atMost(0, {
      area: 'celery',
      name: 'events missing of that million',
      unit: 'events',
      ours: 1_000_002 - eventCount + lostCount,
    }),
  ];
}

export async function answers(): Promise<Row[]> {
  const { eventCount, answerP50Ms, answerP99Ms, lostCount } = await measured({ kind: 'answers', eventCount: 60_000 });
  return [
    atMost(50, {
      area: 'celery',
      name: 'task list while 4,000 events/s arrive, p99',
      unit: 'ms',
      ours: answerP99Ms,
      peer: 219,
      peerName,
    }),
    told({ area: 'celery', name: 'task list meanwhile, p50', unit: 'ms', ours: answerP50Ms, peer: 6.5, peerName }),
    atMost(0, {
      area: 'celery',
      name: 'events missing of those',
      unit: 'events',
      ours: 60_000 - eventCount + lostCount,
    }),
  ];
}

export async function idleCost(): Promise<Row[]> {
  const { commandsPerMinute } = await measured({ kind: 'idle', eventCount: 0 });
  return [
    atMost(120, {
      area: 'celery',
      name: 'Redis commands a minute while watching 10 idle workers',
      unit: '/min',
      ours: commandsPerMinute,
    }),
  ];
}

/** The watcher is a process of its own, so that sending and Redis do not count as its memory and time. */
async function measured(wanted: Wanted): Promise<Measured> {
  const redis = await startRedis({ tcp: true, args: ['--client-output-buffer-limit', 'pubsub 32mb 8mb 60'] });
  const url = `redis://127.0.0.1:${redis.port}/0`;
  const watcher = fork(new URL('../../test/support/celery-watch-entry.ts', import.meta.url), [], {
    execArgv: ['--expose-gc'],
  });
  try {
    const answer = new Promise<Measured>((resolve, reject) => {
      watcher.once('message', (message) => resolve(message as Measured));
      watcher.once('exit', (code) => reject(new Error(`the watcher ended with ${code}`)));
    });
    watcher.send({ ...wanted, url });
    return await answer;
  } finally {
    watcher.kill();
    await redis.stop();
  }
}
