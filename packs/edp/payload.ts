/** Puts figures and breakdowns of a section together: targets, units, and what the source cannot give. */
import type { KpiDefinition } from '../../engine/kpi/pack.ts';
import type { Breakdown, Figure, SectionName, SectionPayload } from '../../engine/model/dashboard.ts';
import { breakdownNeeds, kpiDefinitions } from './kpis.ts';
import type { Queries } from './queries.ts';

export interface FigureExtras {
  /** Shown when the value is null. */
  readonly noData?: string;
  readonly previous?: number | null;
  readonly previousLabel?: string;
  readonly trend?: readonly (number | null)[];
  /** In place of the one from the settings. */
  readonly target?: number | null;
}

type Column = Breakdown['columns'][number]['kind'];
type Cell = Breakdown['rows'][number][number];

const nothingToDivide = 'No EDP in view to compute it from';

export class Payload {
  readonly #section: SectionName;
  readonly #queries: Queries;
  readonly #figures: Record<string, Figure> = {};
  readonly #breakdowns: Record<string, Breakdown> = {};

  constructor(section: SectionName, queries: Queries) {
    this.#section = section;
    this.#queries = queries;
  }

  figure(id: string, computed: number | null, extras: FigureExtras = {}): void {
    const definition = kpiDefinitions.find((each) => each.id === id);
    if (!definition) return;
    const lost = missingColumn(definition.needs, this.#queries);
    const value = lost === null && computed !== null && Number.isFinite(computed) ? computed : null;
    const previous = lost === null ? (extras.previous ?? null) : null;
    const trend = lost === null ? [...(extras.trend ?? [])] : [];
    this.#figures[id] = {
      value,
      unit: definition.unit,
      noDataReason: value === null ? (lost ?? extras.noData ?? nothingToDivide) : null,
      target: extras.target === undefined ? (this.#queries.scope.settings.targets[id] ?? null) : extras.target,
      better: definition.better,
      previous,
      previousLabel: previous === null ? null : (extras.previousLabel ?? null),
      trend: trend.every((point) => point === null) ? [] : trend,
    };
  }

  /** @param columns pairs of id and kind; rows beyond `limit` are cut and counted. */
  breakdown(
    id: string,
    columns: Readonly<Record<string, Column>>,
    rows: readonly (readonly Cell[])[],
    options: { limit?: number; totalRowCount?: number } = {},
  ): void {
    if (missingColumn(breakdownNeeds[id]?.needs ?? [], this.#queries) !== null) return;
    this.#breakdowns[id] = {
      columns: Object.entries(columns).map(([column, kind]) => ({ id: column, kind })),
      rows: rows.slice(0, options.limit ?? rows.length).map((row) => [...row]),
      totalRowCount: options.totalRowCount ?? rows.length,
    };
  }

  finish(): SectionPayload {
    const breakdowns = Object.entries(breakdownNeeds).filter(([, { section }]) => section === this.#section);
    const wanted = [
      ...kpiDefinitions.filter(({ section }) => section === this.#section),
      ...breakdowns.map(([id, { needs }]) => ({ id, needs })),
    ];
    return {
      section: this.#section,
      figures: this.#figures,
      breakdowns: this.#breakdowns,
      missing: lostOnes(wanted, this.#queries),
    };
  }
}

/** What cannot be computed, with the column that each lacks. */
export function lostOnes(
  wanted: readonly Pick<KpiDefinition, 'id' | 'needs'>[],
  queries: Pick<Queries, 'gaps'>,
): { id: string; reason: string }[] {
  return wanted.flatMap(({ id, needs }) => {
    const reason = missingColumn(needs, queries);
    return reason === null ? [] : [{ id, reason }];
  });
}

function missingColumn(needs: readonly string[], { gaps }: Pick<Queries, 'gaps'>): string | null {
  const lost = needs.filter((column) => gaps.columns.has(column));
  return lost.length === 0 ? null : `The source has no ${lost.length === 1 ? 'column' : 'columns'} ${lost.join(', ')}`;
}
