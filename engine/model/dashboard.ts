/** A dashboard: sections of figures and breakdowns, each with its own freshness. */
import { z } from 'zod';
import { filtersSchema } from './filters.ts';
import { freshnessSchema } from './freshness.ts';

export const sectionNames = ['essentials', 'kpis', 'financials', 'charts', 'forecast', 'costs', 'lists'] as const;
export const sectionNameSchema = z.enum(sectionNames);
export type SectionName = z.infer<typeof sectionNameSchema>;

export const unitSchema = z.enum(['count', 'CLP', 'days', 'ratio', 'score']);
export type Unit = z.infer<typeof unitSchema>;

/** One KPI as computed. A null value means "no data", with the reason. */
export const figureSchema = z.object({
  value: z.number().nullable(),
  unit: unitSchema,
  /** Why `value` is null; null when it is not. */
  noDataReason: z.string().nullable(),
  target: z.number().nullable(),
  /** Which direction is good; null where neither is. */
  better: z.enum(['higher', 'lower']).nullable(),
  /** The same figure for the previous period; null when it cannot be known. */
  previous: z.number().nullable(),
  /** In words, what `previous` refers to, e.g. "30 days before"; null without one. */
  previousLabel: z.string().nullable(),
  /** Oldest first, one point a month, null for a gap; empty when the KPI has no meaningful trend. */
  trend: z.array(z.number().nullable()),
});
export type Figure = z.infer<typeof figureSchema>;

/** A small table: a chart's series or a list's rows, column types named so that a screen can format them. */
export const breakdownSchema = z.object({
  columns: z.array(
    z.object({ id: z.string(), kind: z.enum(['text', 'month', 'date', 'count', 'CLP', 'days', 'ratio', 'flag']) }),
  ),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** Rows there would be without the limit; equals `rows.length` when nothing was cut. */
  totalRowCount: z.number(),
});
export type Breakdown = z.infer<typeof breakdownSchema>;

/** What a computation of one section yields and the cache stores. */
export const sectionPayloadSchema = z.object({
  section: sectionNameSchema,
  figures: z.record(z.string(), figureSchema),
  breakdowns: z.record(z.string(), breakdownSchema),
  /** KPIs that the source cannot give, with the missing column. */
  missing: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type SectionPayload = z.infer<typeof sectionPayloadSchema>;

export const sectionViewSchema = z.object({
  name: sectionNameSchema,
  freshness: freshnessSchema,
  /** Null while nothing is known. */
  payload: sectionPayloadSchema.nullable(),
});
export type SectionView = z.infer<typeof sectionViewSchema>;

/** Where the numbers come from. */
export const sourceInfoSchema = z.object({
  kind: z.enum(['duckdb', 'files', 'postgres']),
  /** Without credentials. */
  label: z.string(),
  /** True for the generated demo data: every screen that shows it must say so. */
  demo: z.boolean(),
  rowCount: z.number().nullable(),
  reachable: z.boolean(),
  /** Why not, when not. */
  problem: z.string().nullable(),
});
export type SourceInfo = z.infer<typeof sourceInfoSchema>;

export const dashboardViewSchema = z.object({
  /** Identifies pack, filters and as-of date: the same view has the same id everywhere. */
  viewId: z.string(),
  pack: z.string(),
  filters: filtersSchema,
  /** ISO date: the "today" that the KPIs were asked for. */
  asOf: z.string(),
  /** True when the as-of date was fixed by the settings instead of following the clock. */
  asOfFixed: z.boolean(),
  source: sourceInfoSchema,
  sections: z.array(sectionViewSchema),
  /** The view is as old as its oldest section; null while any section is missing. */
  oldestComputedAtMs: z.number().nullable(),
  oldestDataAsOfMs: z.number().nullable(),
  staleSectionCount: z.number(),
  /** The job that computes missing or stale sections, when one runs. */
  taskId: z.string().nullable(),
});
export type DashboardView = z.infer<typeof dashboardViewSchema>;
