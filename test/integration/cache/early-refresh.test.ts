/** A dashboard that is read steadily has its sections refreshed before they turn stale. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../engine/base/logger.ts';
import { defaultKpiSettings } from '../../../engine/config/settings.ts';
import { Dashboards } from '../../../engine/kpi/dashboards.ts';
import type { RefreshRequest } from '../../../engine/kpi/refresh-port.ts';
import { RefreshTracker } from '../../../engine/kpi/refresh-tracker.ts';
import { SectionComputer } from '../../../engine/kpi/section-computer.ts';
import { Views } from '../../../engine/kpi/views.ts';
import type { SectionPayload } from '../../../engine/model/dashboard.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { CacheFleet, testLayers } from '../../support/cache-fleet.ts';
import { MovedClock } from '../../support/moved-clock.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
const fleet = new CacheFleet();
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await fleet.close();
  await redis.stop();
});

test('one job is asked for the sections that are about to end, once, and nobody waits', async () => {
  const clock = new MovedClock();
  const { cache } = await fleet.join(redis.url, { clock });
  const basis = { source: 'test', settings: defaultKpiSettings };
  const views = new Views({ pack: edpPack, basis, asOf: '2026-01-15', clock });
  const requests: RefreshRequest[] = [];
  const tracker = new RefreshTracker(clock);
  const source = () => Promise.reject(new Error('nothing may be computed here'));
  const dashboards = new Dashboards({
    packId: 'edp',
    views,
    cache,
    tracker,
    computer: new SectionComputer({
      pack: edpPack,
      cache,
      source,
      settings: defaultKpiSettings,
      queryDeadlineMs: 1_000,
    }),
    refresh: {
      available: () => true,
      request: async (request) => {
        requests.push(request);
        return { taskId: 'dashboard:1' };
      },
    },
    sourceInfo: () => ({ kind: 'duckdb', label: 'test', demo: false, rowCount: 1, reachable: true, problem: null }),
    clock,
    logger: silentLogger,
  });
  const view = views.resolve({});
  for (const { name, key } of view.sections) {
    const value: SectionPayload = { section: name, figures: {}, breakdowns: {}, missing: [] };
    await cache.compute(key, async () => ({ value, dataAsOfMs: null }), { deadlineMs: 5_000 });
  }
  const states = async (): Promise<unknown[]> => [
    ...new Set((await dashboards.get({})).sections.map(({ freshness }) => freshness.state)),
  ];
  expect([await states(), requests]).toEqual([['fresh'], []]);
  clock.atMs += 0.98 * testLayers.dashboard.ttlMs;
  expect(await states()).toEqual(['fresh']);
  await until(() => tracker.shouldWait(view.viewId), 15_000);
  expect(await states()).toEqual(['fresh']);
  const ending = edpPack.sections.filter(({ layer }) => layer === 'dashboard').map(({ name }) => name);
  expect(requests).toMatchObject([{ sections: ending, urgency: 'early', force: false, viewId: view.viewId }]);
});
