/** Reads the settings: flag before environment before the app's settings file before the default, each value's origin kept. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { EngineError, redactUrls } from '../base/errors.ts';
import type { LayerField } from '../model/cache-layers.ts';
import type { LayerName } from '../model/freshness.ts';
import { type JobName, jobNames } from '../model/task.ts';
import {
  defaultHardLimitsS,
  defaultKpiSettings,
  defaultSoftLimitsS,
  type JobLimits,
  type LayerSettings,
  layerSettings,
  type Settings,
} from './settings.ts';
import { type SettingName, type SettingSpec, type SettingValues, settingSpecs } from './spec.ts';

const hardAboveSoft = 1.25;

const ttlNames = {
  dashboard: 'ttlDashboardS',
  kpis: 'ttlKpisS',
  charts: 'ttlChartsS',
  financials: 'ttlFinancialsS',
} as const satisfies Record<LayerName, SettingName>;

const layerSettingNames = [
  ['staleWindowMs', 'layerStale'],
  ['maxAgeMs', 'layerMaxAge'],
  ['memoryShare', 'layerMemoryShare'],
  ['codecKind', 'layerCodec'],
  ['compressFromBytes', 'layerCompressFrom'],
  ['priority', 'layerPriority'],
] as const satisfies [LayerField, SettingName][];

/** Said by whoever starts the program; the app's own settings do not go against it. */
const fixing: ReadonlySet<Origin> = new Set(['flag', 'environment', '.env file']);

export type Origin = 'flag' | 'environment' | '.env file' | 'settings file' | 'default';

export interface SettingOrigin {
  readonly variable: string;
  /** As it may be shown: secrets blanked. */
  readonly shown: string;
  readonly from: Origin;
}

export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: readonly SettingOrigin[];
}

export interface SettingInputs {
  /** Flags by name without dashes; values as written. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder whose `.env` file is read, when there is one. */
  readonly workingDir: string;
}

/** @throws EngineError CONFIG_INVALID naming the variable, its value, and what is accepted. */
export function loadSettings(inputs: SettingInputs): LoadedSettings {
  const envFile = readEnvFile(join(inputs.workingDir, '.env'));
  const early: Layers = { flags: inputs.flags, env: inputs.env, envFile, settingsFile: {} };
  const dataDir = resolve(inputs.workingDir, readOne(settingSpecs.dataDir, early).value || defaultDataDir(inputs.env));
  const layers: Layers = { ...early, settingsFile: readSettingsFile(join(dataDir, 'settings.json')) };
  const origins: SettingOrigin[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  const fixed = new Set<SettingName>();
  for (const name of Object.keys(settingSpecs) as SettingName[]) {
    const read = readOne<unknown>(settingSpecs[name], layers);
    values[name] = read.value;
    if (fixing.has(read.from)) fixed.add(name);
    const shown = name === 'dataDir' ? dataDir : show(settingSpecs[name], read.value);
    origins.push({ variable: settingSpecs[name].variable, shown, from: read.from });
  }
  const read = values as SettingValues;
  return { settings: { ...compose({ ...read, dataDir }), fixedLayers: fixedLayers(read, fixed) }, origins };
}

/** Layer by layer, what is said outside the app and by which variable. */
function fixedLayers(values: SettingValues, fixed: ReadonlySet<SettingName>): NonNullable<Settings['fixedLayers']> {
  const of = (layer: LayerName): Partial<Record<LayerField, string>> => {
    const named = layerSettingNames.filter(([, name]) => fixed.has(name) && values[name][layer] !== undefined);
    const fields = named.map(([field, name]) => [field, settingSpecs[name].variable]);
    const ttl = ttlNames[layer];
    return { ...Object.fromEntries(fields), ...(fixed.has(ttl) ? { ttlMs: settingSpecs[ttl].variable } : {}) };
  };
  return { dashboard: of('dashboard'), kpis: of('kpis'), charts: of('charts'), financials: of('financials') };
}

/** Where the data lives when nobody says otherwise. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>>): string {
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'vigia');
  if (platform() === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'vigia');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'vigia');
}

interface Layers {
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly envFile: Readonly<Record<string, string | undefined>>;
  readonly settingsFile: Readonly<Record<string, string | undefined>>;
}

function readOne<Value>(spec: SettingSpec<Value>, layers: Layers): { value: Value; from: Origin } {
  const candidates: [Origin, string | undefined][] = [
    ['flag', spec.flag === null ? undefined : layers.flags[spec.flag]],
    ['environment', layers.env[spec.variable]],
    ['.env file', layers.envFile[spec.variable]],
    ['settings file', layers.settingsFile[spec.variable]],
  ];
  for (const [from, written] of candidates) {
    if (written === undefined || written.trim() === '') continue;
    const parsed = spec.schema.safeParse(written.trim());
    if (parsed.success) return { value: parsed.data, from };
    const name = from === 'flag' ? `--${spec.flag}` : spec.variable;
    throw new EngineError(
      'CONFIG_INVALID',
      `${name} (from the ${from}) is "${show(spec, written)}", but must be ${spec.accepted}`,
    );
  }
  return { value: spec.fallback, from: 'default' };
}

function show(spec: SettingSpec<unknown>, value: unknown): string {
  if (value === null) return '(none)';
  if (spec.secret === 'whole') return '***';
  return redactUrls(typeof value === 'string' ? value : JSON.stringify(value));
}

function compose(values: SettingValues): Settings {
  const { ttlDashboardS, ttlKpisS, ttlChartsS, ttlFinancialsS, ...timed } = values;
  const { layerStale, layerMaxAge, layerMemoryShare, layerCodec, layerCompressFrom, layerPriority, ...others } = timed;
  const layer = (name: LayerName, ttlS: number): LayerSettings => {
    const usual = layerSettings(ttlS * 1_000);
    return {
      ...usual,
      staleWindowMs: orUsual(layerStale[name], usual.staleWindowMs),
      maxAgeMs: orUsual(layerMaxAge[name], usual.maxAgeMs),
      memoryShare: layerMemoryShare[name] ?? usual.memoryShare,
      codec: {
        kind: layerCodec[name] ?? usual.codec.kind,
        fromBytes: layerCompressFrom[name] ?? usual.codec.fromBytes,
      },
      priority: layerPriority[name] ?? usual.priority,
    };
  };
  const { softLimitsS, hardLimitsS, retryFirstS, backlogS, ...business } = others;
  const { criticalDays, capitalRate, fastCollectionDays, monthlyGoal, targets, scoreWeights, ...rest } = business;
  return {
    ...rest,
    jobLimits: jobLimits(softLimitsS, hardLimitsS),
    retryFirstMs: retryFirstS * 1000,
    backlogMs: backlogS * 1000,
    layers: {
      dashboard: layer('dashboard', ttlDashboardS),
      kpis: layer('kpis', ttlKpisS),
      charts: layer('charts', ttlChartsS),
      financials: layer('financials', ttlFinancialsS),
    },
    kpis: {
      criticalDays,
      capitalRate,
      fastCollectionDays,
      monthlyGoal,
      targets: { ...defaultKpiSettings.targets, ...targets },
      scoreWeights,
    },
  };
}

/** A hard limit that nobody asked for keeps above a soft one that somebody raised. */
function jobLimits(
  soft: Readonly<Partial<Record<string, number>>>,
  hard: Readonly<Partial<Record<string, number>>>,
): Settings['jobLimits'] {
  const limitsOf = (job: JobName): JobLimits => {
    const softS = soft[job] ?? defaultSoftLimitsS[job];
    const hardS = hard[job] ?? Math.max(defaultHardLimitsS[job], Math.ceil(softS * hardAboveSoft));
    if (hardS > softS) return { softMs: softS * 1000, hardMs: hardS * 1000 };
    throw new EngineError(
      'CONFIG_INVALID',
      `VIGIA_JOB_HARD_LIMITS gives ${job} ${hardS} s, but must be above its soft limit of ${softS} s`,
    );
  };
  return Object.fromEntries(jobNames.map((job) => [job, limitsOf(job)])) as Record<JobName, JobLimits>;
}

function orUsual(seconds: number | undefined, usualMs: number): number {
  return seconds === undefined ? usualMs : seconds * 1_000;
}

function readEnvFile(file: string): Record<string, string | undefined> {
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function readSettingsFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) throw new Error('it is not a JSON object');
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new EngineError('CONFIG_INVALID', `The settings file ${file} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
}
