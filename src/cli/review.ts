/** `vigia export` and `vigia open`: the past as a sealed file, from the console that runs or a folder at rest, and any such file read in a terminal. */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  createLogger,
  EngineError,
  exportAtRest,
  loadSettings,
  openDataDir,
  openReviewFile,
} from '../../engine/index.ts';
import type { CallOutput } from '../shared/contract.ts';
import { connectToConsole } from './running-console.ts';
import { age, bytes, table } from './table.ts';

export interface ExportOptions {
  readonly dataDir?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly at: readonly string[];
  readonly filter: readonly string[];
  readonly support?: boolean;
}

type Made = CallOutput<'review.file.make'>;
type Opened = CallOutput<'review.file.open'>;
type Moment = Opened['content']['frames'][number];

/** @throws EngineError CALL_INPUT_INVALID, FILTER_INVALID, DATA_DIR_IN_USE, REVIEW_FILE_REFUSED */
export async function exportFile(options: ExportOptions): Promise<void> {
  const asked: Asked = {
    kind: options.support ? 'support' : 'snapshot',
    filters: Object.fromEntries(options.filter.map(filterOf)),
    instants: options.at.length === 0 ? [null] : options.at.map(instantOf),
  };
  const flags = {
    ...(options.dataDir === undefined ? {} : { 'data-dir': options.dataDir }),
    ...(options.token === undefined ? {} : { token: options.token }),
  };
  const { contentBase64, fileName, sizeBytes, seal } = (await byConsole(flags, asked)) ?? (await atRest(flags, asked));
  const file = options.out ?? fileName;
  writeFileSync(file, Buffer.from(contentBase64, 'base64'), { mode: 0o600 });
  const words = `${file}: ${bytes(sizeBytes)}, sealed by ${seal.fingerprint}\n`;
  process.stdout.write(options.json ? `${JSON.stringify({ file, sizeBytes, seal }, null, 2)}\n` : words);
}

type Asked = Parameters<typeof exportAtRest>[1];
type Flags = Readonly<Record<string, string>>;

/** Null when none runs. */
async function byConsole(flags: Flags, { kind, filters, instants }: Asked): Promise<Made | null> {
  try {
    const running = await connectToConsole(flags);
    try {
      return await running.client.call('review.file.make', { kind, filters, instants: [...instants] });
    } finally {
      running.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CONSOLE_NOT_RUNNING') return null;
    throw error;
  }
}

async function atRest(flags: Flags, asked: Asked): Promise<Made> {
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const dataDir = openDataDir(settings.dataDir);
  try {
    return await exportAtRest(settings, asked, createLogger({ level: 'warn' }));
  } finally {
    dataDir.release();
  }
}

/** Needs no console. @throws EngineError REVIEW_FILE_REFUSED with the reason */
export function openFileHere(file: string, options: { readonly json?: boolean }): void {
  const opened = openReviewFile(readFileSync(file));
  process.stdout.write(options.json ? `${JSON.stringify(opened, null, 2)}\n` : textOf(opened));
}

function instantOf(text: string): number {
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw new EngineError('CALL_INPUT_INVALID', `--at "${text}" is no time; write one like 2026-11-22T14:00`);
}

function filterOf(text: string): readonly [string, string] {
  const [name = '', ...value] = text.split('=');
  if (name !== '' && value.length > 0) return [name, value.join('=')];
  throw new EngineError('CALL_INPUT_INVALID', `--filter "${text}" is none; write one like cliente=Andes`);
}

function textOf({ content, seal, sizeBytes }: Opened): string {
  const head = [
    `${content.kind}, made ${iso(content.madeAtMs)} by ${content.madeBy}, ${bytes(sizeBytes)}`,
    `sealed by ${seal.fingerprint}, unchanged since (sha256 ${seal.sha256})`,
    'Nothing in it is live.',
  ];
  const notes = content.notes.map(({ kind, who, atMs, words, asStood }) => {
    const value = asStood.figure.value ?? 'no data';
    return `${kind} on ${asStood.kpiId} (${value} ${asStood.figure.unit}) by ${who}, ${iso(atMs)}: ${words}`;
  });
  // A support bundle has many moments; the last says how it ended.
  const frames = content.kind === 'support' ? content.frames.slice(-1) : content.frames;
  return `${[...head, ...frames.map(momentText), ...notes].join('\n')}\n`;
}

const columns = [
  { title: 'KPI' },
  { title: 'VALUE', align: 'right' },
  { title: 'UNIT' },
  { title: 'SECTION' },
  { title: 'STATE' },
  { title: 'AGE', align: 'right' },
  { title: 'DATA TO' },
] as const;

function momentText(moment: Moment): string {
  const rows = moment.sections.flatMap(({ name, state, computedAtMs, dataAsOfMs, payload }) =>
    Object.entries(payload?.figures ?? {}).map(([id, { value, unit }]) => [
      id,
      value === null ? '-' : String(Math.round(value * 1e4) / 1e4),
      unit,
      name,
      state,
      computedAtMs === null ? '-' : age(moment.atMs - computedAtMs),
      dataAsOfMs === null ? '-' : iso(dataAsOfMs).slice(0, 10),
    ]),
  );
  const filters = Object.entries(moment.filters).map(([name, value]) => `${name}=${String(value)}`);
  const alerts = moment.alerts.map(({ title, state, sinceMs }) => `alert ${state}: ${title}, since ${iso(sinceMs)}`);
  return [
    '',
    `${iso(moment.atMs)}  ${moment.pack}, ${moment.source}, ${filters.join(' ') || 'all data'}, ${moment.observed}`,
    table(columns, rows).trimEnd(),
    ...alerts,
    '',
  ].join('\n');
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}
