/** The way of a KPI at 100,000 and 1,000,000 rows: cold, cached, and what it costs the engine; against the original's own code. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DashboardView } from '../../engine/model/dashboard.ts';
import { type ServedConsole, serveConsole } from '../../test/support/served-console.ts';
import { until } from '../../test/support/until.ts';
import { atMost, median, quantile, type Row } from '../row.ts';

const peerName = "the original's Python";
const coldRuns = 5;
const cachedReads = 1_000;

export async function dashboard100k(): Promise<Row[]> {
  return atSize(100_000, async (served) => {
    const { dashboardMs } = await coldTimes(served);
    return [
      atMost(300, {
        area: 'core',
        name: 'whole dashboard, cold, 100,000 rows',
        unit: 'ms',
        ours: median(dashboardMs),
        peer: 13_842,
        peerName,
      }),
      await loopDelay(served),
    ];
  });
}

export async function dashboard1m(): Promise<Row[]> {
  return atSize(1_000_000, async (served) => {
    const { dashboardMs, essentialsMs, view } = await coldTimes(served);
    const cached = await cachedTimes(served);
    const megabytes = treeMemoryBytes(served.process.pid ?? 0) / 1_000_000;
    return [
      atMost(1_500, {
        area: 'core',
        name: 'whole dashboard, cold, 1,000,000 rows',
        unit: 'ms',
        ours: median(dashboardMs),
        peer: 140_328,
        peerName,
      }),
      atMost(150, {
        area: 'core',
        name: 'essentials, cold, 1,000,000 rows',
        unit: 'ms',
        ours: median(essentialsMs),
        peer: 78_684,
        peerName,
      }),
      atMost(700, {
        area: 'core',
        name: 'engine and worker, memory, pages they share counted once, 1,000,000 rows',
        unit: 'MB',
        ours: megabytes,
        peer: 3_336,
        peerName,
      }),
      atMost(60, {
        area: 'core',
        name: 'payload of the whole dashboard, 1,000,000 rows',
        unit: 'kB',
        ours: JSON.stringify(view).length / 1_000,
        peer: 4_770,
        peerName,
      }),
      atMost(2, {
        area: 'core',
        name: 'cached dashboard over the contract, p50',
        unit: 'ms',
        ours: median(cached),
        peer: 41,
        peerName,
      }),
      atMost(10, {
        area: 'core',
        name: 'cached dashboard over the contract, p99',
        unit: 'ms',
        ours: quantile(cached, 0.99),
        peer: 69,
        peerName,
      }),
    ];
  });
}

async function atSize(rowCount: number, measure: (served: ServedConsole) => Promise<Row[]>): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-bench-'));
  const served = await serveConsole({ dataDir, env: { VIGIA_DEMO_ROWS: String(rowCount), VIGIA_LOG_LEVEL: 'warn' } });
  try {
    const { client } = served;
    await until(async () => (await client.call('system.info', {})).source.reachable, 120_000);
    await until(async () => (await client.call('workers.list', {})).workers.length > 0, 20_000);
    // What is measured is one cold view, not the warming of the start beside it.
    await until(async () => (await client.call('cache.status', {})).warming.lastReport !== null, 120_000);
    return await measure(served);
  } finally {
    await served.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Each run asks for a date range that nobody asked for before, so nothing of it is cached; all rows but a few are in it. */
async function coldTimes({ client }: ServedConsole) {
  const dashboardMs: number[] = [];
  const essentialsMs: number[] = [];
  let view: DashboardView | null = null;
  for (let run = 0; run < coldRuns + 1; run += 1) {
    const filters = { fecha_inicio: `2000-01-${String(run + 1).padStart(2, '0')}` };
    const startMs = performance.now();
    const first = await client.call('dashboard.get', { filters });
    const firstMs = performance.now() - startMs;
    if (first.sections.find(({ name }) => name === 'essentials')?.payload === null) throw new Error('no essentials');
    view = await client.call('dashboard.get', { filters, waitMs: 60_000 });
    if (view.staleSectionCount > 0)
      throw new Error(
        `sections missing: ${JSON.stringify(view.sections.map(({ name, freshness }) => [name, freshness.state, freshness.refresh]))}`,
      );
    // The first run also opens the worker's source, which a start does once.
    if (run === 0) continue;
    essentialsMs.push(firstMs);
    dashboardMs.push(performance.now() - startMs);
  }
  return { dashboardMs, essentialsMs, view };
}

async function cachedTimes({ client }: ServedConsole): Promise<number[]> {
  const times: number[] = [];
  await client.call('dashboard.get', { waitMs: 60_000 });
  for (let read = 0; read < cachedReads; read += 1) {
    const startMs = performance.now();
    await client.call('dashboard.get', {});
    times.push(performance.now() - startMs);
  }
  return times;
}

/** Four views are computed at once; the engine says how long its thread made others wait meanwhile. */
async function loopDelay({ client }: ServedConsole): Promise<Row> {
  const delays: number[] = [];
  const sampled = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = client.on('health.sampled', () => {
        stop();
        resolve();
      });
    });
  for (let round = 0; round < 3; round += 1) {
    await sampled();
    const views = [1, 2, 3, 4].map((day) => ({ fecha_inicio: `2001-0${round + 1}-0${day}` }));
    await Promise.all(views.map((filters) => client.call('dashboard.get', { filters, waitMs: 30_000 })));
    await sampled();
    delays.push((await client.call('performance.metrics', {})).loopDelayP99Ms);
  }
  return atMost(20, {
    area: 'core',
    name: 'event-loop delay p99 while four dashboards refresh',
    unit: 'ms',
    ours: Math.max(...delays),
  });
}

/** Memory of the engine and its worker processes (not of redis-server), from /proc; the pages of the program that both map count once. */
function treeMemoryBytes(root: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const field = (key: string): string => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '0';
        return [
          {
            pid: Number(name),
            parent: Number(field('PPid')),
            name: field('Name'),
            bytes: Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/smaps_rollup`, 'utf8'))?.[1]) * 1024,
          },
        ];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
  return processes
    .filter(({ pid, parent, name }) => pid === root || (parent === root && !name.startsWith('redis')))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
