/**
 * The KPI dashboard as the console knows it: one view per filter set, always the last known one, read through the
 * cache every 30 s while somebody looks; a forced refresh is followed by its task until its end.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Client } from '../../shared/client.ts';
import type { CallOutput } from '../../shared/contract.ts';
import type { BrowserClock, Stop } from '../clock.ts';
import type { EngineLinkStore } from '../transport/link.ts';
import type { DashboardSnapshots } from './dashboard-snapshots.ts';
import { type Filters, filterKey } from './filters.ts';
import { describeError, type LiveState } from './live-query.ts';

export type DashboardView = CallOutput<'dashboard.get'>;
export type SectionView = DashboardView['sections'][number];
export type Task = CallOutput<'task.status'>;

export const autoRefreshMs = 30_000;
/** Topics tell of a task's progress; this asks in case one was lost. */
const taskPollMs = 3_000;

export interface DashboardState {
  readonly filters: Filters;
  readonly view: DashboardView | null;
  /** False while `view` is what an earlier run of the console left behind. */
  readonly isLive: boolean;
  readonly error: LiveState<unknown>['error'];
  readonly isLoading: boolean;
  /** The refresh that runs for this view, and the last one until the next begins. */
  readonly task: Task | null;
  readonly isRefreshAsked: boolean;
  readonly isPaused: boolean;
  /** When the cache is read again; null while paused or nobody looks. */
  readonly nextReadAtMs: number | null;
}

export interface Dashboard {
  readonly store: StoreApi<DashboardState>;
  setFilters(filters: Filters): void;
  setPaused(isPaused: boolean): void;
  /** Reads through the cache now. */
  read(): void;
  /** Forces a computation of every section. */
  refresh(): Promise<void>;
  cancel(): Promise<void>;
  watch(): () => void;
}

export interface DashboardOptions {
  readonly client: Client;
  readonly clock: BrowserClock;
  readonly link: EngineLinkStore;
  readonly snapshots: DashboardSnapshots;
  readonly isPaused: boolean;
  /** True while the page cannot be seen: then nothing is read by itself. */
  readonly isHidden: () => boolean;
}

export const isTaskRunning = (task: Task | null): boolean =>
  task !== null && ['PENDING', 'STARTED', 'PROGRESS', 'RETRY'].includes(task.state);

export function createDashboard(options: DashboardOptions): Dashboard {
  const { client, clock, link, snapshots, isHidden } = options;
  const store = createStore<DashboardState>(() => ({
    filters: {},
    view: snapshots.read(''),
    isLive: false,
    error: null,
    isLoading: false,
    task: null,
    isRefreshAsked: false,
    isPaused: options.isPaused,
    nextReadAtMs: null,
  }));
  let watchers = 0;
  let readCount = 0;
  let stopTimer: Stop | null = null;
  let stopPoll: Stop | null = null;
  let stops: Stop[] = [];

  const schedule = (): void => {
    stopTimer?.();
    stopTimer = null;
    if (watchers === 0 || store.getState().isPaused) {
      store.setState({ nextReadAtMs: null });
      return;
    }
    store.setState({ nextReadAtMs: clock.now() + autoRefreshMs });
    stopTimer = clock.after(autoRefreshMs, () => {
      if (isHidden()) schedule();
      else void read();
    });
  };

  const read = async (): Promise<void> => {
    const ticket = ++readCount;
    const { filters } = store.getState();
    store.setState({ isLoading: true });
    try {
      const view = await client.call('dashboard.get', { filters });
      // Filters that changed meanwhile have their own, later read.
      if (ticket !== readCount) return;
      const kept = keepKnownPayloads(view, store.getState().view);
      store.setState({ view: kept, isLive: true, error: null, isLoading: false });
      snapshots.write(filterKey(filters), kept);
      if (view.taskId !== null) followTask(view.taskId);
    } catch (error) {
      if (ticket !== readCount) return;
      store.setState({ error: describeError(error), isLoading: false });
    }
    schedule();
  };

  const onTask = (task: Task): void => {
    const wasRunning = isTaskRunning(store.getState().task);
    store.setState({ task });
    if (isTaskRunning(task)) return;
    stopPoll?.();
    stopPoll = null;
    if (wasRunning) void read();
  };

  const followTask = (taskId: string): void => {
    const ask = async (): Promise<void> => {
      try {
        onTask(await client.call('task.status', { taskId }));
      } catch (error) {
        const { code } = describeError(error);
        // Cleaned up already: it is over. Anything else passes, and is asked again.
        if (code !== 'QUEUE_TASK_NOT_FOUND') return;
        stopPoll?.();
        stopPoll = null;
        store.setState({ task: null });
      }
    };
    const current = store.getState().task;
    if (current?.taskId === taskId && stopPoll !== null) return;
    stopPoll?.();
    stopPoll = clock.every(taskPollMs, () => void ask());
    void ask();
  };

  const start = (): void => {
    stops = [
      client.on('dashboard.changed', ({ viewId }) => {
        if (viewId === store.getState().view?.viewId) void read();
      }),
      client.on('task.changed', (task) => {
        const { view, task: current } = store.getState();
        if (task.taskId === current?.taskId || task.taskId === view?.taskId) onTask(task);
      }),
      link.subscribe((now, before) => {
        // What was asked while the connection was being opened is sent now, not asked twice.
        const isAsked = store.getState().isLoading;
        if (now.phase === 'connected' && before.phase !== 'connected' && !isAsked) void read();
      }),
    ];
    // The start of the console may have asked already.
    if (!store.getState().isLoading) void read();
  };

  const stopWatching = (): void => {
    if (--watchers > 0) return;
    for (const stop of stops) stop();
    stops = [];
    stopPoll?.();
    stopPoll = null;
    schedule();
  };

  return {
    store,
    read: () => void read(),
    setFilters(filters) {
      if (filterKey(filters) === filterKey(store.getState().filters)) return;
      stopPoll?.();
      stopPoll = null;
      const view = snapshots.read(filterKey(filters));
      store.setState({ filters, view, isLive: false, task: null, error: null, isRefreshAsked: false });
      if (watchers > 0) void read();
    },
    setPaused(isPaused) {
      store.setState({ isPaused });
      schedule();
    },
    async refresh() {
      store.setState({ isRefreshAsked: true });
      try {
        const { taskId } = await client.call('dashboard.refresh', { filters: store.getState().filters });
        followTask(taskId);
        // The sections now say that they are being refreshed.
        void read();
      } catch (error) {
        store.setState({ error: describeError(error) });
      } finally {
        store.setState({ isRefreshAsked: false });
      }
    },
    async cancel() {
      const { task } = store.getState();
      if (task === null || !isTaskRunning(task)) return;
      try {
        onTask(await client.call('task.cancel', { taskId: task.taskId }));
      } catch (error) {
        store.setState({ error: describeError(error) });
      }
    },
    watch() {
      if (watchers++ === 0) start();
      return once(stopWatching);
    },
  };
}

/** A section of which the engine knows nothing at the moment keeps the payload that is on show, with its age. */
function keepKnownPayloads(next: DashboardView, shown: DashboardView | null): DashboardView {
  if (shown === null || shown.viewId !== next.viewId) return next;
  const sections = next.sections.map((section) => {
    if (section.payload !== null) return section;
    const known = shown.sections.find((each) => each.name === section.name);
    if (!known || known.payload === null) return section;
    const { dataAsOfMs, computedAtMs } = known.freshness;
    return {
      ...section,
      payload: known.payload,
      freshness: { ...section.freshness, state: 'expired' as const, dataAsOfMs, computedAtMs },
    };
  });
  return { ...next, sections };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
