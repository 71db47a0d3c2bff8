/** The pages. The two that a console is opened for come with it; the rest is fetched when first asked for, and ahead. */
import { type ComponentType, lazy } from 'react';
import { KpisPage } from '../pages/kpis/KpisPage.tsx';
import { OverviewPage } from '../pages/overview/OverviewPage.tsx';
import type { PageName } from '../state/route.ts';
import { loadTimeSeriesCanvas } from '../ui/charts/load-time-series-canvas.ts';

type Page = ComponentType<{ readonly query: string }>;

async function loadAlertsPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/alerts/AlertsPage.tsx')).AlertsPage };
}

async function loadQueuesPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/queues/QueuesPage.tsx')).QueuesPage };
}

async function loadTasksPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/tasks/TasksPage.tsx')).TasksPage };
}

async function loadWorkersPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/workers/WorkersPage.tsx')).WorkersPage };
}

async function loadSchedulesPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/schedules/SchedulesPage.tsx')).SchedulesPage };
}

async function loadCachePage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/cache/CachePage.tsx')).CachePage };
}

async function loadRedisPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/redis/RedisPage.tsx')).RedisPage };
}

async function loadDoctorPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/doctor/DoctorPage.tsx')).DoctorPage };
}

async function loadReviewPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/review/ReviewPage.tsx')).ReviewPage };
}

async function loadKeysPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/keys/KeysPage.tsx')).KeysPage };
}

async function loadConnectionsPage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/connections/ConnectionsPage.tsx')).ConnectionsPage };
}

async function loadStoragePage(): Promise<{ default: Page }> {
  return { default: (await import('../pages/storage/StoragePage.tsx')).StoragePage };
}

export const pages: Record<PageName, Page> = {
  overview: OverviewPage,
  kpis: KpisPage,
  cache: lazy(loadCachePage),
  redis: lazy(loadRedisPage),
  keys: lazy(loadKeysPage),
  queues: lazy(loadQueuesPage),
  tasks: lazy(loadTasksPage),
  workers: lazy(loadWorkersPage),
  schedules: lazy(loadSchedulesPage),
  alerts: lazy(loadAlertsPage),
  doctor: lazy(loadDoctorPage),
  review: lazy(loadReviewPage),
  connections: lazy(loadConnectionsPage),
  storage: lazy(loadStoragePage),
};

/** Fetches the rest of the code once the first page stands, so that a console that loses its engine can still turn pages. */
export async function loadEverything(): Promise<void> {
  await Promise.all([
    loadAlertsPage(),
    loadDoctorPage(),
    loadReviewPage(),
    loadConnectionsPage(),
    loadKeysPage(),
    loadStoragePage(),
    loadCachePage(),
    loadRedisPage(),
    loadSchedulesPage(),
    loadWorkersPage(),
    loadQueuesPage(),
    loadTimeSeriesCanvas(),
    loadTasksPage(),
    import('./Palette.tsx'),
  ]);
  await (await import('../pages/kpis/later-parts.ts')).loadLaterParts();
}
