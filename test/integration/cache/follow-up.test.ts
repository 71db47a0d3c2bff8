import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { Dashboards } from '../../../engine/kpi/dashboards.ts';
import type { RefreshRequest } from '../../../engine/kpi/refresh-port.ts';
import { RefreshTracker } from '../../../engine/kpi/refresh-tracker.ts';
import { SectionComputer } from '../../../engine/kpi/section-computer.ts';
import { Views } from '../../../engine/kpi/views.ts';
import {
  type SectionName,
  type SectionPayload,
  type SourceInfo,
  sectionNameSchema,
} from '../../../engine/model/dashboard.ts';
import type { SqlSource } from '../../../engine/sources/source.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { CacheFleet, type Member } from '../../support/cache-fleet.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let member: Member;
const fleet = new CacheFleet();
const settings = { criticalDays: 60, capitalRate: 0, fastCollectionDays: 30, monthlyGoal: null, targets: {} };

beforeAll(async () => {
  redis = await startRedis();
  member = await fleet.join(redis.url);
});
afterAll(async () => {
  await fleet.close();
  await redis.stop();
});

const pack = {
  ...edpPack,
  computeSection: async ({ section }: { section: SectionPayload['section'] }) => ({
    payload: { section, figures: {}, breakdowns: {}, missing: [] },
    dataAsOfMs: null,
  }),
};

/** A console whose refreshes are taken by nobody but this test. @param asOf another one is another view */
function room(asOf: string) {
  const { cache } = member;
  const views = new Views({ pack, basis: { source: 'test', settings }, asOf, clock: systemClock });
  const source = async (): Promise<SqlSource> => ({}) as SqlSource;
  const computer = new SectionComputer({ pack, cache, source, settings, queryDeadlineMs: 5_000 });
  const tracker = new RefreshTracker(systemClock);
  const requests: RefreshRequest[] = [];
  const refresh = {
    available: () => true,
    request: async (request: RefreshRequest) => {
      requests.push(request);
      return { taskId: `dashboard:${requests.length}` };
    },
  };
  const info: SourceInfo = {
    kind: 'duckdb',
    label: 'test',
    demo: true,
    rowCount: null,
    reachable: true,
    problem: null,
  };
  const dashboards = new Dashboards({
    ...{ packId: pack.id, views, cache, computer, tracker, refresh, clock: systemClock, logger: silentLogger },
    sourceInfo: () => info,
  });
  const view = views.resolve({});
  return {
    ...{ dashboards, tracker, requests, view, cache },
    /** What a worker does with the last request. */
    work: () =>
      computer.sections(
        view,
        requests.at(-1)?.sections.map((name): SectionName => sectionNameSchema.parse(name)) ?? [],
        { force: true },
      ),
    moved(outcome: 'succeeded' | 'failed' | 'running') {
      const taskId = `dashboard:${requests.length}`;
      if (outcome === 'succeeded') tracker.succeeded(taskId);
      if (outcome === 'failed') tracker.failed(taskId, 'no such column');
      dashboards.refreshMoved(view.viewId);
    },
  };
}

test('what grew old while its refresh was under way is asked for again when that ends, without another reader', async () => {
  const { dashboards, requests, cache, work, moved } = room('2026-01-15');
  await dashboards.get({});
  await work();
  await cache.invalidate(['table:edp'], 'stale', 'test');
  const stale = await dashboards.get({});
  expect(stale.staleSectionCount).toBe(stale.sections.length);
  moved('running');
  expect(requests).toHaveLength(1);
  moved('succeeded');
  await until(() => requests.length === 2, 15_000, 'the second request');
  expect(requests[1]?.sections).toHaveLength(stale.sections.length);
  await work();
  moved('succeeded');
  expect((await dashboards.get({})).staleSectionCount).toBe(0);
  expect(requests).toHaveLength(2);
});

test('nothing is asked for again when the refresh mended what readers found', async () => {
  const { dashboards, requests, work, moved } = room('2026-01-16');
  await dashboards.get({});
  await dashboards.get({});
  await work();
  moved('succeeded');
  expect((await dashboards.get({})).staleSectionCount).toBe(0);
  expect(requests).toHaveLength(1);
});

test('a refresh that failed is not asked for again at once', async () => {
  const { dashboards, requests, moved } = room('2026-01-17');
  await dashboards.get({});
  await dashboards.get({});
  moved('failed');
  const later = await dashboards.get({});
  expect(later.sections.find(({ name }) => name === 'charts')?.freshness.refresh.status).toBe('failed');
  expect(requests).toHaveLength(1);
});
