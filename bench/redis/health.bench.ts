/** What sampling costs a server, what it leaves on disk in a year, and that the engine's memory stays flat over a day. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from 'ioredis';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { RedisSampler } from '../../engine/health/redis/redis-sampler.ts';
import type { RedisLink } from '../../engine/redis/link.ts';
import { numericColumns, type RedisStretch } from '../../engine/store/redis-fold.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import { openRedisRoom } from '../../test/support/redis-room.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { atMost, type Row, told } from '../row.ts';

const watchMs = 60_000;
const looksOfADay = 43_200;

/** A minute of a server at rest, watched and not watched, by the server's own account. */
export async function samplingCost(): Promise<Row[]> {
  const redis = await startRedis();
  const client = new Redis(redis.socketPath);
  const room = await openRedisRoom(redis.url, { mode: 'observe' });
  try {
    await sleep(5_000);
    const before = await account(client);
    await sleep(watchMs);
    const after = await account(client);
    const overS = (after.atMs - before.atMs) / 1_000;
    await room.close();
    await sleep(500);
    const restBefore = await account(client);
    await sleep(20_000);
    const restAfter = await account(client);
    const rest = (restAfter.cpuMs - restBefore.cpuMs) / (restAfter.atMs - restBefore.atMs);
    const watched = (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs);
    // One INFO of our own account lies in between.
    const commands = ((after.commands - before.commands - 1) / overS) * 60;
    const area = 'redis' as const;
    return [
      atMost(60, {
        area,
        name: 'commands a minute of sampling at rest, heartbeats included',
        unit: '',
        ours: commands,
      }),
      atMost(0.005, {
        area,
        name: "sampling's part of the server's processor (one core)",
        unit: '×',
        ours: Math.max(0, watched - rest),
      }),
    ];
  } finally {
    client.disconnect();
    await redis.stop();
  }
}

/** A year of one server by the clock of its samples: the last day of ten seconds, a week of minutes, a year of tens. */
export async function yearOnDisk(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-year-'));
  const file = join(folder, 'vigia.db');
  const store = await openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger });
  try {
    const emptyBytes = store.sizeBytes();
    const endMs = Date.UTC(2027, 0, 1);
    const dayMs = 86_400_000;
    const startMs = endMs - 365 * dayMs;
    // Minutes up to the last day: folding makes of each ten what ten seconds would have made, in a sixth of the time.
    for (let atMs = startMs; atMs < endMs - 8 * dayMs; atMs += 600_000) append(store, atMs);
    for (let atMs = endMs - 8 * dayMs; atMs < endMs - dayMs; atMs += 60_000) append(store, atMs);
    for (let atMs = endMs - dayMs; atMs < endMs; atMs += 10_000) append(store, atMs);
    const rows = store.redisHistory.sizeBytes() / 330;
    const bytes = await closedSize(store, file);
    const grown = bytes - emptyBytes;
    const area = 'redis' as const;
    return [
      atMost(50, { area, name: 'a year of one server on disk', unit: 'MB', ours: grown / 1e6 }),
      told({ area, name: 'bytes a row', unit: '', ours: grown / rows }),
      told({ area, name: 'rows', unit: '', ours: rows }),
    ];
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The looks of a day at a real server, one after the other, on a clock that says they are two seconds apart. */
export async function flatOverADay(): Promise<Row[]> {
  const redis = await startRedis();
  const room = await openRedisRoom(redis.url, { mode: 'observe' });
  let aheadMs = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  const sampler = new RedisSampler({
    connectionId: 'day',
    link: (): RedisLink => room.link,
    clock,
    logger: silentLogger,
    history: room.store.redisHistory,
    onSampled: () => undefined,
  });
  try {
    const round = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        aheadMs += 2_000;
        await sampler.look();
      }
    };
    // An hour fills its windows.
    await round(looksOfADay / 12);
    const warmBytes = heapBytes();
    await round(looksOfADay);
    const endBytes = heapBytes();
    return [
      atMost(0.1, {
        area: 'redis',
        name: 'growth of the heap over a day of samples',
        unit: '×',
        ours: endBytes / warmBytes - 1,
      }),
      told({ area: 'redis', name: 'heap at its end', unit: 'MB', ours: endBytes / 1e6 }),
    ];
  } finally {
    await room.close();
    await redis.stop();
  }
}

function append(store: Store, atMs: number): void {
  const figures = Object.fromEntries(
    numericColumns.map((name, at) => [name, Math.round(1e6 + 1e6 * Math.sin(atMs / 1e7 + at))]),
  ) as unknown as RedisStretch;
  const commands = JSON.stringify(
    Object.fromEntries(
      ['get', 'set', 'hget', 'hgetall', 'expire', 'evalsha', 'zadd', 'xadd', 'other'].map((name, at) => [
        name,
        1_000 + ((atMs / 1_000 + at * 71) % 9_000),
      ]),
    ),
  );
  const stretch: RedisStretch = {
    ...figures,
    ...{ atMs, coveredMs: 10_000, roundTripMs: 0.231, cpuMs: 17.442, p50Ms: 0.003, p99Ms: 0.129 },
    commands,
    databases: '{"0":1234567,"1":4711}',
  };
  store.redisHistory.append([{ connectionId: 'year', shard: 'unix:///run/redis.sock', stretch }]);
}

async function closedSize(store: Store, file: string): Promise<number> {
  store.close();
  return statSync(file).size;
}

async function account(client: Redis): Promise<{ atMs: number; commands: number; cpuMs: number }> {
  const info = await client.info();
  const number = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return {
    atMs: performance.now(),
    commands: number('total_commands_processed'),
    cpuMs: (number('used_cpu_sys') + number('used_cpu_user')) * 1_000,
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
