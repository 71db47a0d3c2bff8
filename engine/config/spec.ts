/** The table of settings: variable, flag, default, and what is accepted. */
import { z } from 'zod';
import { type LayerName, layerNameSchema, layerNames } from '../model/freshness.ts';
import { jobNameSchema, type QueueName, queueNameSchema, queueNames } from '../model/task.ts';
import {
  defaultHardLimitsS,
  defaultKpiSettings,
  defaultLayerTtlMs,
  defaultSoftLimitsS,
  isoDateSchema,
} from './settings.ts';

/** How one setting is written by a user and read by us. */
export interface SettingSpec<Value> {
  /** The environment variable; also the key in the app's settings file. */
  readonly variable: string;
  /** The command line flag without dashes; null where there is none. */
  readonly flag: string | null;
  readonly fallback: Value;
  /** From the text a user wrote; throws (zod) when it is not accepted. */
  readonly schema: z.ZodType<Value, string>;
  /** What is accepted, for the error message. */
  readonly accepted: string;
  /** What may never be printed: nothing of it, the credentials in a URL, or all of it. */
  readonly secret: 'none' | 'credentials' | 'whole';
}

interface Options<Value> {
  readonly flag?: string;
  readonly fallback: NoInfer<Value>;
  readonly accepted: string;
  readonly secret?: SettingSpec<Value>['secret'];
}

function spec<Value>(variable: string, schema: z.ZodType<Value, string>, options: Options<Value>): SettingSpec<Value> {
  return {
    variable,
    schema,
    flag: options.flag ?? null,
    fallback: options.fallback,
    accepted: options.accepted,
    secret: options.secret ?? 'none',
  };
}

const wholeNumber = (minimum: number, maximum: number): z.ZodType<number, string> =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(minimum).max(maximum));

const decimal = (minimum: number, maximum: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

const yesOrNo = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((text) => ['true', '1', 'yes'].includes(text)) as z.ZodType<boolean, string>;

const redisUrl = z
  .string()
  .refine((text) =>
    /^(rediss?(-sentinel|-cluster)?:\/\/[^\s]+|unix:\/\/[^\s]*\/[^\s]+|\/[^\s]+)$/.test(text),
  ) as z.ZodType<string | null, string>;

const text = z.string().min(1) as z.ZodType<string | null, string>;
const redisAccepted =
  'redis://host:port/db, rediss://… for TLS, unix:///path/to/socket, redis-sentinel://h1,h2/master, or redis-cluster://h1,h2';
const seconds = (variable: string, fallbackMs: number): SettingSpec<number> =>
  spec(variable, wholeNumber(1, 604_800), { fallback: fallbackMs / 1000, accepted: 'whole seconds from 1 to 604800' });

const mebibyte = 1024 * 1024;
const bytesAccepted = 'a size such as 256mb or 2gb, at least 1mb';
const byteSize = z
  .string()
  .regex(/^\d+(kb|mb|gb)$/i)
  .transform((size) => {
    const factor = { kb: 1024, mb: mebibyte, gb: 1024 * mebibyte }[size.slice(-2).toLowerCase() as 'kb' | 'mb' | 'gb'];
    return Number(size.slice(0, -2)) * factor;
  })
  .pipe(z.number().min(mebibyte)) as z.ZodType<number, string>;

const namedNumbers = z
  .string()
  .regex(/^[a-z_.]+=\d+(\.\d+)?(,[a-z_.]+=\d+(\.\d+)?)*$/)
  .transform((list) => Object.fromEntries(list.split(',').map((pair) => splitPair(pair)))) as z.ZodType<
  Readonly<Record<string, number>>,
  string
>;

const jobSeconds = z
  .string()
  .regex(/^[a-z-]+=[1-9]\d{0,5}(,[a-z-]+=[1-9]\d{0,5})*$/)
  .transform((list) => Object.fromEntries(list.split(',').map((pair) => splitPair(pair))))
  .pipe(z.partialRecord(jobNameSchema, z.number())) as z.ZodType<Readonly<Record<string, number>>, string>;
const jobSecondsAccepted = `seconds by job, such as precompute=600; the jobs are ${jobNameSchema.options.join(', ')}`;

const queueList = z
  .string()
  .transform((list) => [...new Set(list.split(',').map((name) => name.trim()))])
  .pipe(z.array(queueNameSchema).min(1)) as z.ZodType<readonly QueueName[], string>;

function splitPair(pair: string): [string, number] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), Number(pair.slice(at + 1))];
}

const patternList = z
  .string()
  .regex(/^[^\s,=]+(=[a-z][a-z0-9_-]*)?(,[^\s,=]+(=[a-z][a-z0-9_-]*)?)*$/)
  .transform((list) => list.split(',').map((written) => patternOf(written))) as z.ZodType<
  readonly { glob: string; layer: string }[],
  string
>;

function patternOf(written: string): { glob: string; layer: string } {
  const [glob = '', layer = 'other'] = written.split('=');
  return { glob, layer };
}

type ByLayer<Value> = Readonly<Partial<Record<LayerName, Value>>>;

/** `layer=value,…`; layers that are not named keep their default. */
function byLayer<Value>(
  variable: string,
  schema: z.ZodType<Value, string>,
  accepted: string,
): SettingSpec<ByLayer<Value>> {
  const pairs = z
    .string()
    .transform((list) => Object.fromEntries(list.split(',').map((pair) => textPair(pair))))
    .pipe(z.partialRecord(layerNameSchema, schema)) as unknown as z.ZodType<ByLayer<Value>, string>;
  const example = `${layerNames.join(', ')}: layer=value separated by commas, each value ${accepted}`;
  return spec<ByLayer<Value>>(variable, pairs, { fallback: {}, accepted: example });
}

function textPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

export const settingSpecs = {
  cacheUrl: spec('REDIS_URL', redisUrl, {
    flag: 'redis',
    fallback: null,
    accepted: redisAccepted,
    secret: 'credentials',
  }),
  brokerUrl: spec('CELERY_BROKER_URL', redisUrl, {
    flag: 'broker',
    fallback: null,
    accepted: redisAccepted,
    secret: 'credentials',
  }),
  resultBackendUrl: spec('CELERY_RESULT_BACKEND', redisUrl, {
    fallback: null,
    accepted: redisAccepted,
    secret: 'credentials',
  }),
  ttlDashboardS: seconds('REDIS_CACHE_TTL_DASHBOARD', defaultLayerTtlMs.dashboard),
  ttlKpisS: seconds('REDIS_CACHE_TTL_KPIS', defaultLayerTtlMs.kpis),
  ttlChartsS: seconds('REDIS_CACHE_TTL_CHARTS', defaultLayerTtlMs.charts),
  ttlFinancialsS: seconds('REDIS_CACHE_TTL_FINANCIALS', defaultLayerTtlMs.financials),
  /** Seconds that a value is served stale after its TTL, while it is refreshed. */
  layerStale: byLayer('VIGIA_LAYER_STALE_S', wholeNumber(0, 2_592_000), 'whole seconds from 0 to 2592000'),
  /** Seconds after which a value is only "last known". */
  layerMaxAge: byLayer('VIGIA_LAYER_MAX_AGE_S', wholeNumber(1, 31_536_000), 'whole seconds from 1 to 31536000'),
  /** The part of the memory tier that a layer may take. */
  layerMemoryShare: byLayer('VIGIA_LAYER_MEMORY_SHARE', decimal(0, 1), 'a share from 0 to 1'),
  layerCodec: byLayer('VIGIA_LAYER_CODEC', z.enum(['none', 'zstd', 'brotli']), 'none, zstd or brotli'),
  layerCompressFrom: byLayer('VIGIA_LAYER_COMPRESS_FROM', wholeNumber(0, 268_435_456), 'bytes from 0 to 268435456'),
  /** Of refresh jobs that nobody waits for; the lowest goes first. */
  layerPriority: byLayer('VIGIA_LAYER_PRIORITY', wholeNumber(1, 100), 'a whole number from 1 to 100'),
  source: spec('VIGIA_SOURCE', text, {
    flag: 'source',
    fallback: null,
    accepted: 'a postgres:// URL, a DuckDB file, or a folder of CSV or Parquet files',
    secret: 'credentials',
  }),
  demo: spec('VIGIA_DEMO', yesOrNo, { flag: 'demo', fallback: true, accepted: 'true or false' }),
  demoRowCount: spec('VIGIA_DEMO_ROWS', wholeNumber(1, 10_000_000), {
    fallback: 50_000,
    accepted: 'a whole number from 1 to 10000000',
  }),
  pack: spec('VIGIA_PACK', z.string().min(1), { fallback: 'edp', accepted: 'the name of an installed pack' }),
  asOf: spec('VIGIA_AS_OF', isoDateSchema as unknown as z.ZodType<string | null, string>, {
    fallback: null,
    accepted: 'a date such as 2026-03-31',
  }),
  dataDir: spec('VIGIA_DATA_DIR', z.string().min(1), {
    flag: 'data-dir',
    fallback: '',
    accepted: 'a folder that can be written',
  }),
  port: spec('VIGIA_PORT', wholeNumber(0, 65_535), {
    flag: 'port',
    fallback: 0,
    accepted: 'a port from 0 (any free one) to 65535',
  }),
  // It travels in an `Authorization` header and in a link.
  token: spec('VIGIA_TOKEN', z.string().regex(/^[!-~]{16,}$/) as z.ZodType<string | null, string>, {
    flag: 'token',
    fallback: null,
    accepted: 'at least 16 printable characters without spaces',
    secret: 'whole',
  }),
  logLevel: spec('VIGIA_LOG_LEVEL', z.enum(['debug', 'info', 'warn', 'error', 'silent']), {
    fallback: 'info',
    accepted: 'debug, info, warn, error or silent',
  }),
  memoryTierBytes: spec('VIGIA_MEMORY_TIER', byteSize, { fallback: 64 * mebibyte, accepted: bytesAccepted }),
  cacheMemoryBytes: spec('VIGIA_CACHE_MEMORY', byteSize, { fallback: 256 * mebibyte, accepted: bytesAccepted }),
  warming: spec('VIGIA_WARMING', yesOrNo, { fallback: true, accepted: 'true or false' }),
  warmLearnedCount: spec('VIGIA_WARM_LEARNED', wholeNumber(0, 200), {
    fallback: 20,
    accepted: 'a whole number of filter sets from 0 to 200',
  }),
  /** Added to the layout of the original system. */
  foreignPatterns: spec('VIGIA_FOREIGN_PATTERNS', patternList, {
    fallback: [],
    accepted: 'key patterns with an optional layer, such as myapp:*=kpis,reports:*',
  }),
  webhookSecret: spec('VIGIA_WEBHOOK_SECRET', z.string().min(16) as z.ZodType<string | null, string>, {
    fallback: null,
    accepted: 'at least 16 characters',
    secret: 'whole',
  }),
  workerProcesses: spec('VIGIA_WORKER_PROCESSES', wholeNumber(0, 64), {
    flag: 'processes',
    fallback: 1,
    accepted: 'a whole number from 0 to 64',
  }),
  workerConcurrency: spec('VIGIA_WORKER_CONCURRENCY', wholeNumber(1, 64), {
    flag: 'concurrency',
    fallback: 4,
    accepted: 'a whole number from 1 to 64',
  }),
  maxJobsPerChild: spec('VIGIA_MAX_JOBS_PER_CHILD', wholeNumber(1, 1_000_000), {
    flag: 'max-jobs',
    fallback: 1000,
    accepted: 'a whole number from 1 to 1000000',
  }),
  workerMemoryBytes: spec('VIGIA_WORKER_MEMORY', byteSize, {
    flag: 'max-memory',
    fallback: 2048 * mebibyte,
    accepted: bytesAccepted,
  }),
  workerQueues: spec('VIGIA_WORKER_QUEUES', queueList, {
    flag: 'queues',
    fallback: queueNames,
    accepted: `one or more of ${queueNames.join(',')}`,
  }),
  /** Jobs that are not named keep the default. */
  softLimitsS: spec('VIGIA_JOB_SOFT_LIMITS', jobSeconds, {
    fallback: defaultSoftLimitsS,
    accepted: jobSecondsAccepted,
  }),
  hardLimitsS: spec('VIGIA_JOB_HARD_LIMITS', jobSeconds, {
    fallback: defaultHardLimitsS,
    accepted: jobSecondsAccepted,
  }),
  retryFirstS: spec('VIGIA_RETRY_FIRST_S', wholeNumber(0, 86_400), {
    fallback: 60,
    accepted: 'whole seconds from 0 to 86400',
  }),
  queryDeadlineMs: spec('VIGIA_QUERY_DEADLINE_MS', wholeNumber(100, 3_600_000), {
    fallback: 60_000,
    accepted: 'milliseconds from 100 to 3600000',
  }),
  /** A job that waits longer is a backlog, on the Overview, in the line of time and to the causes. */
  backlogS: spec('VIGIA_BACKLOG_S', wholeNumber(1, 86_400), {
    fallback: 30,
    accepted: 'whole seconds from 1 to 86400',
  }),
  criticalDays: spec('VIGIA_CRITICAL_DAYS', wholeNumber(1, 3650), {
    fallback: defaultKpiSettings.criticalDays,
    accepted: 'days from 1 to 3650',
  }),
  capitalRate: spec('VIGIA_CAPITAL_RATE', decimal(0, 10), {
    fallback: defaultKpiSettings.capitalRate,
    accepted: 'a yearly rate such as 0.12',
  }),
  fastCollectionDays: spec('VIGIA_FAST_COLLECTION_DAYS', wholeNumber(1, 3650), {
    fallback: defaultKpiSettings.fastCollectionDays,
    accepted: 'days from 1 to 3650',
  }),
  /** Added to the default targets, KPI by KPI. */
  targets: spec('VIGIA_TARGETS', namedNumbers, {
    fallback: defaultKpiSettings.targets,
    accepted: 'targets by KPI id, such as dso_days=45,approval_rate=0.95',
  }),
  /** Weights of the parts of composite scores; parts that are not named keep the pack's. */
  scoreWeights: spec('VIGIA_SCORE_WEIGHTS', namedNumbers, {
    fallback: {},
    accepted: 'weights by score and part, such as quality.approval_rate=2,quality.first_pass_rate=1',
  }),
  monthlyGoal: spec('VIGIA_MONTHLY_GOAL', decimal(0, 1e15) as z.ZodType<number | null, string>, {
    fallback: defaultKpiSettings.monthlyGoal,
    accepted: 'an amount in CLP',
  }),
} satisfies Record<string, SettingSpec<unknown>>;

export type SettingName = keyof typeof settingSpecs;
export type SettingValues = {
  [Name in SettingName]: (typeof settingSpecs)[Name] extends SettingSpec<infer Value> ? Value : never;
};
