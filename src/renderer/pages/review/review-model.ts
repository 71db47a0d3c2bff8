/** What the Review page computes from moments: rows of KPIs, differences, neighbours on the timeline, and a file as a past. */

import type { CallOutput } from '../../../shared/contract.ts';
import type { FigureView } from '../../format/numbers.ts';
import { type Filters, filterKey } from '../../state/filters.ts';

export type Moment = CallOutput<'review.moment'>;
export type Timeline = CallOutput<'review.timeline'>;
export type OpenedFile = CallOutput<'review.file.open'>;
export type Reviewed = CallOutput<'review.notes.list'>['notes'][number];
export type PastSection = Moment['sections'][number];
export type KpiHistory = CallOutput<'review.histories'>['histories'][number];

export const rangeIds = ['day', 'week', 'month', 'all'] as const;
export type RangeId = (typeof rangeIds)[number];

const dayMs = 86_400_000;
export const rangeMs: Readonly<Record<RangeId, number | null>> = {
  day: dayMs,
  week: 7 * dayMs,
  month: 30 * dayMs,
  all: null,
};

/** One KPI at one or two instants. */
export interface KpiRow {
  readonly id: string;
  readonly section: PastSection['name'];
  readonly stood: KpiThen | null;
  /** Null where nothing is compared, or where it was not known. */
  readonly other: KpiThen | null;
  readonly isDifferent: boolean;
}

export interface KpiThen {
  readonly figure: FigureView;
  readonly state: PastSection['state'];
  readonly computedAtMs: number | null;
  readonly dataAsOfMs: number | null;
}

export function kpiRows(moment: Moment | null, other: Moment | null, isCompared: boolean): KpiRow[] {
  const rows = new Map<string, KpiRow>();
  const names = [...new Set([moment, other].flatMap((each) => each?.sections.map(({ name }) => name) ?? []))];
  for (const name of names) {
    const stood = kpisOf(moment, name);
    const later = kpisOf(other, name);
    for (const id of new Set([...stood.keys(), ...later.keys()])) {
      const [a, b] = [stood.get(id) ?? null, later.get(id) ?? null];
      rows.set(id, {
        id,
        section: name,
        stood: a,
        other: b,
        isDifferent: isCompared && a?.figure.value !== b?.figure.value,
      });
    }
  }
  return [...rows.values()];
}

function kpisOf(moment: Moment | null, name: PastSection['name']): Map<string, KpiThen> {
  const section = moment?.sections.find((each) => each.name === name);
  if (!section?.payload) return new Map();
  const { state, computedAtMs, dataAsOfMs, payload } = section;
  return new Map(
    Object.entries(payload.figures).map(([id, figure]) => [id, { figure, state, computedAtMs, dataAsOfMs }]),
  );
}

/** The instants before and after, null at the ends. */
export function neighbours(
  instants: readonly number[],
  atMs: number,
): { readonly previousMs: number | null; readonly nextMs: number | null } {
  return {
    previousMs: instants.findLast((each) => each < atMs - 500) ?? null,
    nextMs: instants.find((each) => each > atMs + 500) ?? null,
  };
}

/** The part of the range at which a time stands, 0–1. */
export function shareOf(atMs: number, fromMs: number, toMs: number): number {
  return toMs <= fromMs ? 1 : Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
}

/** A file has a past of its own: its moments. */
export function timelineOfFile({ content }: OpenedFile): Timeline {
  const times = content.frames.map(({ atMs }) => atMs);
  const [first = content.madeAtMs] = times;
  const fromMs = Math.min(first, ...content.histories.flatMap(({ points }) => points[0]?.atMs ?? []));
  return {
    fromMs,
    toMs: times.at(-1) ?? content.madeAtMs,
    instants: times,
    gaps: content.gaps,
    alerts: content.alerts,
    views: [],
    storage: { sizeBytes: 0, ceilingBytes: 0, rawBytes: 0, snapshotCount: 0, payloadCount: 0, oldestAtMs: null },
  };
}

/** The last moment of a file by `atMs`; its first before that. */
export function frameAt({ content }: OpenedFile, atMs: number): Moment | null {
  return content.frames.findLast((frame) => frame.atMs <= atMs) ?? content.frames[0] ?? null;
}

export function notesOf(notes: readonly Reviewed[], kpiId: string, filters: Filters): Reviewed[] {
  const key = filterKey(filters);
  return notes.filter(({ note: { asStood } }) => asStood.kpiId === kpiId && filterKey(asStood.filters) === key);
}

/** A state of the past: what was fresh then is said in plain words, since nothing of the past is green now. */
export const stateKinds = { fresh: null, stale: 'stale', expired: 'expired', missing: 'unknown' } as const;

export const verdictKinds = {
  changed: 'stale',
  same: 'fresh',
  'not-computed-since': 'expired',
  unknown: 'unknown',
} as const;
