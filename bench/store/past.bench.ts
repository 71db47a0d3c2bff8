/** The past: a day's chart among ten million samples, what snapshots take, a moment, and a cold open with everything down. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import Database from 'better-sqlite3';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import { view } from '../../test/support/console-figures.ts';
import { runProgram } from '../../test/support/program.ts';
import { reviewedConsole } from '../../test/support/reviewed-console.ts';
import { atMost, median, type Row, told } from '../row.ts';

const root = join(import.meta.dirname, '../..');
const day = 24 * 3_600_000;
const sampleCount = 10_000_000;
const signalCount = 20;
const periodMs = 5_000;
const runs = 9;

function open(folder: string): Promise<Store> {
  const file = join(folder, 'vigia.db');
  return openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger, limits: { sizeBytes: 4e9 } });
}

export async function dayOfSamples(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-past-'));
  try {
    (await open(folder)).close();
    const nowMs = systemClock.now();
    const each = sampleCount / signalCount;
    const database = new Database(join(folder, 'vigia.db'));
    database.pragma('synchronous = OFF');
    for (let n = 1; n <= signalCount; n += 1) {
      const signal = n === 1 ? 'cache.hit_ratio' : `kpi.filler_${n}`;
      const id = database.prepare('INSERT INTO signal (name) VALUES (?)').run(signal).lastInsertRowid;
      database
        .prepare(
          `WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < ? - 1)
           INSERT INTO sample (signal_id, at_ms, value, count, span_ms)
           SELECT ?, ? + n * ${periodMs}, (n % 977) / 977.0, 5, ${periodMs} FROM step`,
        )
        .run(each, id, nowMs - each * periodMs);
    }
    database.close();
    const store = await open(folder);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const toMs = nowMs - run * 3 * day;
      const startMs = performance.now();
      const { points } = store.samples.series('cache.hit_ratio', toMs - day, toMs, 240);
      times.push(performance.now() - startMs);
      if (points.length < 200) throw new Error(`A day of samples gave ${points.length} points`);
    }
    store.close();
    return [
      atMost(50, { area: 'store', name: "10,000,000 samples: a day's chart", unit: 'ms', ours: median(times) }),
      told({ area: 'store', name: "10,000,000 samples: a day's chart, first", unit: 'ms', ours: times[0] ?? 0 }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A day of one view, refreshed every ten minutes, every figure a little different each time. */
export async function snapshotsOfDay(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-past-'));
  const store = await open(folder);
  try {
    const nowMs = systemClock.now();
    for (let n = 0; n < 144; n += 1) {
      for (const { name, payload, freshness } of view(nowMs, {}).sections) {
        const figures = Object.entries(payload?.figures ?? {}).map(([id, figure]) => [
          id,
          { ...figure, value: figure.value === null ? null : figure.value * (1 + n / 1e4) },
        ]);
        store.snapshots.save(
          {
            redisKey: name,
            value: { ...payload, figures: Object.fromEntries(figures) },
            computedAtMs: nowMs - n * 600_000,
            dataAsOfMs: null,
            computeMs: 10,
          },
          name,
          {
            pack: 'edp',
            packVersion: 1,
            source: 'bench',
            section: name,
            layer: freshness.layer,
            filters: '[]',
            asOf: '2026-11-22',
          },
        );
      }
    }
    const { sizeBytes, rawBytes, snapshotCount } = store.snapshotHistory.figures();
    return [
      told({
        area: 'store',
        name: `${snapshotCount} snapshots: a day of one view`,
        unit: 'kB',
        ours: sizeBytes / 1_024,
      }),
      told({ area: 'store', name: 'what they hold, without compression', unit: 'kB', ours: rawBytes / 1_024 }),
    ];
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The built program on a data folder with a past, Redis and source gone; every run in a browser profile of its own. */
export async function coldOpen(): Promise<Row[]> {
  const reviewed = await reviewedConsole();
  await reviewed.takeAway();
  const kept = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_)/.test(name));
  const env = { ...Object.fromEntries(kept), ...reviewed.env };
  const startMs = performance.now();
  const program = runProgram(
    process.execPath,
    [join(root, 'out/main/web.js'), '--data-dir', reviewed.dataDir],
    env,
    root,
  );
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const [, address = ''] = await program.says(/ready at (http:\S+)/, 60_000);
    const readyMs = performance.now() - startMs;
    const token = readFileSync(join(reviewed.dataDir, 'token'), 'utf8').trim();
    const times: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const page = await (await browser.newContext()).newPage();
      const openedMs = performance.now();
      await page.goto(`${address}/#/kpis?token=${token}`);
      await page.locator('.tile:not([aria-busy="true"]) .value:not(.none)').first().waitFor();
      times.push(performance.now() - openedMs);
      await page.context().close();
    }
    return [
      atMost(1_000, {
        area: 'store',
        name: 'cold open with everything down, to the first KPI',
        unit: 'ms',
        ours: median(times),
      }),
      told({ area: 'store', name: 'the program itself with everything down, until ready', unit: 'ms', ours: readyMs }),
    ];
  } finally {
    await browser.close();
    program.signal('SIGINT');
    await program.ended(30_000);
    await reviewed.remove();
  }
}
