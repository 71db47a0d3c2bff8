/** A million changes in the history over a real store: a page of it, filtered, searched, in full, and what it adds up to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import {
  type AlertHistoryQuery,
  alertHistoryQuerySchema,
  alertStateSchema,
  severitySchema,
} from '../../engine/model/alert.ts';
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
    const asked = alertHistoryQuerySchema.parse({});
    const perQuery = new Map<string, number[]>();
    for (let round = 0; round < repetitions; round += 1) {
      for (const [name, query] of queriesOnOffer(nowMs)) {
        const began = performance.now();
        await store.alertHistory.page({ ...asked, ...query });
        perQuery.set(name, [...(perQuery.get(name) ?? []), performance.now() - began]);
      }
    }
    const slow = [...perQuery].map(([name, times]) => ({ name, ms: quantile(times, 0.95) }));
    const slowest = slow.toSorted((a, b) => b.ms - a.ms)[0];
    if (slowest === undefined) throw new Error('nothing was asked');
    const newest = slow.find(({ name }) => name === 'everything')?.ms ?? Number.NaN;
    const search = { ...asked, search: 'rule-7 never-said' };
    const searchBegan = performance.now();
    if ((await store.alertHistory.page(search)).totalCount !== 0) throw new Error('what nobody said was found');
    const searched = performance.now() - searchBegan;
    const began = performance.now();
    const { spanCount } = await store.alertEpisodes.figures(nowMs - 7 * 86_400_000, nowMs);
    if (spanCount === 0) throw new Error('nothing fired in a week: nothing was added up');
    return [
      atMost(20, {
        area: 'alerts',
        name: 'history of 1,000,000: newest page, 95th percentile',
        unit: 'ms',
        ours: newest,
      }),
      atMost(20, {
        area: 'alerts',
        name: `history of 1,000,000: slowest of ${slow.length} filters (${slowest.name}), 95th percentile`,
        unit: 'ms',
        ours: slowest.ms,
      }),
      told({
        area: 'alerts',
        name: 'history of 1,000,000: words that nobody said, over many turns',
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

/** Every state, severity and range beside one rule, one that never changed, and none; and pages from the middle on. */
function queriesOnOffer(nowMs: number): [string, Partial<AlertHistoryQuery>][] {
  const day = 86_400_000;
  const ranges: [string, Partial<AlertHistoryQuery>][] = [
    ['', {}],
    [' of a week', { fromMs: nowMs - 14 * day, untilMs: nowMs - 7 * day }],
    [' before 40 days', { untilMs: nowMs - 40 * day }],
    [' of a year that is to come', { fromMs: nowMs + day, untilMs: nowMs + 366 * day }],
    [' from the middle', { beforeId: changeCount / 2 }],
  ];
  return ['', 'rule-7', 'no-rule'].flatMap((rule) =>
    ['', ...alertStateSchema.options].flatMap((to) =>
      ['', ...severitySchema.options].flatMap((severity) =>
        ranges.map(([range, part]): [string, Partial<AlertHistoryQuery>] => [
          `${`${rule} ${severity} ${to}`.trim() || 'everything'}${range}`,
          {
            ...part,
            ruleId: rule || null,
            to: alertStateSchema.options.find((each) => each === to) ?? null,
            severity: severitySchema.options.find((each) => each === severity) ?? null,
          },
        ]),
      ),
    ),
  );
}
