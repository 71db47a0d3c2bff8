/** `vigia config`: every setting as it stands, secrets blanked, with where it came from. */
import { loadSettings } from '../../engine/index.ts';
import { parseCommandLine } from '../shared/command-line.ts';

/** @throws EngineError CONFIG_INVALID, as a start with the same settings would. */
export function printConfig(args: readonly string[]): void {
  const { flags } = parseCommandLine(args);
  const { origins } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const rows = origins.map(({ variable, shown, from }) => [variable, shown, from] as const);
  const width = (column: 0 | 1): number => Math.min(60, Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(
    ([variable, shown, from]) => `${variable.padEnd(width(0))}  ${shown.padEnd(width(1))}  ${from}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
