/** The dashboard as a file: every figure and table with its state and both ages, so that a number never travels without its age. */
import type { DashboardView, SectionView } from '../../state/dashboard.ts';

export interface ExportOptions {
  readonly exportedAtMs: number;
  /** False: what is exported is last known, not read from the engine just now. */
  readonly isLive: boolean;
  readonly labelOf: (kpiId: string) => string;
}

type Cell = string | number | boolean | null;

const isoOf = (atMs: number | null): string => (atMs === null ? '' : new Date(atMs).toISOString());

function stateOf(section: SectionView, isLive: boolean): string {
  return isLive ? section.freshness.state : 'last known';
}

/** Blocks one under another: about, figures, then a table per breakdown; UTF-8 with a byte order mark for spreadsheets. */
export function dashboardAsCsv(view: DashboardView, options: ExportOptions): string {
  const blocks: Cell[][][] = [aboutBlock(view, options), figuresBlock(view, options)];
  for (const section of view.sections) {
    for (const [id, breakdown] of Object.entries(section.payload?.breakdowns ?? {})) {
      blocks.push([
        ['table', id, 'state', stateOf(section, options.isLive), 'computed_at', isoOf(section.freshness.computedAtMs)],
        breakdown.columns.map((column) => column.id),
        ...breakdown.rows,
      ]);
    }
  }
  const text = blocks.map((rows) => rows.map((row) => row.map(csvCell).join(',')).join('\r\n')).join('\r\n\r\n');
  return `\uFEFF${text}\r\n`;
}

function aboutBlock(view: DashboardView, { exportedAtMs, isLive }: ExportOptions): Cell[][] {
  return [
    ['pack', view.pack],
    ['source', view.source.label],
    ['demo_data', view.source.demo],
    ['as_of', view.asOf],
    ['exported_at', isoOf(exportedAtMs)],
    ['live', isLive],
    ['oldest_computed_at', isoOf(view.oldestComputedAtMs)],
    ['oldest_data_as_of', isoOf(view.oldestDataAsOfMs)],
    ...Object.entries(view.filters).map(([name, value]) => [`filter ${name}`, String(value)]),
  ];
}

function figuresBlock(view: DashboardView, { isLive, labelOf }: ExportOptions): Cell[][] {
  const head = ['section', 'id', 'label', 'value', 'unit', 'target', 'previous', 'previous_is', 'no_data_because'];
  const rows = view.sections.flatMap((section) =>
    Object.entries(section.payload?.figures ?? {}).map(([id, figure]): Cell[] => [
      section.name,
      id,
      labelOf(id),
      figure.value,
      figure.unit,
      figure.target,
      figure.previous,
      figure.previousLabel,
      figure.noDataReason,
      stateOf(section, isLive),
      isoOf(section.freshness.dataAsOfMs),
      isoOf(section.freshness.computedAtMs),
    ]),
  );
  return [[...head, 'state', 'data_as_of', 'computed_at'], ...rows];
}

/** Quotes as RFC 4180 asks, and keeps a spreadsheet from reading a text as a formula. */
function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function dashboardAsJson(view: DashboardView, { exportedAtMs, isLive }: ExportOptions): string {
  return `${JSON.stringify({ exportedAt: isoOf(exportedAtMs), isLive, ...view }, null, 2)}\n`;
}
