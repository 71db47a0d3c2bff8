/** `vigia demo`: writes seeded demo data of any size, into the data folder or a file of its own. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { demoFileOf, EngineError, loadSettings, openDataDir, packNamed } from '../../engine/index.ts';

export interface DemoOptions {
  readonly rows: string;
  readonly seed: string;
  readonly dataDir?: string;
  readonly file?: string;
}

const mostRows = 10_000_000;
const largestSeed = 2 ** 31 - 1;

/** @throws EngineError CONFIG_INVALID, DATA_DIR_IN_USE, DATA_DIR_NOT_WRITABLE */
export async function makeDemo(options: DemoOptions): Promise<void> {
  const rows = wholeNumber('--rows', options.rows, 1, mostRows);
  const seed = wholeNumber('--seed', options.seed, 0, largestSeed);
  const flags: Record<string, string> = options.dataDir === undefined ? {} : { 'data-dir': options.dataDir };
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const today = settings.asOf ?? new Date().toLocaleDateString('sv-SE');
  const file = options.file === undefined ? demoFileOf(settings.dataDir) : resolve(options.file);
  // A running console reads the data folder's demo data: it is not replaced under its feet.
  const dataDir = options.file === undefined ? openDataDir(settings.dataDir) : null;
  try {
    const startedAt = performance.now();
    await replace(file, (draft) => packNamed(settings.pack).generateDemo({ file: draft, rows, seed, today }));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(
      `${rows} payment statements written to ${file} with seed ${seed} as of ${today} (${seconds} s)\n`,
    );
  } finally {
    dataDir?.release();
  }
}

/** The file is the old one or the whole new one, never half of it. */
async function replace(file: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${file}.new-${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    await write(draft);
    rmSync(`${file}.wal`, { force: true });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
    rmSync(`${draft}.wal`, { force: true });
  }
}

function wholeNumber(flag: string, written: string, least: number, most: number): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= least && value <= most) return value;
  throw new EngineError(
    'CONFIG_INVALID',
    `${flag} is "${written.slice(0, 40)}", but must be a whole number from ${least} to ${most}`,
  );
}
