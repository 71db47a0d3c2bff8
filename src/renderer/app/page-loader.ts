/** Loads each page's code when it is first asked for, and only once. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { type PageName, pageNames } from '../state/route.ts';

type Page = ComponentType<{ readonly query: string }>;

const loaders: Record<PageName, () => Promise<{ default: Page }>> = {
  overview: async () => ({ default: (await import('../pages/overview/OverviewPage.tsx')).OverviewPage }),
  kpis: async () => ({ default: (await import('../pages/kpis/KpisPage.tsx')).KpisPage }),
  alerts: async () => ({ default: (await import('../pages/alerts/AlertsPage.tsx')).AlertsPage }),
};

export const pages: Record<PageName, LazyExoticComponent<Page>> = {
  overview: lazy(loaders.overview),
  kpis: lazy(loaders.kpis),
  alerts: lazy(loaders.alerts),
};

/** Fetches a page's code ahead of its first showing; a failure shows when the page is opened. */
export async function loadPage(name: PageName): Promise<void> {
  await loaders[name]().catch(() => undefined);
}

/** Fetches the rest of the code once the first page stands, so that a console that loses its engine can still turn pages. */
export function loadEverything(): void {
  for (const name of pageNames) void loadPage(name);
  void loadParts().catch(() => undefined);
}

async function loadParts(): Promise<void> {
  await import('./Palette.tsx');
  await (await import('../pages/kpis/later-parts.ts')).loadLaterParts();
}
