/** `vigia doctor`: what is wrong, by how much, and what to do first; from the console that runs, or on servers by address. */
import { createLogger, EngineError, examineRedis, loadSettings } from '../../engine/index.ts';
import type { CallOutput } from '../shared/contract.ts';
import { connectToConsole } from './running-console.ts';
import { bytes, percent, table } from './table.ts';

export interface DoctorOptions {
  readonly redis?: string;
  readonly broker?: string;
  readonly dataDir?: string;
  readonly token?: string;
  readonly json?: boolean;
}

type Report = CallOutput<'doctor.run'>;
type Finding = Report['findings'][number];
type Evidence = Finding['evidence'][number];

const foundExitCode = 1;
const rowEvidence = 3;

/** Exit code 0: nothing that is a warning or critical; 1: something is. @throws EngineError, CallError */
export async function runDoctor(options: DoctorOptions): Promise<void> {
  const report = await reportOf(options);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.findings.some(({ severity }) => severity !== 'info')) process.exitCode = foundExitCode;
}

/** Addresses that are given come first, then the console of the data folder, then the addresses of the settings. */
async function reportOf(options: DoctorOptions): Promise<Report> {
  const { redis = null, broker = null, dataDir, token } = options;
  const logger = createLogger({ level: 'error' });
  if (redis !== null || broker !== null) return examineRedis({ cache: redis, broker }, logger);
  const flags = {
    ...(dataDir === undefined ? {} : { 'data-dir': dataDir }),
    ...(token === undefined ? {} : { token }),
  };
  try {
    const running = await connectToConsole(flags);
    try {
      return await running.client.call('doctor.run', {});
    } finally {
      running.close();
    }
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'CONSOLE_NOT_RUNNING') throw error;
    const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
    const cache = settings.cacheUrl ?? settings.brokerUrl;
    if (cache === null) throw error;
    return examineRedis({ cache, broker: settings.brokerUrl ?? cache }, logger);
  }
}

function reportText({ findings, checked, tookMs }: Report): string {
  const count = (outcome: string): number => checked.filter((one) => one.outcome === outcome).length;
  const sum = `${findings.length} found, ${count('well')} checks well, ${count('unknown')} could not be made, ${(tookMs / 1_000).toFixed(1)} s\n`;
  const rows = findings.map((finding) => [
    finding.severity,
    finding.title,
    finding.evidence.slice(0, rowEvidence).map(evidenceText).join(', '),
    finding.steps[0] ?? '',
  ]);
  const columns = ['SEVERITY', 'FINDING', 'EVIDENCE', 'FIRST STEP'].map((title) => ({ title }));
  const unknown = checked
    .filter(({ outcome }) => outcome === 'unknown')
    .map(({ title, subject, reason }) => [subject.name, title, reason]);
  const blind =
    unknown.length === 0
      ? ''
      : `\n${table(
          ['NOT CHECKED', 'WHETHER', 'BECAUSE'].map((title) => ({ title })),
          unknown,
        )}`;
  return `${rows.length === 0 ? '' : `${table(columns, rows)}\n`}${sum}${blind}`;
}

function evidenceText({ name, value, unit }: Evidence): string {
  return `${name.replaceAll('_', ' ')} ${valueText(value, unit)}`;
}

function valueText(value: Evidence['value'], unit: Evidence['unit']): string {
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'ratio':
      return percent(value);
    case 'ms':
      return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
    case 'perS':
      return `${value.toFixed(1)}/s`;
    case 'time':
      return new Date(value).toISOString();
    case 'count':
    case 'text':
      return String(value);
  }
}
