/** The dashboard's store: the last value always stays, reads go through the cache, refreshes are followed to their end. */
import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { createDashboard } from '../../../src/renderer/state/dashboard.ts';
import { createDashboardSnapshots } from '../../../src/renderer/state/dashboard-snapshots.ts';
import { createKeptValues } from '../../../src/renderer/state/storage.ts';
import type { EngineLink } from '../../../src/renderer/transport/link.ts';
import { createClient } from '../../../src/shared/client.ts';
import type { Envelope } from '../../../src/shared/wire.ts';
import { emptyView, view } from '../../support/console-figures.ts';
import { taskOf } from '../../support/console-tasks.ts';
import { manualBrowserClock } from './manual-browser-clock.ts';

type Answer = (input: { filters: Record<string, string> }) => unknown;

function memoryStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

function setUp(storage = memoryStorage()) {
  const clock = manualBrowserClock();
  const asked: string[] = [];
  const answers: Record<string, Answer> = {
    'dashboard.get': ({ filters }) => view(clock.now(), filters),
    'dashboard.refresh': () => ({ taskId: 'dashboard:7' }),
    'task.status': () => taskOf('PROGRESS', 2),
  };
  let listener: (topic: string, payload: unknown) => void = () => undefined;
  const bridge = {
    async call(name: string, input: unknown): Promise<Envelope> {
      asked.push(name);
      const data = await answers[name]?.(input as never);
      if (data instanceof Error) {
        return {
          ok: false,
          error: { code: 'SQL_QUERY_FAILED', message: data.message, help: '', retryable: true, details: {} },
        };
      }
      return { ok: true, data };
    },
    onTopic(next: typeof listener) {
      const others = listener;
      listener = (topic, payload) => {
        others(topic, payload);
        next(topic, payload);
      };
      return () => undefined;
    },
  };
  const link = createStore<EngineLink>(() => ({ phase: 'connected', sinceMs: 0, nextTryAtMs: null }));
  const dashboard = createDashboard({
    client: createClient(bridge),
    clock,
    link,
    snapshots: createDashboardSnapshots(createKeptValues(storage)),
    isPaused: false,
    isHidden: () => false,
  });
  const reads = (): number => asked.filter((name) => name === 'dashboard.get').length;
  return {
    clock,
    asked,
    reads,
    answers,
    dashboard,
    link,
    push: (topic: string, payload: unknown) => listener(topic, payload),
  };
}

describe('dashboard', () => {
  it('reads when somebody looks, then every 30 s through the cache, never by forcing', async () => {
    const { dashboard, clock, asked } = setUp();
    dashboard.watch();
    await clock.advance(0);
    expect(dashboard.store.getState()).toMatchObject({ isLive: true, nextReadAtMs: clock.now() + 30_000 });
    await clock.advance(60_000);
    expect(asked).toEqual(['dashboard.get', 'dashboard.get', 'dashboard.get']);
  });

  it('reads nothing by itself while paused or when nobody looks any more', async () => {
    const { dashboard, clock, reads } = setUp();
    const stop = dashboard.watch();
    await clock.advance(0);
    dashboard.setPaused(true);
    await clock.advance(120_000);
    expect(reads()).toBe(1);
    expect(dashboard.store.getState().nextReadAtMs).toBeNull();
    dashboard.setPaused(false);
    stop();
    await clock.advance(120_000);
    expect(reads()).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it('keeps what it shows when a read fails, and says why', async () => {
    const { dashboard, clock, answers } = setUp();
    dashboard.watch();
    await clock.advance(0);
    const shown = dashboard.store.getState().view;
    answers['dashboard.get'] = () => new Error('no such column');
    await clock.advance(30_000);
    expect(dashboard.store.getState()).toMatchObject({ view: shown, error: { message: 'no such column' } });
  });

  it('shows a section that fell out of the cache as last known, with its true age', async () => {
    const { dashboard, clock, answers } = setUp();
    dashboard.watch();
    await clock.advance(0);
    const computedAtMs = dashboard.store.getState().view?.sections[0]?.freshness.computedAtMs;
    answers['dashboard.get'] = ({ filters }) => emptyView(view(clock.now(), filters));
    await clock.advance(30_000);
    const section = dashboard.store.getState().view?.sections[0];
    expect(section?.payload?.figures).toHaveProperty('dso_days');
    expect(section?.freshness).toMatchObject({ state: 'expired', computedAtMs });
  });

  it('never shows one filter set under the name of another', async () => {
    const { dashboard, clock, answers } = setUp();
    dashboard.watch();
    await clock.advance(0);
    const slow = Promise.withResolvers<unknown>();
    answers['dashboard.get'] = () => slow.promise;
    dashboard.setFilters({ cliente: 'slow' });
    expect(dashboard.store.getState().view).toBeNull();
    answers['dashboard.get'] = ({ filters }) => view(clock.now(), filters);
    dashboard.setFilters({ cliente: 'fast' });
    await clock.advance(0);
    slow.resolve(view(clock.now(), { cliente: 'slow' }));
    await clock.advance(0);
    expect(dashboard.store.getState().view?.filters).toEqual({ cliente: 'fast' });
  });

  it('shows the last known view of the same filters after a restart, and of no others', async () => {
    const storage = memoryStorage();
    const first = setUp(storage);
    first.dashboard.watch();
    first.dashboard.setFilters({ cliente: 'x' });
    await first.clock.advance(0);
    const second = setUp(storage);
    second.dashboard.setFilters({ cliente: 'x' });
    expect(second.dashboard.store.getState()).toMatchObject({ isLive: false, view: { filters: { cliente: 'x' } } });
    second.dashboard.setFilters({ cliente: 'y' });
    expect(second.dashboard.store.getState().view).toBeNull();
  });

  it('keeps no more than eight filter sets', async () => {
    const storage = memoryStorage();
    const { dashboard, clock } = setUp(storage);
    dashboard.watch();
    for (let index = 0; index < 12; index += 1) {
      dashboard.setFilters({ cliente: `c${index}` });
      await clock.advance(0);
    }
    const snapshots = createDashboardSnapshots(createKeptValues(storage));
    const known = Array.from({ length: 12 }, (_, index) => snapshots.read(`cliente=c${index}`) !== null);
    expect(known).toEqual([...Array(4).fill(false), ...Array(8).fill(true)]);
  });

  it('asks again when the connection is back and when its own view changes, not for another view', async () => {
    const { dashboard, clock, link, reads, push } = setUp();
    dashboard.watch();
    await clock.advance(0);
    push('dashboard.changed', { viewId: 'another', sections: ['kpis'] });
    await clock.advance(0);
    expect(reads()).toBe(1);
    push('dashboard.changed', { viewId: dashboard.store.getState().view?.viewId, sections: ['kpis'] });
    await clock.advance(0);
    expect(reads()).toBe(2);
    link.setState({ phase: 'disconnected' });
    link.setState({ phase: 'connected' });
    await clock.advance(0);
    expect(reads()).toBe(3);
  });

  it('follows a forced refresh to its end and then reads the new values', async () => {
    const { dashboard, clock, reads, push } = setUp();
    dashboard.watch();
    await clock.advance(0);
    await dashboard.refresh();
    await clock.advance(0);
    expect(dashboard.store.getState().task?.progress).toMatchObject({ stepsDone: 2, stepCount: 7 });
    const before = reads();
    push('task.changed', taskOf('SUCCESS', 7));
    await clock.advance(0);
    expect(reads()).toBe(before + 1);
    expect(dashboard.store.getState().task?.state).toBe('SUCCESS');
  });

  it('finds the end of a refresh by asking when its topic was lost', async () => {
    const { dashboard, clock, answers } = setUp();
    dashboard.watch();
    await clock.advance(0);
    await dashboard.refresh();
    await clock.advance(0);
    answers['task.status'] = () => taskOf('SUCCESS', 7);
    await clock.advance(3_000);
    expect(dashboard.store.getState().task?.state).toBe('SUCCESS');
  });
});
