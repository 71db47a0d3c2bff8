/** A console with servers of its own, and faults that are put into it: what the tests of causes work on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleDraft } from '../../engine/model/alert-rules.ts';
import type { CauseChain, CauseCode, Sign } from '../../engine/model/cause.ts';
import type { Overview } from '../../engine/model/health.ts';
import type { QueueView } from '../../engine/model/queue.ts';
import { CallError } from '../../src/shared/client.ts';
import { type Program, runProgram } from './program.ts';
import { startRedis, type TestRedis } from './redis-server.ts';
import { type ServedConsole, serveConsole } from './served-console.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');
const settings = {
  VIGIA_DEMO_ROWS: '1000',
  VIGIA_AS_OF: '2026-11-22',
  VIGIA_WARMING: 'false',
  VIGIA_BACKLOG_S: '6',
  NODE_COMPILE_CACHE: join(tmpdir(), 'vigia-faults-compile-cache'),
};

export class FaultRoom {
  readonly #cleanUps: (() => unknown)[] = [];
  #served: ServedConsole | null = null;
  #env: Readonly<Record<string, string>> = {};
  #dataDir = '';
  #cache: TestRedis | null = null;
  #broker: TestRedis | null = null;

  get cache(): TestRedis {
    if (this.#cache) return this.#cache;
    throw new Error('The room is not open');
  }

  get broker(): TestRedis {
    if (this.#broker) return this.#broker;
    throw new Error('The room is not open');
  }

  get served(): ServedConsole {
    if (this.#served) return this.#served;
    throw new Error('No console runs');
  }

  get client(): ServedConsole['client'] {
    return this.served.client;
  }

  /** The two servers; a console is served on them by {@link serve}. */
  async open(): Promise<void> {
    const cache = startRedis({ tcp: true, args: ['--maxmemory-policy', 'allkeys-lru'] });
    const broker = startRedis({ tcp: true });
    for (const server of await Promise.all([cache, broker])) this.onEnd(() => server.stop());
    [this.#cache, this.#broker] = await Promise.all([cache, broker]);
  }

  /** Begins the console; answers once it sees its servers. */
  async serve(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#env = env;
    this.#dataDir = this.folder();
    await this.comeBack();
  }

  /** Stops the console; its data stays. */
  async leave(): Promise<void> {
    await this.served.stop();
    this.#served = null;
  }

  /** A console on the data of the one before. */
  async comeBack(): Promise<void> {
    const servers = { REDIS_URL: this.cache.url, CELERY_BROKER_URL: this.broker.url };
    this.#served = await serveConsole({ env: { ...settings, ...servers, ...this.#env }, dataDir: this.#dataDir });
    const { client } = this.#served;
    await until(
      async () => (await client.call('system.info', {})).links.every(({ state }) => state === 'ready'),
      60_000,
      'links',
    );
  }

  /** `vigia worker` as another machine would run it. */
  async worker(): Promise<Program> {
    const dataDir = this.folder();
    const program = runProgram(
      process.execPath,
      [
        join(root, 'src/cli/index.ts'),
        'worker',
        '--data-dir',
        dataDir,
        '--redis',
        this.cache.url,
        '--broker',
        this.broker.url,
      ],
      { ...process.env, ...settings, VIGIA_LOG_LEVEL: 'warn' },
      dataDir,
    );
    this.onEnd(() => program.destroy());
    await program.says(/1 of 1 take jobs/, 60_000);
    return program;
  }

  /** Taken away at the end. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'vigia-fault-'));
    this.onEnd(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
    return path;
  }

  /** Everything is fresh, workers are seen, and nothing is left for them to do. */
  async settled(): Promise<void> {
    await until(
      async () => (await this.client.call('workers.list', {})).workers.some(({ verdict }) => verdict === 'consuming'),
      60_000,
      'a worker',
    );
    await until(
      async () => (await this.client.call('dashboard.get', { waitMs: 5_000 })).staleSectionCount === 0,
      60_000,
      'fresh values',
    );
    await until(
      async () => (await this.client.call('queues.list', {})).queues.every(({ counts }) => unfinished(counts) === 0),
      60_000,
      'the end of every job',
    );
  }

  /** Marks everything as out of date and asks for it again, as a change of data and a reader would. */
  async demand(mode: 'stale' | 'expired' = 'stale'): Promise<void> {
    await this.client.call('cache.invalidate', { tags: ['table:edp'], mode, reason: 'edp_updated' });
    await this.client.call('dashboard.get', {});
  }

  onEnd(work: () => unknown): void {
    this.#cleanUps.push(work);
  }

  async close(): Promise<void> {
    await this.#served?.stop();
    for (const cleanUp of this.#cleanUps.toReversed()) await cleanUp();
  }
}

export interface Scenario {
  readonly env?: (room: FaultRoom) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly inject: (room: FaultRoom) => Promise<void>;
  /** Goes on while the cause is looked for, as readers do. */
  readonly meanwhile?: (room: FaultRoom) => Promise<unknown>;
  /** The signs by which a person may see it first. */
  readonly signs: readonly Sign[];
  readonly cause: CauseCode;
  /** What the words of the cause name. */
  readonly names: RegExp;
  /** The rule whose firing keeps the same cause in the history, made quick by these of its own fields. */
  readonly alert?: { readonly ruleId: string; readonly quick?: Partial<RuleDraft> };
  /** "Why is this stale?" says the same of some value. */
  readonly tellsWhyStale?: boolean;
}

/** A cause that is found must be found within this; slow machines take their time to start what is broken on purpose. */
const patienceMs = 90_000;
/** A cause that is named must still be named after this. */
const steadyMs = 3_000;
/** Its rule counts a worker that was killed until its last heartbeat has run out, which takes a minute. */
const alertPatienceMs = 180_000;
const pollMs = 250;

/**
 * Injects the fault and waits until its cause is named for the sign, as the first of all causes, and by everything else that tells causes.
 * @throws Error with what was named instead
 */
export async function expectNamed(scenario: Scenario): Promise<void> {
  const room = new FaultRoom();
  try {
    await room.open();
    await room.serve(await scenario.env?.(room));
    if (scenario.alert) await quicken(scenario.alert, room);
    await scenario.inject(room);
    await steadilyNamed(scenario, room);
    if (scenario.alert) await heldByAlert(scenario, scenario.alert.ruleId, room);
  } finally {
    await room.close();
  }
}

/** The rule as a person would set it to be told at once. */
async function quicken({ ruleId, quick }: NonNullable<Scenario['alert']>, { client }: FaultRoom): Promise<void> {
  const { rules } = await client.call('alerts.rules.list', {});
  const rule = rules.find((view) => view.rule.id === ruleId)?.rule;
  if (!rule) throw new Error(`No rule ${ruleId}`);
  await client.call('alerts.rules.save', { ...rule, forMs: 0, minimumCount: 1, ...quick });
}

async function steadilyNamed(scenario: Scenario, room: FaultRoom): Promise<void> {
  const beganMs = performance.now();
  let namedMs: number | null = null;
  let said = 'nothing';
  while (namedMs !== null || performance.now() - beganMs < patienceMs) {
    await goOn(scenario, room);
    const overview = await room.client.call('overview.get', {});
    if (!isNamed(scenario, overview)) namedMs = null;
    else namedMs ??= performance.now();
    if (namedMs !== null && performance.now() - namedMs >= steadyMs) return;
    said = sayingOf(overview);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(
    `${scenario.cause} was injected and not named as the cause of ${scenario.signs.join(' or ')}:\n${said}`,
  );
}

/** What a busy machine did not do in time is done at the next turn, as readers would. */
async function goOn({ meanwhile }: Scenario, room: FaultRoom): Promise<void> {
  try {
    await meanwhile?.(room);
  } catch (error) {
    if (!(error instanceof CallError && error.retryable)) throw error;
  }
}

/** The first firing of the rule has the cause in the history. */
async function heldByAlert(scenario: Scenario, ruleId: string, room: FaultRoom): Promise<void> {
  const firing = async () =>
    (await room.client.call('alerts.history', { ruleId, to: 'firing', limit: 1 })).transitions[0];
  await until(
    async () => {
      await goOn(scenario, room);
      return (await firing()) !== undefined;
    },
    alertPatienceMs,
    `the alert ${ruleId}`,
  );
  const chain = (await firing())?.chain ?? [];
  if (chain.some(({ code, words }) => code === scenario.cause && scenario.names.test(words))) return;
  throw new Error(`The alert ${ruleId} does not say ${scenario.cause}: ${JSON.stringify(chain)}`);
}

/** Of a queue that was not looked at yet something may be left. */
function unfinished(counts: QueueView['counts']): number {
  return counts === null ? 1 : counts.waiting + counts.prioritized + counts.active;
}

function isNamed({ signs, cause, names, tellsWhyStale }: Scenario, { causes, stale }: Overview): boolean {
  const isMeant = (chain: CauseChain | undefined): boolean =>
    chain?.root?.code === cause && chain.links.some((link) => names.test(link.words));
  const ofSign = causes.find(({ sign }) => signs.includes(sign));
  const isTold = !tellsWhyStale || stale.some((value) => value.causes.some(({ words }) => names.test(words)));
  return isMeant(causes[0]) && isMeant(ofSign) && isTold;
}

function sayingOf({ causes, stale }: Overview): string {
  const chains = causes.map(
    ({ sign, root, links }) => `${sign} (${root?.code ?? 'no cause'}): ${links.map(({ words }) => words).join(' ← ')}`,
  );
  const why = stale.map((value) => `stale ${value.section}: ${value.causes.map(({ words }) => words).join(' ← ')}`);
  return [...chains, ...why.slice(0, 3)].join('\n');
}
