/** Readers while Redis is killed and comes back, and the heap after a million distinct reads. */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CacheFleet, testKey } from '../../test/support/cache-fleet.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { atLeast, atMost, quantile, type Row } from '../row.ts';
import { payloadOf } from './payload.ts';

const readsASecond = 200;
const keyCount = 20;

export async function redisKilled(): Promise<Row[]> {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const fleet = new CacheFleet();
  try {
    const { cache } = await fleet.join(redis.url);
    const keys = Array.from({ length: keyCount }, (_, index) => testKey(`k${index}`));
    const value = payloadOf(2_000);
    for (const key of keys) await cache.compute(key, async () => ({ value, dataAsOfMs: null }), { deadlineMs: 5_000 });
    const took: number[] = [];
    let [failed, reads, backMs, recoveredMs] = [0, 0, Number.NaN, Number.NaN];
    const outage = (async () => {
      await sleep(1_000);
      await redis.kill();
      await sleep(2_000);
      await redis.restart();
      backMs = performance.now();
    })();
    const readOne = async (index: number): Promise<void> => {
      const startMs = performance.now();
      const [read] = await cache.read([keys[index % keyCount] as (typeof keys)[number]]).catch(() => []);
      took.push(performance.now() - startMs);
      reads += 1;
      if (read === undefined || read.value === null) failed += 1;
      const usesRedis = read !== undefined && read.reason === 'within-ttl';
      if (usesRedis && !Number.isNaN(backMs) && Number.isNaN(recoveredMs)) recoveredMs = performance.now() - backMs;
    };
    const open: Promise<void>[] = [];
    const startMs = performance.now();
    for (let index = 0; performance.now() - startMs < 7_000; index += 1) {
      open.push(readOne(index));
      await sleep(Math.max(0, startMs + (index * 1_000) / readsASecond - performance.now()));
    }
    await Promise.all([outage, ...open]);
    const during = 'while Redis is killed and restarted';
    return [
      atMost(0, {
        area: 'cache',
        name: `failed, of ${reads} reads at ${readsASecond}/s ${during}`,
        unit: '',
        ours: failed,
      }),
      atMost(50, { area: 'cache', name: `a reader's p99 ${during}`, unit: 'ms', ours: quantile(took, 0.99) }),
      atMost(2_000, {
        area: 'cache',
        name: 'recovery to what Redis holds after it is back',
        unit: 'ms',
        ours: recoveredMs,
      }),
    ];
  } finally {
    await fleet.close();
    await redis.stop();
  }
}

const distinctReads = 1_000_000;
const ceilingBytes = 64 * 1024 * 1024;

export async function heap(): Promise<Row[]> {
  const redis = await startRedis();
  try {
    const file = fileURLToPath(new URL('./heap-entry.ts', import.meta.url));
    const child = fork(file, [redis.url, String(distinctReads), String(ceilingBytes), '2000'], {
      execArgv: ['--expose-gc'],
    });
    const { growth, found } = await new Promise<{ growth: number; found: number }>((resolve, reject) => {
      child.once('message', (report) => resolve(report as { growth: number; found: number }));
      child.once('exit', (code) => reject(new Error(`The reading process ended with ${code}`)));
    });
    const name = `heap after ${found.toLocaleString('en-US')} distinct reads of 2 kB, against its ceiling`;
    const measured = { area: 'cache', unit: '×', ours: growth / ceilingBytes } as const;
    return [
      atMost(1.2, { ...measured, name }),
      atLeast(0.8, { ...measured, name: `${name} (so that the ceiling is used)` }),
    ];
  } finally {
    await redis.stop();
  }
}
