/** An engine that answers what a test gives it: for tests of hosts, which must not depend on how figures come about. */
import { Emitter } from '../../engine/base/emitter.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { type CallOutput, calls, type Handlers, type TopicPayloads } from '../../src/shared/contract.ts';
import type { CommandRecord } from '../../src/shared/dispatcher.ts';
import type { HostedEngine } from '../../src/shared/hosted-engine.ts';

export interface ScriptedEngine extends HostedEngine {
  readonly topics: Emitter<TopicPayloads>;
  readonly audited: CommandRecord[];
}

export function scriptedEngine(given: Partial<Handlers>): ScriptedEngine {
  const topics = new Emitter<TopicPayloads>();
  const audited: CommandRecord[] = [];
  const refusing = Object.fromEntries(
    Object.keys(calls).map((name) => [
      name,
      async () => {
        throw new EngineError('ENGINE_STOPPED', `${name} is not part of this test`);
      },
    ]),
  ) as unknown as Handlers;
  return {
    handlers: { ...refusing, ...given },
    topics,
    audited,
    on: (topic, listener) => topics.on(topic, listener),
    audit: (record) => audited.push(record),
  };
}

type DashboardView = CallOutput<'dashboard.get'>;

export function dashboardView(change: Partial<DashboardView> = {}): DashboardView {
  return {
    viewId: 'view-1',
    pack: 'edp',
    filters: {},
    asOf: '2026-03-31',
    asOfFixed: true,
    source: { kind: 'duckdb', label: 'demo.duckdb', demo: true, rowCount: 50_000, reachable: true, problem: null },
    sections: [section('essentials', 'fresh'), section('kpis', 'stale')],
    oldestComputedAtMs: 1_000,
    oldestDataAsOfMs: 500,
    staleSectionCount: 1,
    taskId: 'dashboard:7',
    ...change,
  };
}

function section(name: 'essentials' | 'kpis', state: 'fresh' | 'stale'): DashboardView['sections'][number] {
  const figure = {
    value: name === 'kpis' ? 41.5 : 50_000,
    unit: name === 'kpis' ? ('days' as const) : ('count' as const),
    noDataReason: null,
    target: null,
    better: null,
    previous: null,
    previousLabel: null,
    trend: [],
  };
  return {
    name,
    freshness: {
      state,
      source: 'redis',
      reason: state === 'fresh' ? 'within-ttl' : 'ttl-passed',
      reasonDetail: null,
      layer: 'kpis',
      dataAsOfMs: 500,
      computedAtMs: name === 'kpis' ? 1_000 : 2_000,
      freshUntilMs: 3_000,
      staleUntilMs: 4_000,
      sizeBytes: 100,
      computeMs: 5,
      refresh: { status: 'idle' },
    },
    payload: {
      section: name,
      figures: { [name === 'kpis' ? 'dso_days' : 'edp_count']: figure },
      breakdowns:
        name === 'kpis'
          ? { ageing: { columns: [{ id: 'band', kind: 'text' }], rows: [['0–15']], totalRowCount: 1 } }
          : {},
      missing: [],
    },
  };
}
