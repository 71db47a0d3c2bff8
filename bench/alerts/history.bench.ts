/** A million changes in the history over a real store: a page of it, filtered, searched, in full, and what it adds up to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { type AlertHistoryQuery, alertHistoryQuerySchema } from '../../engine/model/alert.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import { firingOf } from '../../test/support/alert-parts.ts';
import { atMost, quantile, type Row, told } from '../row.ts';

const changeCount = 1_000_000;
const everyMs = 7_000;
const ruleCount = 200;
const portion = 5_000;
const repetitions = 15;

export async function millionChanges(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-history-'));
  const store = await openStore({
    file: join(folder, 'vigia.db'),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
  });
  try {
    const nowMs = systemClock.now();
    fill(store, nowMs);
    const middle = changeCount / 2;
    const asked: readonly (readonly [string, Partial<AlertHistoryQuery>])[] = [
      ['newest page', {}],
      ['page in the middle', { beforeId: middle }],
      ['page of one rule', { ruleId: 'rule-7' }],
      ['page of one state', { to: 'firing' }],
      ['page of a week', { fromMs: nowMs - 14 * 86_400_000, untilMs: nowMs - 7 * 86_400_000 }],
    ];
    const rows = asked.map(([name, query]) => {
      const input = alertHistoryQuerySchema.parse(query);
      const times = Array.from({ length: repetitions }, () =>
        timed(() => store.alerts.history(input).transitions.length),
      );
      return atMost(100, {
        area: 'alerts',
        name: `history of 1,000,000: ${name}, 95th percentile`,
        unit: 'ms',
        ours: quantile(times, 0.95),
      });
    });
    const search = alertHistoryQuerySchema.parse({ search: 'rule-7 average' });
    const searched = timed(() => store.alerts.history(search).transitions.length);
    const began = performance.now();
    const { spanCount } = await store.alertEpisodes.figures(nowMs - 7 * 86_400_000, nowMs);
    if (spanCount === 0) throw new Error('nothing fired in a week: nothing was added up');
    return [
      ...rows,
      told({
        area: 'alerts',
        name: 'history of 1,000,000: two words searched, with the count of all',
        unit: 'ms',
        ours: searched,
      }),
      told({
        area: 'alerts',
        name: `figures of a week (${spanCount} firings), over many turns`,
        unit: 'ms',
        ours: performance.now() - began,
      }),
    ];
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(store: Store, nowMs: number): void {
  for (let done = 0; done < changeCount; done += portion) {
    const changes = Array.from({ length: portion }, (_, index) => {
      const n = done + index;
      const isFiring = Math.floor(n / ruleCount) % 2 === 0;
      const atMs = nowMs - (changeCount - n) * everyMs;
      const change = isFiring ? {} : ({ from: 'firing', to: 'resolved' } as const);
      return { transition: firingOf(`rule-${n % ruleCount}`, atMs, change), notify: [] };
    });
    store.alerts.commit([], changes);
  }
}

function timed(work: () => number): number {
  const began = performance.now();
  if (work() === 0) throw new Error('the page is empty: nothing was read');
  return performance.now() - began;
}
