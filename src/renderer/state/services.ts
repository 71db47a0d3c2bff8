/** Everything a page can ask for, made once at the start and handed down through React's context. */
import { createContext, useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import { type Client, createClient } from '../../shared/client.ts';
import type { CallOutput } from '../../shared/contract.ts';
import type { BrowserClock } from '../clock.ts';
import type { Connection } from '../transport/connect.ts';
import type { EngineLink, EngineLinkStore } from '../transport/link.ts';
import { type AnnouncementStore, createAnnouncements } from './announce.ts';
import { type AwayNotesStore, createAwayNotes } from './away-notes.ts';
import { type CommandRegistry, createCommandRegistry } from './commands.ts';
import { createDashboard, type Dashboard, type DashboardState } from './dashboard.ts';
import { createDashboardSnapshots } from './dashboard-snapshots.ts';
import { createFocus, type FocusStore } from './focus.ts';
import { createLiveQuery, type LiveQuery, type LiveState } from './live-query.ts';
import { createPreferences, type Preferences, type PreferencesStore } from './preferences.ts';
import { createReach, isAway, type Reach } from './reach.ts';
import { createKeptValues, type KeptValues } from './storage.ts';
import { createTicker, type Ticker, useTicked } from './ticker.ts';

export interface Services {
  readonly client: Client;
  readonly clock: BrowserClock;
  readonly link: EngineLinkStore;
  readonly ticker: Ticker;
  readonly preferences: PreferencesStore;
  readonly dashboard: Dashboard;
  readonly system: LiveQuery<CallOutput<'system.info'>>;
  readonly overview: LiveQuery<CallOutput<'overview.get'>>;
  readonly alerts: LiveQuery<CallOutput<'alerts.now'>>;
  readonly connections: LiveQuery<CallOutput<'connections.list'>>;
  readonly reach: StoreApi<Reach>;
  readonly filterOptions: LiveQuery<CallOutput<'dashboard.filters'>>;
  /** The last answers, for the time when nothing can be reached. */
  readonly kept: KeptValues;
  readonly awayNotes: AwayNotesStore;
  readonly commands: CommandRegistry;
  readonly announcements: AnnouncementStore;
  readonly focus: FocusStore;
  retryNow(): void;
  signIn(token: string): void;
}

export function createServices(page: Window, connection: Connection, clock: BrowserClock): Services {
  const { link, retryNow, signIn } = connection;
  const client = createClient(connection.bridge);
  const kept = createKeptValues(page.localStorage);
  const preferences = createPreferences(kept, page.navigator.language);
  const ticker = createTicker(clock);
  const shared = { client, clock, link, input: {} };
  const system = createLiveQuery({
    ...shared,
    name: 'system.info',
    topics: ['link.changed', 'source.changed'],
    periodMs: 60_000,
    kept: { values: kept, key: 'system' },
  });
  const connections = createLiveQuery({
    ...shared,
    name: 'connections.list',
    topics: ['connections.changed'],
    periodMs: 30_000,
    kept: null,
  });
  system.store.subscribe(({ data, receivedAtMs }, before) => {
    if (data !== null && receivedAtMs !== null && receivedAtMs !== before.receivedAtMs)
      ticker.setEngineTime(data.nowMs);
  });
  return {
    client,
    clock,
    link,
    ticker,
    preferences,
    system,
    retryNow,
    signIn,
    dashboard: createDashboard({
      client,
      clock,
      link,
      snapshots: createDashboardSnapshots(kept),
      isPaused: preferences.getState().isPaused,
      isHidden: () => page.document.hidden,
    }),
    overview: createLiveQuery({
      ...shared,
      name: 'overview.get',
      topics: ['health.sampled', 'link.changed', 'source.changed', 'alerts.changed'],
      periodMs: 15_000,
      kept: { values: kept, key: 'overview' },
    }),
    alerts: createLiveQuery({
      ...shared,
      name: 'alerts.now',
      topics: ['alerts.changed'],
      periodMs: 15_000,
      kept: { values: kept, key: 'alerts' },
    }),
    connections,
    reach: createReach({ link, system, connections }),
    filterOptions: createLiveQuery({
      ...shared,
      name: 'dashboard.filters',
      topics: [],
      periodMs: 600_000,
      kept: { values: kept, key: 'filter-options' },
    }),
    kept,
    awayNotes: createAwayNotes(kept),
    commands: createCommandRegistry(),
    announcements: createAnnouncements(),
    focus: createFocus(),
  };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('A component was rendered outside ServicesContext');
  return services;
}

/** The last answer of a live query; asking goes on while the component is mounted. */
export function useLive<Data>(query: LiveQuery<Data>): LiveState<Data> {
  useEffect(() => query.watch(), [query]);
  return useStore(query.store);
}

export function useDashboard(): DashboardState {
  const { dashboard } = useServices();
  useEffect(() => dashboard.watch(), [dashboard]);
  return useStore(dashboard.store);
}

export function useEngineLink(): EngineLink {
  return useStore(useServices().link);
}

/** True when the engine cannot be asked. */
export function useIsEngineAway(): boolean {
  return useStore(useServices().link, isAway);
}

/** True when the engine is there and nothing behind it: no Redis, no source. */
export function useIsCutOff(): boolean {
  return useStore(useServices().reach, (reach) => reach === 'engine only');
}

/** True when everything on show is last known and nothing can be changed: the engine is away, or all that is behind it. */
export function useIsOffline(): boolean {
  return useStore(useServices().reach, (reach) => reach !== 'whole');
}

export function usePreferences(): Preferences {
  return useStore(useServices().preferences);
}

/** Asked every second with the engine's time; renders again only when the answer differs. */
export function useNow<Value extends string | number | boolean>(read: (nowMs: number) => Value): Value {
  return useTicked(useServices().ticker, read);
}
