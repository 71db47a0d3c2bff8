/** Runs the benchmarks of the areas asked for, prints one table and writes `bench/results/latest.json`. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Area, areas, type Row } from './row.ts';

const folder = import.meta.dirname;
const resultFile = join(folder, 'results', 'latest.json');

/** Every function that a benchmark file exports measures something and answers its rows. */
type Benchmark = () => Promise<readonly Row[]>;

async function main(asked: readonly string[]): Promise<number> {
  const unknown = asked.filter((name) => !areas.some((area) => area === name));
  if (unknown.length > 0) {
    console.error(`There is no area ${unknown.join(', ')}; there are: ${areas.join(', ')}`);
    return 2;
  }
  const rows: Row[] = [];
  let failures = 0;
  for (const area of areas.filter((name) => asked.length === 0 || asked.includes(name))) {
    for (const file of filesOf(area)) {
      try {
        for (const benchmark of await benchmarksOf(file)) rows.push(...(await benchmark()));
      } catch (error) {
        failures += 1;
        console.error(`${area}: ${file} could not be measured:`, error);
      }
    }
  }
  print(rows);
  mkdirSync(join(folder, 'results'), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify({ rows }, null, 2)}\n`);
  const missed = rows.filter(({ pass }) => !pass).length;
  console.log(`${rows.length} figures, ${missed} missed${failures > 0 ? `, ${failures} files failed` : ''}`);
  return missed + failures === 0 ? 0 : 1;
}

function filesOf(area: Area): string[] {
  const path = join(folder, area);
  if (!existsSync(path)) return [];
  const names = readdirSync(path).filter((name) => name.endsWith('.bench.ts'));
  return names.sort().map((name) => join(path, name));
}

async function benchmarksOf(file: string): Promise<Benchmark[]> {
  const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
  return Object.values(exported).filter((value) => typeof value === 'function') as Benchmark[];
}

function print(rows: readonly Row[]): void {
  const header = ['area', 'what', 'ours', 'target', 'peer', ''];
  const lines = rows.map((row) => [
    row.area,
    row.name,
    `${shown(row.ours)} ${row.unit}`,
    row.target === null ? '' : `${shown(row.target)} ${row.unit}`,
    row.peer === null ? '' : `${shown(row.peer)} ${row.unit} (${row.peerName ?? ''})`,
    row.pass ? '' : 'MISSED',
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Three digits that mean something, whatever the size. */
function shown(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

process.exitCode = await main(process.argv.slice(2));
