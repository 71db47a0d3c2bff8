/** `vigia cache status | clear | invalidate | warm`: the cache of the console that runs, from a terminal. */
import { EngineError } from '../../engine/index.ts';
import type { CallInput, CallOutput } from '../shared/contract.ts';
import { connectToConsole, type RunningConsole } from './running-console.ts';
import { age, bytes, percent, table } from './table.ts';

export interface CacheOptions {
  readonly dataDir?: string;
  readonly token?: string;
  readonly json?: boolean;
}

type Client = RunningConsole['client'];

export function cacheStatus(options: CacheOptions): Promise<void> {
  return withConsole(options, async (client, print) => {
    const status = await client.call('cache.status', {});
    const health = await client.call('cache.health', {});
    print({ ...status, health }, () => statusText(status, health));
  });
}

export interface ClearOptions extends CacheOptions {
  readonly yes?: boolean;
}

/** @param layer a layer's name, or `all` */
export function cacheClear(layer: string, options: ClearOptions): Promise<void> {
  return withConsole(options, async (client, print) => {
    const input = { layer } as CallInput<'cache.clearPreview'>;
    if (!options.yes) {
      const reach = await client.call('cache.clearPreview', input);
      print(reach, () => `${reachText(reach)}Nothing was removed. Repeat with --yes to clear ${layer}.\n`);
      return;
    }
    const report = await client.call('cache.clear', { ...input, confirm: layer, reason: 'command line' });
    print(report, () => {
      const rest = report.complete ? '' : ' There are more: repeat it for the rest.';
      return `cleared ${layer}: ${report.removedCount} entries, ${bytes(report.removedBytes)}, ${report.tookMs.toFixed(0)} ms.${rest}\n`;
    });
  });
}

export interface InvalidateOptions extends CacheOptions {
  readonly tag: readonly string[];
  readonly key: readonly string[];
  readonly mode: string;
  readonly reason: string;
  readonly preview?: boolean;
}

export function cacheInvalidate(options: InvalidateOptions): Promise<void> {
  return withConsole(options, async (client, print) => {
    const target = { tags: [...options.tag], keys: [...options.key] };
    if (options.preview) {
      const reach = await client.call('cache.invalidatePreview', target);
      print(reach, () => reachText(reach));
      return;
    }
    const { mode, reason } = options;
    const order = { ...target, mode, reason } as CallInput<'cache.invalidate'>;
    const report = await client.call('cache.invalidate', order);
    print(report, () => {
      const what = [...report.tags, ...options.key].join(', ');
      return `${what}: ${report.entryCount} entries, ${bytes(report.sizeBytes)} now ${report.mode}, ${report.tookMs.toFixed(1)} ms\n`;
    });
  });
}

export interface WarmOptions extends CacheOptions {
  readonly wait?: boolean;
}

const pollMs = 250;

export function cacheWarm(options: WarmOptions): Promise<void> {
  return withConsole(options, async (client, print) => {
    const { taskId, joined } = await client.call('cache.warm', {});
    if (!options.wait) {
      print({ taskId, joined }, () => `${joined ? 'joined' : 'queued'} ${taskId}; --wait shows its proof\n`);
      return;
    }
    await ended(client, taskId);
    const report = await reportOf(client, taskId);
    print(report, () => warmText(report));
    if (report.failedCount > 0) process.exitCode = 1;
  });
}

async function ended(client: Client, taskId: string): Promise<void> {
  for (;;) {
    const { state, error } = await client.call('task.status', { taskId });
    if (state === 'SUCCESS') return;
    if (state === 'FAILURE' || state === 'REVOKED')
      throw new EngineError('QUEUE_JOB_FAILED', `The warm-up ended as ${state}: ${error ?? 'no reason given'}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

type Report = NonNullable<CallOutput<'cache.warming'>['lastReport']>;

/** The console reads the report soon after the task ended. */
async function reportOf(client: Client, taskId: string): Promise<Report> {
  for (let tries = 0; tries < 40; tries += 1) {
    const { lastReport } = await client.call('cache.warming', {});
    if (lastReport?.taskId === taskId) return lastReport;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new EngineError('QUEUE_JOB_FAILED', 'The warm-up ended, but left no report: the cache may be unreachable');
}

function statusText(status: CallOutput<'cache.status'>, health: CallOutput<'cache.health'>): string {
  const { link, memory, index, foreign, totals } = status;
  const five = (windows: typeof totals) => windows.find(({ windowMs }) => windowMs === 300_000);
  const layers = status.layers.map(({ layer, settings, entries, windows }) => [
    layer,
    age(settings.ttlMs),
    ...[entries.fresh, entries.stale, entries.expired, entries.unreadable].map(String),
    bytes(entries.sizeBytes),
    String(five(windows)?.reads ?? 0),
    percent(five(windows)?.hitRatio ?? null),
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const head = [
    { title: 'LAYER' },
    ...['TTL', 'FRESH', 'STALE', 'EXPIRED', 'BAD', 'SIZE', 'READS/5M', 'HIT'].map(right),
  ];
  const facts = [
    ['redis', `${link.address} ${link.state}`],
    ['health', `${health.state}${health.headline === null ? '' : `: ${health.headline}`}`],
    ['breaker', status.breaker],
    ['coherence', status.coherence],
    ['memory', `${bytes(memory.usedBytes)} of ${bytes(memory.limitBytes)}, ${memory.entryCount} copies`],
    [
      'index',
      `${index.entryCount} entries${index.truncated ? ' (more exist)' : ''}, ${index.commandsLastMinute} commands/min`,
    ],
    ['foreign', `${foreign.entryCount} entries, ${bytes(foreign.sizeBytes)}`],
    ['warming', warmingText(status.warming)],
  ];
  return `${facts.map(([name = '', fact = '']) => `${`${name}:`.padEnd(11)}${fact}`).join('\n')}\n\n${table(head, layers)}`;
}

function warmingText({ enabled, state, lastReport, learned }: CallOutput<'cache.warming'>): string {
  const proof = lastReport ? `, last ${lastReport.provedCount}/${lastReport.keyCount} proved` : ', not yet run';
  return `${enabled ? state : 'off'}${proof}, ${learned.length} learned`;
}

function reachText(reach: CallOutput<'cache.clearPreview'>): string {
  const rows = reach.byLayer.map(({ layer, entryCount, sizeBytes }) => [layer, String(entryCount), bytes(sizeBytes)]);
  const columns = [
    { title: 'LAYER' },
    { title: 'ENTRIES', align: 'right' as const },
    { title: 'SIZE', align: 'right' as const },
  ];
  const more = reach.complete ? '' : 'There may be more: the index does not know every entry.\n';
  return `${table(columns, [...rows, ['total', String(reach.entryCount), bytes(reach.sizeBytes)]])}${more}`;
}

function warmText(report: Report): string {
  const rows = report.variants.map(({ filters, origin, outcome, computedCount, proofs, tookMs }) => [
    outcome,
    origin,
    `${proofs.filter((proof) => proof.outcome === 'hit').length}/${proofs.length}`,
    String(computedCount),
    `${tookMs.toFixed(0)} ms`,
    Object.entries(filters)
      .map(([name, value]) => `${name}=${String(value).replaceAll('\u001f', ',')}`)
      .join(' ') || '(no filters)',
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'OUTCOME' },
    { title: 'ORIGIN' },
    ...['HITS', 'COMPUTED', 'TIME'].map(right),
    { title: 'FILTERS' },
  ];
  const failed = report.variants.flatMap(({ proofs }) => proofs).filter(({ outcome }) => outcome !== 'hit');
  const problems = failed.map(({ key, outcome, problem }) => `${outcome}: ${key}: ${problem ?? ''}\n`).join('');
  const gaveWay = report.gaveWay === null ? '' : `gave way: ${report.gaveWay}; the rest follows\n`;
  return `${table(columns, rows)}${gaveWay}${problems}${report.provedCount} of ${report.keyCount} keys read back as hits\n`;
}

type Print = (json: unknown, text: () => string) => void;

async function withConsole(
  options: CacheOptions,
  work: (client: Client, print: Print) => Promise<void>,
): Promise<void> {
  const flags = {
    ...(options.dataDir === undefined ? {} : { 'data-dir': options.dataDir }),
    ...(options.token === undefined ? {} : { token: options.token }),
  };
  const running = await connectToConsole(flags);
  try {
    await work(running.client, (json, text) =>
      process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : text()),
    );
  } finally {
    running.close();
  }
}
