/** A process of its own with a cache: computes on request and tells over its channel what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../engine/base/clock.ts';
import { CacheFleet, testKey } from './cache-fleet.ts';

export interface CacheRequest {
  readonly url: string;
  /** Concurrent callers. */
  readonly callerCount: number;
  /** How long the loader takes. */
  readonly computeMs: number;
  readonly value: string;
  readonly leaseMs: number;
}

export type CacheReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'computing' }
  | { readonly kind: 'done'; readonly values: readonly unknown[]; readonly runs: number };

const fleet = new CacheFleet();
const tell = (report: CacheReport): void => void process.send?.(report);

async function serve({ url, callerCount, computeMs, value, leaseMs }: CacheRequest): Promise<void> {
  const { cache } = await fleet.join(url, { leaseMs, clock: systemClock });
  let runs = 0;
  const load = async (): Promise<{ value: string; dataAsOfMs: null }> => {
    runs += 1;
    tell({ kind: 'computing' });
    await sleep(computeMs);
    return { value, dataAsOfMs: null };
  };
  const callers = Array.from({ length: callerCount }, () => cache.compute(testKey(), load, { deadlineMs: 10_000 }));
  const values = [...new Set((await Promise.all(callers)).map((read) => read.value))];
  tell({ kind: 'done', values, runs });
}

process.on('message', (request: CacheRequest) => void serve(request));
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready' });
