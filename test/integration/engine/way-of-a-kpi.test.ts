/** One way through the whole house: source, cache, job, worker, contract. The real program, on the demo data. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole({ env: { VIGIA_DEMO_ROWS: '5000', VIGIA_AS_OF: '2026-11-22' } });
  await until(async () => (await served.client.call('workers.list', {})).workers.length > 0, 20_000, 'a worker');
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
});

const dashboard = (filters: Record<string, string>, waitMs = 0) =>
  served.client.call('dashboard.get', { filters, waitMs });

test('what was warmed before anybody looked stands in the review', async () => {
  await until(
    async () => (await served.client.call('cache.status', {})).warming.lastReport !== null,
    30_000,
    'the warming of the start',
  );
  const { sections } = await served.client.call('review.moment', { filters: {}, atMs: Date.now() });
  expect(sections.filter(({ payload }) => payload !== null)).toHaveLength(7);
});

describe('a dashboard that nobody asked for before', () => {
  test('has its essentials in the first answer and the rest by a job soon after', async () => {
    const filters = { fecha_inicio: '2000-01-02' };
    const first = await dashboard(filters);
    const essentials = first.sections.find(({ name }) => name === 'essentials');
    expect(essentials?.payload?.figures['edp_count']?.value).toBeGreaterThan(0);
    expect(first.taskId).toMatch(/^dashboard:/);
    const whole = await dashboard(filters, 20_000);
    expect(whole.sections.map(({ freshness }) => freshness.state)).toEqual(Array(7).fill('fresh'));
    expect(whole.oldestComputedAtMs).not.toBeNull();
    const status = await served.client.call('task.status', { taskId: first.taskId ?? '' });
    expect(status).toMatchObject({ state: 'SUCCESS', progress: { ratio: 1 } });
  });

  test('is computed once for many readers', async () => {
    const readers = await Promise.all(
      Array.from({ length: 20 }, () => dashboard({ fecha_inicio: '2000-01-03' }, 20_000)),
    );
    expect(new Set(readers.map(({ oldestComputedAtMs }) => oldestComputedAtMs)).size).toBe(1);
  });

  test('says that it is demo data, of which day, and that the day is fixed', async () => {
    const view = await dashboard({});
    expect(view).toMatchObject({ asOf: '2026-11-22', asOfFixed: true, source: { demo: true, reachable: true } });
  });
});

describe('a forced refresh', () => {
  test('computes anew what is fresh, with its progress by section, and tells the consoles', async () => {
    const before = await dashboard({}, 20_000);
    const changed: string[] = [];
    const steps: (string | null)[] = [];
    const stops = [
      served.client.on('dashboard.changed', ({ viewId, sections }) => {
        if (viewId === before.viewId) changed.push(...sections);
      }),
      served.client.on('task.changed', ({ progress }) => steps.push(progress.step)),
    ];
    const { taskId } = await served.client.call('dashboard.refresh', {});
    await until(
      async () => (await served.client.call('task.status', { taskId })).state === 'SUCCESS',
      15_000,
      'the task',
    );
    await until(() => changed.length >= 7, 5_000, 'all sections told');
    for (const stop of stops) stop();
    const after = await dashboard({});
    expect(after.oldestComputedAtMs).toBeGreaterThan(before.oldestComputedAtMs ?? 0);
    expect(steps).toContain('charts');
  });

  test('is answered over HTTP with a task id that can be polled', async () => {
    const asked = (await (await served.get('/manager/dashboard/refresh?estado=enviado')).json()) as { task_id: string };
    await until(async () => {
      const polled = await served.get(`/manager/dashboard/status/${asked.task_id}`);
      return ((await polled.json()) as { state: string }).state === 'SUCCESS';
    }, 15_000);
  });
});

describe("the guide's routes", () => {
  test('answer every KPI with its value, unit, state and both ages', async () => {
    const response = await served.get('/manager/api/kpis?wait=20000');
    const report = (await response.json()) as { kpis: Record<string, Record<string, unknown>> };
    expect(report.kpis['receivables_amount']).toMatchObject({ unit: 'CLP', state: 'fresh' });
    expect(report.kpis['dso_days']?.['value']).toEqual(expect.any(Number));
    expect(Object.keys(report.kpis).length).toBeGreaterThan(40);
  });

  test('name the filter, the value and what is accepted when a filter is wrong', async () => {
    const response = await served.get('/manager/api/kpis?fecha_inicio=2026-13-45');
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toMatch(/fecha_inicio.*2026-13-45/);
  });

  test('refuse a caller without the token', async () => {
    expect((await fetch(`${served.address}/health/system`)).status).toBe(401);
  });

  test("give the system's health in the five figures of the guide", async () => {
    const health = (await (await served.get('/health/system')).json()) as Record<string, unknown>;
    // These tests mostly ask for what nobody asked before, so the hit rate may well be low.
    expect(health['status']).toMatch(/^(healthy|degraded)$/);
    expect(health).toMatchObject({ redis: 'connected', celery_workers: 4, memory_usage: expect.any(Number) });
  });
});

test('every command is in the audit log, and schedules know their next run', async () => {
  const { schedules } = await served.client.call('schedules.list', {});
  const now = Date.now();
  expect(schedules.map(({ id, inWords }) => [id, inWords])).toEqual([
    ['kpis', 'every 10 min'],
    ['charts', 'every 15 min'],
    ['precompute', 'every 30 min'],
    ['clean-up', 'every 1 h'],
  ]);
  for (const { nextRunAtMs } of schedules) {
    expect(nextRunAtMs).toBeGreaterThan(now - 1_000);
    expect(nextRunAtMs).toBeLessThanOrEqual(now + 3_601_000);
  }
});
