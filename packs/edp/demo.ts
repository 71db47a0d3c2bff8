/** Generates demo data: a DuckDB file of EDPs, costs and log whose dates lead up to a given day. The same seed gives the same rows. */
import { type IdSource, systemIds } from '../../engine/base/ids.ts';
import { writeDuckDbFile } from '../../engine/sources/duckdb-file.ts';
import { demoMarkerTable } from '../../engine/sources/duckdb-source.ts';
import { clients, costDetails, faults, managers, projectManagers, projectTypes, reasons } from './demo-names.ts';
import { readSql } from './sql-files.ts';

export interface DemoOptions {
  /** EDPs; costs and log follow from them. */
  readonly rows: number;
  readonly seed: number;
  readonly file: string;
  /** ISO date on which the data ends. */
  readonly today: string;
  readonly ids?: IdSource;
  readonly memoryBytes?: number;
}

const monthCount = 24;
/** Emission dates come from a table of this many equally likely places in time. */
const calendarSize = 4096;
/** How much is emitted in each month, January first: summer holidays are quiet, the closing of the year is not. */
const season = [0.75, 0.6, 0.95, 1, 1.05, 1, 0.95, 1, 0.9, 1.05, 1.15, 1.45];
const monthlyGrowth = 1.025;

/** Written under a temporary name and renamed, so that a reader never meets half of it. */
export async function generateDemo(options: DemoOptions): Promise<void> {
  const { rows, seed, file, today, ids = systemIds, memoryBytes = 1_200_000_000 } = options;
  const lists = { clients, managers, projectManagers, projectTypes, reasons, faults, costDetails };
  const values: Record<string, string> = {
    rows: String(Math.max(1, Math.floor(rows))),
    seed: String(Math.floor(seed)),
    today: `DATE '${today}'`,
    project_count: String(Math.min(20_000, Math.max(5, Math.floor(rows / 12)))),
    calendar_size: String(calendarSize),
    calendar: calendar(today),
    marker: demoMarkerTable,
  };
  for (const [name, words] of Object.entries(lists)) values[name] = `[${words.map((word) => `'${word}'`).join(', ')}]`;
  const script = readSql('demo').replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');
  await writeDuckDbFile({ file, ids, memoryBytes }, statementsOf(script));
}

function statementsOf(script: string): string[] {
  return script
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Rows `(place, days before today)`, oldest first, as dense in time as the business is busy. */
function calendar(today: string): string {
  const days = monthCount * 30;
  const end = Date.parse(`${today}T00:00:00Z`);
  const weights = Array.from({ length: days }, (_day, index) => {
    const month = new Date(end - (days - 1 - index) * 86_400_000).getUTCMonth();
    return (season[month] ?? 1) * monthlyGrowth ** (index / 30);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rows: string[] = [];
  let reached = 0;
  for (const [index, weight] of weights.entries()) {
    reached += weight;
    while (rows.length < Math.round((reached / total) * calendarSize)) {
      rows.push(`(${rows.length}, ${days - 1 - index})`);
    }
  }
  return rows.join(', ');
}
