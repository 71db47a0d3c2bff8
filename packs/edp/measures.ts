/** The KPIs that fold from a profile, each one formula, so that the same formula gives value, previous value and trend. */
import type { KpiSettings } from '../../engine/config/settings.ts';
import { type Period, periodOf, precedingFilters } from './filters.ts';
import { monthOf, monthsUntil } from './months.ts';
import type { FigureExtras } from './payload.ts';
import {
  hasDays,
  isClosed,
  isDecided,
  isOpen,
  isOverdue,
  isPaid,
  isSent,
  type Kind,
  Profile,
  ratio,
} from './profile.ts';
import type { Queries } from './queries.ts';

type Formula = (profile: Profile, settings: KpiSettings) => number | null;

const isPending = ({ code }: Kind): boolean => code >= 3 && code <= 5;
const isCritical = ({ critical }: Kind): boolean => critical;
const countsInDso = (kind: Kind): boolean => hasDays(kind) && kind.code !== 6;
const paidWithDays = (kind: Kind): boolean => isPaid(kind) && hasDays(kind);

export const measures = {
  edp_count: (p) => p.count(),
  proposed_amount: (p) => p.sum('proposed'),
  approved_amount: (p) => p.sum('approved'),
  collected_amount: (p) => p.sum('approved', isPaid),
  receivables_count: (p) => p.count(isOpen),
  receivables_amount: (p) => p.sum('amt', isOpen),
  pending_count: (p) => p.count(isPending),
  pending_amount: (p) => p.sum('amt', isPending),
  dso_days: (p) => ratio(p.sum('amtDays', countsInDso), p.sum('amt', countsInDso)),
  approval_rate: (p) => ratio(p.sum('approved', isClosed), p.sum('proposed', isDecided)),
  critical_count: (p) => p.count(isCritical),
  critical_amount: (p) => p.sum('amt', isCritical),
  overdue_count: (p) => p.count(isOverdue),
  overdue_amount: (p) => p.sum('amt', isOverdue),
  overdue_share: (p) => ratio(p.sum('amt', isOverdue), p.sum('amt', isOpen)),
  dso_paid_days: (p) => ratio(p.sum('approvedDays', paidWithDays), p.sum('approved', paidWithDays)),
  collection_days_mean: (p) => ratio(p.sum('days', paidWithDays), p.count(paidWithDays)),
  completion_rate: (p) => ratio(p.count(isClosed), p.count()),
  payment_rate: (p) => ratio(p.count(isPaid), p.count()),
  on_time_rate: (p) =>
    ratio(
      p.count(({ promise }) => promise === 6),
      p.count(({ promise }) => promise >= 6),
    ),
  first_pass_rate: (p) =>
    ratio(
      p.count((kind) => isClosed(kind) && kind.rework === 0),
      p.count(isDecided),
    ),
  rework_rate: (p) =>
    ratio(
      p.count(({ rework }) => rework === 1),
      p.count(),
    ),
  conformity_rate: (p) =>
    ratio(
      p.count((kind) => isSent(kind) && kind.conformed),
      p.count(isSent),
    ),
  fast_collection_share: (p) =>
    ratio(
      p.sum('approved', ({ fast }) => fast),
      p.sum('approved', isPaid),
    ),
  working_capital_cost: (p, { capitalRate }) => (p.sum('amtDays', isOpen) * capitalRate) / 365,
} satisfies Record<string, Formula>;

export type MeasureId = keyof typeof measures;

/** What stood 30 days before the as-of date: issued by then and not paid yet. What was rejected since is left out. */
const stood: Partial<Record<MeasureId, Formula>> = {
  receivables_count: (p) => p.count((kind) => kind.stoodOpen),
  receivables_amount: (p) => p.sum('amt', (kind) => kind.stoodOpen),
  overdue_count: (p) => p.count((kind) => kind.stoodOverdue),
  overdue_amount: (p) => p.sum('amt', (kind) => kind.stoodOverdue),
  overdue_share: (p) =>
    ratio(
      p.sum('amt', (kind) => kind.stoodOverdue),
      p.sum('amt', (kind) => kind.stoodOpen),
    ),
  critical_count: (p) => p.count((kind) => kind.stoodCritical),
  critical_amount: (p) => p.sum('amt', (kind) => kind.stoodCritical),
};

/** Which month an EDP counts in, for the KPIs that can be told month by month. */
const monthly: Partial<Record<MeasureId, (kind: Kind) => number | null>> = {
  edp_count: ({ emitted }) => emitted,
  proposed_amount: ({ emitted }) => emitted,
  approved_amount: ({ emitted }) => emitted,
  approval_rate: ({ emitted }) => emitted,
  first_pass_rate: ({ emitted }) => emitted,
  rework_rate: ({ emitted }) => emitted,
  collected_amount: ({ paid }) => paid,
  dso_paid_days: ({ paid }) => paid,
  collection_days_mean: ({ paid }) => paid,
  on_time_rate: ({ paid }) => paid,
  fast_collection_share: ({ paid }) => paid,
};

const noData: Partial<Record<MeasureId, string>> = {
  dso_days: 'No EDP in view has been sent',
  approval_rate: 'No EDP in view has been decided',
  overdue_share: 'Nothing in view is open',
  dso_paid_days: 'No EDP in view has been paid',
  collection_days_mean: 'No EDP in view has been paid',
  on_time_rate: 'No paid EDP in view had a promised date',
  first_pass_rate: 'No EDP in view has been decided',
  conformity_rate: 'No EDP in view has been sent',
  fast_collection_share: 'No EDP in view has been paid',
};

export const trendMonths = 12;

/** Value and past of the KPIs that fold from the profile. */
export interface Measured {
  readonly profile: Profile;
  value(id: MeasureId): number | null;
  extras(id: MeasureId): FigureExtras;
}

export async function measure(queries: Queries): Promise<Measured> {
  const { settings, asOf, filters } = queries.scope;
  const period = periodOf(filters, asOf);
  const before = period ? queries.filtered(precedingFilters(filters, period)) : null;
  const [profile, preceding] = await Promise.all([Profile.of(queries), before ? Profile.of(before) : null]);
  return {
    profile,
    value: (id) => measures[id](profile, settings),
    extras: (id) => ({
      ...(noData[id] === undefined ? {} : { noData: noData[id] }),
      ...past(id, profile, preceding, period, settings),
      trend: trendOf(id, profile, monthOf(asOf), settings),
    }),
  };
}

function past(
  id: MeasureId,
  profile: Profile,
  preceding: Profile | null,
  period: Period | null,
  settings: KpiSettings,
): FigureExtras {
  if (preceding && period) {
    return { previous: measures[id](preceding, settings), previousLabel: 'Issued in the range of equal length before' };
  }
  const formula = stood[id];
  return formula ? { previous: formula(profile, settings), previousLabel: '30 days before' } : {};
}

function trendOf(id: MeasureId, profile: Profile, current: number, settings: KpiSettings): (number | null)[] {
  if (id === 'receivables_count' || id === 'receivables_amount') return stockTrend(id, profile, current);
  const monthOfKind = monthly[id];
  if (!monthOfKind) return [];
  return monthsUntil(current - 1, trendMonths).map((month) => {
    const those = profile.only((kind) => monthOfKind(kind) === month);
    return those.kinds.length === 0 ? null : measures[id](those, settings);
  });
}

/** What was open at the end of each month, and now: issued by then, not paid by then. */
function stockTrend(
  id: 'receivables_count' | 'receivables_amount',
  profile: Profile,
  current: number,
): (number | null)[] {
  const what = id === 'receivables_count' ? 'n' : 'amt';
  return monthsUntil(current, trendMonths).map((month) => {
    if (month === current) return profile.sum(what, isOpen);
    const issued = (kind: Kind): boolean => kind.emitted !== null && kind.emitted <= month;
    if (!profile.kinds.some(issued)) return null;
    return profile.sum(what, (kind) => issued(kind) && (kind.open || (kind.paid !== null && kind.paid > month)));
  });
}
