/**
 * Keeps what each worker of one broker answered last, and asks again when it is old. Readers get what is there at once:
 * a question is never on the path of a screen.
 */
import type { Clock } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CeleryAnswer, CeleryFleet, CeleryWhere, CeleryWorker } from '../../model/celery.ts';
import type { WorkerCommand } from '../wire/control-message.ts';
import type { Read } from '../wire/envelope.ts';
import { commandOutcome } from '../wire/reply.ts';
import {
  readConf,
  readHeld,
  readQueues,
  readRegistered,
  readRevoked,
  readScheduled,
  readStats,
  readWhere,
  registeredItems,
} from './answers.ts';
import type { CeleryMessenger } from './messenger.ts';
import type { Round } from './waiter.ts';

export interface InspectorOptions {
  readonly brokerId: string;
  readonly messenger: CeleryMessenger;
  /** Nodes that send heartbeats now; null where nobody listens to them. */
  readonly heartbeating: () => readonly string[] | null;
  readonly onChanged: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One answer of each kind, by part of the model. */
const parts = {
  stats: { command: { method: 'stats', arguments: {} }, read: readStats },
  active: { command: { method: 'active', arguments: { safe: true } }, read: readHeld },
  reserved: { command: { method: 'reserved', arguments: {} }, read: readHeld },
  scheduled: { command: { method: 'scheduled', arguments: {} }, read: readScheduled },
  registered: {
    command: { method: 'registered', arguments: { taskinfoitems: [...registeredItems], builtins: false } },
    read: readRegistered,
  },
  queues: { command: { method: 'active_queues', arguments: {} }, read: readQueues },
  conf: { command: { method: 'conf', arguments: { with_defaults: true } }, read: readConf },
  revoked: { command: { method: 'revoked', arguments: {} }, read: readRevoked },
} as const satisfies Record<string, { command: WorkerCommand; read: (value: unknown) => Read<unknown> }>;

export type InspectPart = keyof typeof parts;
type PartValue<Part extends InspectPart> = NonNullable<CeleryWorker[Part]['value']>;
type Answers = { [Part in InspectPart]: CeleryAnswer<PartValue<Part>> };

const allParts = Object.keys(parts) as InspectPart[];
/** What changes slowly is asked for rarely. */
const freshForMs: Record<InspectPart, number> = {
  stats: 5_000,
  active: 3_000,
  reserved: 3_000,
  scheduled: 3_000,
  registered: 60_000,
  queues: 10_000,
  conf: 300_000,
  revoked: 15_000,
};
/** So long an answer of everybody speaks for now. */
const currentMs = 12_000;
const forgetMs = 15 * 60_000;
const unanswered = (): CeleryAnswer<never> => ({ value: null, askedAtMs: null, problem: null });

interface Known {
  readonly answers: Answers;
  heardMs: number;
  isDouble: boolean;
  /** It was told to change since it was asked. */
  isChanged: boolean;
}

/** How many listened and how many answered when everybody was asked. */
export interface Census {
  readonly listeners: number;
  readonly answers: number;
  readonly askedAtMs: number;
}

export class CeleryInspector {
  readonly brokerId: string;
  readonly #options: InspectorOptions;
  readonly #workers = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<unknown>>();
  /** Of every part, what came of the last question to everybody. */
  readonly #rounds = new Map<InspectPart, Census>();
  #last: Census | null = null;
  #problem: string | null = null;
  #isObserved = false;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.brokerId = options.brokerId;
  }

  /** Nodes that answered lately or send heartbeats. */
  nodes(): string[] {
    this.#forget();
    return [...new Set([...this.#workers.keys(), ...(this.#options.heartbeating() ?? [])])].toSorted();
  }

  /** The workers as they answered last. */
  fleet(): Omit<CeleryFleet, 'address' | 'commandsPerMinute'> {
    const { clock, messenger } = this.#options;
    return {
      brokerId: this.brokerId,
      atMs: clock.now(),
      problem: this.#problem,
      isObserved: this.#isObserved,
      asking: this.#asking.size > 0,
      askedAtMs: this.#last?.askedAtMs ?? null,
      listeners: this.#last?.listeners ?? null,
      answers: this.#last?.answers ?? null,
      deafCount: this.#deafCount(),
      unreadableCount: messenger.malformedCount,
      workers: this.nodes().map((node) => {
        const { stats, queues, isDouble } = this.#shown(node);
        return { node, stats, queues, isDouble };
      }),
    };
  }

  /** What one worker answered last. @throws EngineError CELERY_WORKER_NOT_FOUND */
  worker(node: string): CeleryWorker {
    if (!this.nodes().includes(node)) {
      throw new EngineError('CELERY_WORKER_NOT_FOUND', `No worker "${node}" is known on ${this.brokerId}`);
    }
    const { isDouble: _isDouble, ...answers } = this.#shown(node);
    return {
      brokerId: this.brokerId,
      node,
      ...answers,
      problem: this.#problem,
      isObserved: this.#isObserved,
      asking: this.#asking.has(node),
    };
  }

  /** What workers said of one part; those that never answered are not in it. */
  known<Part extends InspectPart>(part: Part): Map<string, CeleryAnswer<PartValue<Part>>> {
    return new Map([...this.#workers].map(([node, { answers }]) => [node, answers[part]]));
  }

  /**
   * What everybody said of one part when all were asked last. `complete`: everybody who listened has answered, not long
   * ago, and nobody is known to be deaf; only then does "nobody said so" mean anything.
   */
  current<Part extends InspectPart>(part: Part): { values: Map<string, PartValue<Part>>; complete: boolean } {
    const census = this.#rounds.get(part);
    const values = new Map<string, PartValue<Part>>();
    let unclear = census === undefined || census.listeners !== census.answers || (this.#deafCount() ?? 0) > 0;
    for (const [node, { value, askedAtMs, problem }] of this.known(part)) {
      if (census === undefined || (askedAtMs ?? 0) < census.askedAtMs) continue;
      if (value !== null) values.set(node, value);
      if (problem !== null) unclear = true;
    }
    const ageMs = this.#options.clock.now() - (census?.askedAtMs ?? 0);
    return { values, complete: !unclear && ageMs < currentMs && values.size === census?.answers };
  }

  /** Asks everybody for these parts, those that are still fresh left out. Resolves when all is answered. @throws REDIS_* */
  async refresh(wanted: readonly InspectPart[], maxAgeMs?: number): Promise<void> {
    const nodes = this.nodes();
    const nowMs = this.#options.clock.now();
    const old = wanted.filter((part) => {
      const askedAtMs = this.#rounds.get(part)?.askedAtMs ?? null;
      return askedAtMs === null || nowMs - askedAtMs >= (maxAgeMs ?? freshForMs[part]);
    });
    await this.#once(`*${old.join()}`, () => Promise.all(old.map((part) => this.ask(part, null, nodes))));
  }

  /** Asks one worker for everything that is old. @throws EngineError REDIS_* */
  async refreshWorker(node: string): Promise<void> {
    const known = this.#workers.get(node);
    const old = allParts.filter((part) => known?.isChanged === true || this.#isOld(part, node));
    if (known) known.isChanged = false;
    await this.#once(node, () => Promise.all(old.map((part) => this.ask(part, [node], [node]))));
  }

  /** These were told to change: what they answered before speaks for now no longer. */
  changed(nodes: readonly string[]): void {
    for (const node of nodes) {
      const known = this.#workers.get(node);
      if (known) known.isChanged = true;
    }
    this.#options.onChanged();
  }

  /**
   * Asks now and keeps what is answered.
   * @param destination null asks everybody
   * @throws EngineError REDIS_*
   */
  async ask(part: InspectPart, destination: readonly string[] | null, expected: readonly string[]): Promise<Round> {
    const { messenger } = this.#options;
    try {
      const round = await messenger.ask({ command: parts[part].command, destination, expected });
      this.#problem = null;
      this.#isObserved = false;
      this.#keep(part, round, destination ?? expected);
      return round;
    } catch (error) {
      this.#problem = messageOf(error);
      this.#isObserved = error instanceof EngineError && error.code === 'REDIS_READ_ONLY';
      throw error;
    }
  }

  /** Where tasks are now, asked afresh. @throws EngineError REDIS_* */
  async where(taskIds: readonly string[]): Promise<CeleryWhere[]> {
    const { messenger } = this.#options;
    const command: WorkerCommand = { method: 'query_task', arguments: { ids: [...taskIds] } };
    const { replies, listeners } = await messenger.ask({ command, destination: null, expected: this.nodes() });
    const silentCount = Math.max(0, listeners - replies.length);
    const found = replies.flatMap(({ node, value }) => {
      const read = readWhere(value);
      return read.ok ? [...read.value].map(([taskId, place]) => ({ taskId, node, ...place, silentCount })) : [];
    });
    const absent = taskIds.filter((id) => !found.some(({ taskId }) => taskId === id));
    return [
      ...found,
      ...absent.map((taskId) => ({ taskId, node: null, state: 'absent' as const, name: null, silentCount })),
    ];
  }

  #keep(part: InspectPart, { replies, askedAtMs, listeners, toAll }: Round, addressed: readonly string[]): void {
    const { clock } = this.#options;
    const counts = new Map<string, number>();
    for (const { node, value } of replies) {
      counts.set(node, (counts.get(node) ?? 0) + 1);
      const known = this.#known(node);
      known.heardMs = clock.monotonicMs();
      this.#put(known.answers, part, value, askedAtMs);
    }
    for (const [node, count] of counts) if (toAll) this.#known(node).isDouble = count > 1;
    for (const node of addressed) {
      const known = this.#workers.get(node);
      if (known && !counts.has(node)) known.answers[part].problem = 'it did not answer the last question';
    }
    if (toAll) {
      this.#last = { listeners, answers: replies.length, askedAtMs };
      this.#rounds.set(part, this.#last);
    }
    this.#options.onChanged();
  }

  #put(answers: Answers, part: InspectPart, value: unknown, askedAtMs: number): void {
    const outcome = commandOutcome(value);
    if (outcome.outcome === 'error') {
      answers[part].problem = `it answered with an error: ${outcome.words}`;
      return;
    }
    const read: Read<unknown> = parts[part].read(value);
    // Each part has the reader of its own values.
    if (read.ok) Object.assign(answers, { [part]: { value: read.value, askedAtMs, problem: null } });
    else answers[part].problem = read.problem;
  }

  #known(node: string): Known {
    const known = this.#workers.get(node) ?? {
      answers: Object.fromEntries(allParts.map((part) => [part, unanswered()])) as unknown as Answers,
      heardMs: this.#options.clock.monotonicMs(),
      isDouble: false,
      isChanged: false,
    };
    this.#workers.set(node, known);
    return known;
  }

  #shown(node: string): Answers & { isDouble: boolean } {
    const known = this.#workers.get(node);
    const none = Object.fromEntries(allParts.map((part) => [part, unanswered()])) as unknown as Answers;
    return { ...structuredClone(known?.answers ?? none), isDouble: known?.isDouble ?? false };
  }

  #isOld(part: InspectPart, node: string): boolean {
    const askedAtMs = this.#workers.get(node)?.answers[part].askedAtMs ?? null;
    return askedAtMs === null || this.#options.clock.now() - askedAtMs >= freshForMs[part];
  }

  /** Callers of the same thing at the same time share one question. */
  async #once(key: string, work: () => Promise<unknown>): Promise<void> {
    const running = this.#asking.get(key) ?? work().finally(() => this.#asking.delete(key));
    this.#asking.set(key, running);
    await running;
  }

  /** Fewer listeners than heartbeats. Who turned remote control off is not told apart here; a verdict does. */
  #deafCount(): number | null {
    const heartbeating = this.#options.heartbeating();
    if (heartbeating === null || this.#last === null) return null;
    return Math.max(0, heartbeating.length - this.#last.listeners);
  }

  #forget(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [node, { heardMs }] of this.#workers) if (nowMs - heardMs > forgetMs) this.#workers.delete(node);
  }
}
