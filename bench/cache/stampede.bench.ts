/** A thousand cold reads of one key in four processes, and hot keys read steadily past the end of their time. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CacheFleet, testKey, testLayers } from '../../test/support/cache-fleet.ts';
import type { CacheReport } from '../../test/support/cache-process.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { atMost, type Row } from '../row.ts';

const processCount = 4;
const callerCount = 250;
const computeMs = 100;

export async function stampede(): Promise<Row[]> {
  const redis = await startRedis();
  try {
    const ours = await runsOf('../../test/support/cache-process.ts', [], {
      url: redis.url,
      ...{ callerCount, computeMs, value: 'v', leaseMs: 6_000 },
    });
    const peer = await runsOf('./bento-entry.ts', [redis.socketPath, String(callerCount), String(computeMs)], {});
    const name = `computations for ${processCount * callerCount} cold reads of one key in ${processCount} processes`;
    return [atMost(1, { area: 'cache', name, unit: '', ours, peer, peerName: 'bentocache, two tiers' })];
  } finally {
    await redis.stop();
  }
}

/** All processes are up before the first is asked. */
async function runsOf(file: string, args: string[], request: object): Promise<number> {
  const children = Array.from({ length: processCount }, () =>
    fork(fileURLToPath(new URL(file, import.meta.url)), args),
  );
  try {
    await Promise.all(children.map((child) => heard(child, (report) => report.kind === 'ready' || report.runs === -1)));
    const outcomes = children.map((child) => heard(child, (report) => (report.runs ?? -1) >= 0));
    for (const child of children) child.send(request);
    return (await Promise.all(outcomes)).reduce((sum, { runs = 0 }) => sum + runs, 0);
  } finally {
    for (const child of children) child.kill();
  }
}

type Report = { kind?: CacheReport['kind']; runs?: number };

function heard(child: ChildProcess, wanted: (report: Report) => boolean): Promise<Report> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: Report) => {
      if (wanted(report)) resolve(report);
    });
    child.once('exit', (code) => reject(new Error(`A process of the stampede ended with ${code}`)));
  });
}

const keyCount = 50;
const ttlMs = 1_000;
const ttlCount = 10;
const readEveryMs = 10;

export async function steadyReads(): Promise<Row[]> {
  const redis = await startRedis();
  const fleet = new CacheFleet();
  try {
    const { cache } = await fleet.join(redis.url, {
      layers: { ...testLayers, kpis: { ...testLayers.kpis, ttlMs, staleWindowMs: 60_000 } },
    });
    const keys = Array.from({ length: keyCount }, (_, index) => testKey(`hot${index}`));
    let computations = 0;
    const load = async () => {
      computations += 1;
      await sleep(5);
      return { value: computations, dataAsOfMs: null };
    };
    await Promise.all(keys.map((key) => cache.compute(key, load, { deadlineMs: 5_000 })));
    const endMs = performance.now() + ttlCount * ttlMs;
    const background: Promise<unknown>[] = [];
    let [stale, waits, reads] = [0, 0, 0];
    while (performance.now() < endMs) {
      for (const [index, read] of (await cache.read(keys)).entries()) {
        reads += 1;
        if (read.value === null) waits += 1;
        else if (read.state !== 'fresh') stale += 1;
        const key = keys[index];
        if (read.renewDue && key) background.push(cache.compute(key, load, { deadlineMs: 5_000, renew: true }));
      }
      await sleep(readEveryMs);
    }
    await Promise.all(background);
    const name = `${reads} steady reads of ${keyCount} hot keys over ${ttlCount} TTLs`;
    return [
      atMost(0, { area: 'cache', name: `stale, of ${name}`, unit: '', ours: stale }),
      atMost(0, { area: 'cache', name: `waits, of ${name}`, unit: '', ours: waits }),
      atMost(2, {
        area: 'cache',
        name: `computations for each key and TTL, of ${name}`,
        unit: '',
        ours: computations / keyCount / ttlCount,
      }),
    ];
  } finally {
    await fleet.close();
    await redis.stop();
  }
}
