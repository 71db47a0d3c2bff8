/** The answer of `GET /manager/api/kpis`: every figure by its id, with its state and both its ages. */
import type { CallOutput } from '../shared/contract.ts';

type DashboardView = CallOutput<'dashboard.get'>;
type SectionView = DashboardView['sections'][number];
type State = SectionView['freshness']['state'];

/** From best to worst: a whole is in the state of its worst part. */
const states: readonly State[] = ['fresh', 'stale', 'expired', 'missing'];

/** @param nowMs the time that the ages are measured at, epoch milliseconds. */
export function kpiReport(view: DashboardView, nowMs: number): Record<string, unknown> {
  return {
    kpis: Object.assign({}, ...view.sections.map((section) => figuresOf(section, nowMs))),
    state: worst(view.sections.map((section) => section.freshness.state)),
    ...ages(view.oldestComputedAtMs, view.oldestDataAsOfMs, nowMs),
    stale_section_count: view.staleSectionCount,
    as_of: view.asOf,
    as_of_fixed: view.asOfFixed,
    filters: view.filters,
    pack: view.pack,
    source: view.source,
    demo: view.source.demo,
    view_id: view.viewId,
    task_id: view.taskId,
    breakdowns: Object.assign({}, ...view.sections.map((section) => section.payload?.breakdowns ?? {})),
    missing: view.sections.flatMap((section) => section.payload?.missing ?? []),
    sections: Object.fromEntries(view.sections.map((section) => [section.name, sectionReport(section, nowMs)])),
  };
}

function figuresOf(section: SectionView, nowMs: number): Record<string, unknown> {
  const { state, source, computedAtMs, dataAsOfMs } = section.freshness;
  const figures = Object.entries(section.payload?.figures ?? {});
  return Object.fromEntries(
    figures.map(([id, figure]) => [
      id,
      {
        value: figure.value,
        unit: figure.unit,
        state,
        no_data_reason: figure.noDataReason,
        target: figure.target,
        better: figure.better,
        previous: figure.previous,
        previous_label: figure.previousLabel,
        trend: figure.trend,
        section: section.name,
        served_from: source,
        ...ages(computedAtMs, dataAsOfMs, nowMs),
      },
    ]),
  );
}

function sectionReport({ freshness }: SectionView, nowMs: number): Record<string, unknown> {
  return {
    state: freshness.state,
    reason: freshness.reason,
    served_from: freshness.source,
    refresh: freshness.refresh,
    ...ages(freshness.computedAtMs, freshness.dataAsOfMs, nowMs),
  };
}

function ages(computedAtMs: number | null, dataAsOfMs: number | null, nowMs: number): Record<string, unknown> {
  return {
    computed_at: isoOf(computedAtMs),
    data_as_of: isoOf(dataAsOfMs),
    computed_age_ms: computedAtMs === null ? null : Math.max(0, nowMs - computedAtMs),
    data_age_ms: dataAsOfMs === null ? null : Math.max(0, nowMs - dataAsOfMs),
  };
}

function isoOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

function worst(found: readonly State[]): State {
  return found.reduce<State>((a, b) => (states.indexOf(b) > states.indexOf(a) ? b : a), found[0] ?? 'missing');
}
