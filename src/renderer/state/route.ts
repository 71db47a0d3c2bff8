/** The page and its parameters as they stand in the address (`#/kpis?cliente=…`), so that Back and reload keep them. */
import { useSyncExternalStore } from 'react';

export const pageNames = [
  'overview',
  'kpis',
  'cache',
  'redis',
  'keys',
  'queues',
  'tasks',
  'workers',
  'schedules',
  'alerts',
  'doctor',
  'review',
  'connections',
  'storage',
] as const;
export type PageName = (typeof pageNames)[number];

export interface Route {
  readonly page: PageName;
  readonly query: string;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { page: pageNames.find((name) => name === path) ?? 'overview', query };
}

export function routeHref(page: PageName, query = ''): string {
  return query === '' ? `#/${page}` : `#/${page}?${query}`;
}

const listeners = new Set<() => void>();
let current: Route | null = null;

function readRoute(): Route {
  const next = parseRoute(window.location.hash);
  // The same object while nothing changed: React compares by identity.
  if (current === null || current.page !== next.page || current.query !== next.query) current = next;
  return current;
}

function notify(): void {
  for (const listener of [...listeners]) listener();
}

/** Told of every change of the address, in the order of asking. */
export function watchRoute(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('hashchange', notify);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('hashchange', notify);
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(watchRoute, readRoute);
}

/** Adds an entry to the history unless `replace` is set. */
export function navigate(page: PageName, query = '', { replace = false } = {}): void {
  const href = routeHref(page, query);
  if (href === window.location.hash) return;
  if (replace) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  notify();
}
