/** A console with servers of its own, and faults that are put into it: what the tests of causes work on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CauseChain, CauseCode, Sign } from '../../engine/model/cause.ts';
import { type Program, runProgram } from './program.ts';
import { startRedis, type TestRedis } from './redis-server.ts';
import { type ServedConsole, serveConsole } from './served-console.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');
const settings = { VIGIA_DEMO_ROWS: '1000', VIGIA_AS_OF: '2026-11-22', VIGIA_WARMING: 'false' };

export class FaultRoom {
  readonly #cleanUps: (() => unknown)[] = [];
  #served: ServedConsole | null = null;
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

  async open(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#cache = await startRedis({ tcp: true, args: ['--maxmemory-policy', 'allkeys-lru'] });
    this.#broker = await startRedis({ tcp: true });
    const servers = [this.#cache, this.#broker];
    this.onEnd(() => Promise.all(servers.map((server) => server.stop())));
    await this.serve(env);
  }

  async serve(env: Readonly<Record<string, string>> = {}, dataDir?: string): Promise<void> {
    const servers = { REDIS_URL: this.cache.url, CELERY_BROKER_URL: this.broker.url };
    this.#served = await serveConsole({
      env: { ...settings, ...servers, ...env },
      ...(dataDir === undefined ? {} : { dataDir }),
    });
    const { client } = this.#served;
    await until(
      async () => (await client.call('system.info', {})).links.every(({ state }) => state === 'ready'),
      30_000,
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

  /** Everything is fresh, and workers are seen. */
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
  readonly name: string;
  readonly env?: (room: FaultRoom) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly inject: (room: FaultRoom) => Promise<void>;
  /** Goes on while the cause is looked for, as readers do. */
  readonly meanwhile?: (room: FaultRoom) => Promise<unknown>;
  /** The signs by which a person may see it first. */
  readonly signs: readonly Sign[];
  readonly cause: CauseCode;
  /** What the words of the cause name. */
  readonly names: RegExp;
  /** The rule whose firing keeps the same cause in the history. */
  readonly alert?: string;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly named: boolean;
  readonly afterMs: number;
  readonly said: string;
}

const patienceMs = 75_000;
/** A cause that is named must still be named after this. */
const steadyMs = 4_000;

/** Injects the fault and waits until the cause is named, both for the sign and as the first of all causes, and stays named. */
export async function judge(scenario: Scenario): Promise<Outcome> {
  const room = new FaultRoom();
  try {
    await room.open({});
    if (scenario.env) {
      await room.served.stop();
      await room.serve(await scenario.env(room));
    }
    await scenario.inject(room);
    const outcome = await watch(scenario, room);
    return outcome.named && scenario.alert !== undefined ? await heldByAlert(outcome, scenario.alert, room) : outcome;
  } catch (error) {
    return {
      scenario,
      named: false,
      afterMs: 0,
      said: `could not be played: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    await room.close();
  }
}

async function watch(scenario: Scenario, room: FaultRoom): Promise<Outcome> {
  const beganMs = performance.now();
  let namedMs: number | null = null;
  let causes: CauseChain[] = [];
  while (performance.now() - beganMs < patienceMs) {
    await scenario.meanwhile?.(room);
    ({ causes } = await room.client.call('overview.get', {}));
    const isNamed = names(scenario, causes);
    if (!isNamed) namedMs = null;
    else namedMs ??= performance.now();
    if (namedMs !== null && performance.now() - namedMs >= steadyMs) {
      return { scenario, named: true, afterMs: namedMs - beganMs, said: wordsOf(scenario.signs, causes) };
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return { scenario, named: false, afterMs: patienceMs, said: JSON.stringify(causes) };
}

/** The alert fires with the cause in its history, or the cause does not count as named. */
async function heldByAlert(outcome: Outcome, ruleId: string, room: FaultRoom): Promise<Outcome> {
  const firing = async () =>
    (await room.client.call('alerts.history', { ruleId, to: 'firing', limit: 1 })).transitions[0];
  const meanwhile = async () => {
    await outcome.scenario.meanwhile?.(room);
    return (await firing()) !== undefined;
  };
  await until(meanwhile, 150_000, `the alert ${ruleId}`);
  const root = (await firing())?.chain.findLast(({ code }) => code !== null);
  if (root?.code === outcome.scenario.cause) return outcome;
  return { ...outcome, named: false, said: `the alert ${ruleId} says ${root?.words ?? 'nothing'}` };
}

function names({ signs, cause, names: words }: Scenario, causes: readonly CauseChain[]): boolean {
  const isMeant = (chain: CauseChain | undefined): boolean =>
    chain?.root?.code === cause && chain.links.some((link) => words.test(link.words));
  return isMeant(causes[0]) && isMeant(ofSigns(signs, causes));
}

function ofSigns(signs: readonly Sign[], causes: readonly CauseChain[]): CauseChain | undefined {
  return causes.find(({ sign }) => signs.includes(sign));
}

function wordsOf(signs: readonly Sign[], causes: readonly CauseChain[]): string {
  return (
    ofSigns(signs, causes)
      ?.links.map((link) => link.words)
      .join(' ← ') ?? ''
  );
}
