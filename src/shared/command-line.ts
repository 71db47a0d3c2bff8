/** The flags that every host understands, and the exit codes that every program ends with. */
import { EngineError, type ErrorCode } from '../../engine/base/errors.ts';
import { CallError } from './client.ts';

export interface CommandLine {
  /** Flags that are settings, by name without dashes. */
  readonly flags: Readonly<Record<string, string>>;
  /** Opens nothing, prints the address. */
  readonly headless: boolean;
}

/** Flags that take a value. */
const valueFlags = [
  'port',
  'data-dir',
  'redis',
  'broker',
  'source',
  'token',
  'queues',
  'processes',
  'concurrency',
  'max-jobs',
  'max-memory',
] as const;

export const usage = [
  '  --headless          open nothing, print the address',
  '  --port <number>     port of the web host; 0 takes any free one',
  '  --data-dir <folder> where everything is kept',
  '  --redis <url>       cache server, instead of the private one',
  '  --broker <url>      broker of the jobs, where it is another server',
  '  --source <source>   postgres://…, a DuckDB file, or a folder of CSV or Parquet files',
  '  --token <text>      the secret that callers show, at least 16 characters, no spaces',
  '  --no-demo           without a source show no data instead of demo data',
  '  --processes <n>     worker processes of this machine; 0 for none',
  '  --concurrency <n>   jobs at once of each process',
  '  --queues <names>    queues they serve: kpis,dashboard,background',
  '  --max-jobs <n>      a process is replaced after so many jobs',
  '  --max-memory <size> or above so much memory, e.g. 2gb',
].join('\n');

/**
 * Understands `--name value`, `--name=value`, `--headless` and `--no-demo`.
 * @param unknown what to do with anything else; Electron passes its own switches in the same list.
 * @throws EngineError CONFIG_INVALID naming the argument.
 */
export function parseCommandLine(args: readonly string[], unknown: 'refuse' | 'ignore' = 'refuse'): CommandLine {
  const flags: Record<string, string> = {};
  let headless = false;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const [name, inline] = splitFlag(argument);
    const flag = valueFlags.find((known) => known === name);
    if (flag) {
      const value = inline ?? args[++at];
      if (value === undefined) throw new EngineError('CONFIG_INVALID', `--${flag} needs a value`);
      flags[flag] = value;
    } else if (argument === '--headless') headless = true;
    else if (argument === '--no-demo') flags['demo'] = 'false';
    else if (unknown === 'refuse') {
      throw new EngineError('CONFIG_INVALID', `"${argument}" is not a flag; there are:\n${usage}`);
    }
  }
  return { flags, headless };
}

function splitFlag(argument: string): [name: string | null, value: string | undefined] {
  const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument);
  return match ? [match[1] ?? null, match[2]] : [null, undefined];
}

const exitCodes: Partial<Record<ErrorCode, number>> = {
  REDIS_URL_INVALID: 2,
  CONFIG_INVALID: 2,
  CONFIG_UNKNOWN_PACK: 2,
  SOURCE_NOT_FOUND: 2,
  DATA_DIR_IN_USE: 3,
  CONSOLE_NOT_RUNNING: 4,
  CALL_INPUT_INVALID: 2,
  CACHE_CONFIRMATION_WRONG: 2,
  CACHE_TAG_INVALID: 2,
  CACHE_TARGET_EMPTY: 2,
};

/** 2: what was asked for is wrong; 3: another instance has the data folder; 4: no console runs; 1: everything else. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof EngineError || error instanceof CallError ? error.code : '';
  return Object.hasOwn(exitCodes, code) ? (exitCodes[code as ErrorCode] ?? 1) : 1;
}

/** What a program says of an error before it ends: what is wrong, then what to do. */
export function lastWords(error: unknown): string {
  if (error instanceof EngineError) return `${error.message}\n${error.toView().help}`;
  if (error instanceof CallError) return `${error.message}\n${error.help}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
