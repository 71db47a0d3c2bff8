/**
 * What is still to be done in every queue of one broker, as the parts it consists of: waiting by priority, held by
 * workers as scheduled, reserved or running, and held by nobody that answers. Looks only when somebody looks at it.
 */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CeleryQueue, CeleryQueues } from '../../model/celery-queue.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { CeleryInspector, InspectPart } from '../inspect/inspector.ts';
import type { BrokerNames } from '../wire/names.ts';
import { readTaskMessage } from '../wire/task-message.ts';
import { type Discovery, discoverQueues } from './discovery.ts';
import { type HeldLook, type HeldMessage, lookAtHeld } from './held-messages.ts';

export interface QueueWatchOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly inspector: CeleryInspector;
  /** When a task was sent, as far as events told; null where nobody heard it. */
  readonly sentAtMs: (taskId: string) => Promise<number | null>;
  readonly onChanged: () => void;
  readonly clock: Clock;
}

/** One priority list of a queue. */
interface Lane {
  readonly queue: string;
  readonly step: number;
  readonly key: string;
}

type Claims = Record<'active' | 'reserved' | 'scheduled', Set<string>> & { complete: boolean };

const freshMs = 2_000;
const claimsFreshMs = 3_000;
/** The larger the database, the rarer the walk over its keys: about one command in this time. */
const restPerStepMs = 3_000;
const claimParts: readonly InspectPart[] = ['active', 'reserved', 'scheduled', 'queues'];

export class CeleryQueueWatch {
  readonly #options: QueueWatchOptions;
  #found: Discovery = { queues: new Map(), complete: false, stepCount: 0 };
  #nextDiscoveryMs = -Infinity;
  #looking: Promise<void> | null = null;
  #view: CeleryQueues;
  #lookedMs = -Infinity;
  #held: HeldLook = { messages: [], count: 0, lookedAt: 0, malformedCount: 0 };
  /** The next message of a queue, and since when it is that, on the clock that never jumps. */
  readonly #next = new Map<string, { tag: string; sinceMs: number }>();

  constructor(options: QueueWatchOptions) {
    this.#options = options;
    this.#view = {
      brokerId: options.inspector.brokerId,
      atMs: null,
      problem: null,
      looking: false,
      queues: [],
      discoveryComplete: false,
      unacked: { count: 0, lookedAt: 0, malformedCount: 0 },
    };
  }

  /** As at the last look. */
  view(): CeleryQueues {
    return { ...this.#view, looking: this.#looking !== null };
  }

  /** Delivered and unacknowledged at the last look. */
  get held(): HeldLook {
    return this.#held;
  }

  /** Names of the queues known at the last look. */
  get queueNames(): string[] {
    return this.#view.queues.map(({ name }) => name);
  }

  /** Looks again unless it was looked a moment ago; never rejects, the view says what went wrong. */
  async look(maxAgeMs = freshMs): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#looking === null && nowMs - this.#lookedMs < maxAgeMs) return;
    this.#looking ??= this.#lookNow()
      .catch((error: unknown) => {
        this.#view = { ...this.#view, problem: messageOf(error) };
      })
      .finally(() => {
        this.#looking = null;
        this.#lookedMs = this.#options.clock.monotonicMs();
        this.#options.onChanged();
      });
    await this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { link, names, inspector, clock } = this.#options;
    if (clock.monotonicMs() >= this.#nextDiscoveryMs) {
      this.#found = await discoverQueues(link, names, clock);
      this.#nextDiscoveryMs = clock.monotonicMs() + this.#found.stepCount * restPerStepMs;
    }
    // Who does not answer is said, and keeps nobody from seeing what waits.
    await inspector.refresh(claimParts, claimsFreshMs).catch(() => undefined);
    const consumed = [...inspector.known('queues').values()].flatMap(({ value }) => value ?? []);
    const queues = [...new Set([...this.#found.queues.keys(), ...consumed.map(({ name }) => name)])].toSorted();
    const lanes = queues.flatMap((queue) => names.queueLists(queue).map((lane) => ({ queue, ...lane })));
    const lengths = await this.#lengths(lanes);
    this.#held = await lookAtHeld(link, names);
    const next = await this.#nextOf(lanes, lengths);
    const claims = this.#claims();
    const { count, lookedAt, malformedCount } = this.#held;
    const views = await Promise.all(
      queues.map((queue) => this.#queue(queue, lanes, lengths, claims, next.get(queue) ?? null)),
    );
    this.#view = {
      ...this.#view,
      atMs: clock.now(),
      problem: null,
      queues: views,
      discoveryComplete: this.#found.complete,
      unacked: { count, lookedAt, malformedCount },
    };
  }

  async #lengths(lanes: readonly Lane[]): Promise<Map<string, number>> {
    const counts = await this.#options.link.command('LLEN of Celery queues', (client) =>
      Promise.all(lanes.map(({ key }) => client.llen(key))),
    );
    return new Map(lanes.map(({ key }, index) => [key, counts[index] ?? 0]));
  }

  /** The message of each queue that will be taken next. */
  async #nextOf(lanes: readonly Lane[], lengths: ReadonlyMap<string, number>): Promise<Map<string, string>> {
    const first = new Map<string, Lane>();
    for (const lane of lanes) {
      if ((lengths.get(lane.key) ?? 0) > 0 && !first.has(lane.queue)) first.set(lane.queue, lane);
    }
    const heads = [...first.values()];
    const payloads = await this.#options.link.command('LINDEX of Celery queues', (client) =>
      Promise.all(heads.map(({ key }) => client.lindex(key, -1))),
    );
    return new Map(heads.flatMap(({ queue }, index) => (payloads[index] ? [[queue, payloads[index]]] : [])));
  }

  async #queue(
    name: string,
    lanes: readonly Lane[],
    lengths: ReadonlyMap<string, number>,
    claims: Claims,
    next: string | null,
  ): Promise<CeleryQueue> {
    const bindings = this.#found.queues.get(name) ?? [];
    const bySteps = lanes
      .filter((lane) => lane.queue === name && (lengths.get(lane.key) ?? 0) > 0)
      .map(({ step, key }) => ({ step, count: lengths.get(key) ?? 0 }));
    const waitingCount = bySteps.reduce((sum, { count }) => sum + count, 0);
    const held = this.#heldOf(name, claims);
    return {
      brokerId: this.#options.inspector.brokerId,
      name,
      bindings: [...bindings],
      backlog: waitingCount + held.count,
      waiting: { count: waitingCount, bySteps },
      held,
      consumers: this.#consumers(name),
      oldestWaiting: await this.#oldestWaiting(name, next),
    };
  }

  #heldOf(name: string, claims: Claims): CeleryQueue['held'] {
    const { clock } = this.#options;
    const mine = this.#held.messages.filter((held) => this.#leadsTo(held, name));
    const counts = { scheduled: 0, reserved: 0, running: 0, unclaimed: 0 };
    for (const { message } of mine) {
      if (claims.active.has(message.taskId)) counts.running += 1;
      else if (claims.scheduled.has(message.taskId)) counts.scheduled += 1;
      else if (claims.reserved.has(message.taskId)) counts.reserved += 1;
      // What the message says itself holds as long as nobody denies it.
      else if (!claims.complete)
        counts[message.etaMs !== null && message.etaMs > clock.now() ? 'scheduled' : 'reserved'] += 1;
      else counts.unclaimed += 1;
    }
    const delivered = mine.flatMap(({ deliveredAtMs }) => deliveredAtMs ?? []);
    return {
      count: mine.length,
      ...counts,
      unclaimed: claims.complete ? counts.unclaimed : null,
      oldestMs: delivered.length === 0 ? null : Math.max(0, clock.now() - Math.min(...delivered)),
    };
  }

  #leadsTo({ exchange, routingKey }: HeldMessage, queue: string): boolean {
    if (exchange === '') return routingKey === queue;
    const bindings = this.#found.queues.get(queue) ?? [];
    return bindings.some((binding) => binding.exchange === exchange && binding.routingKey === routingKey);
  }

  /** Complete only when everybody that listens has answered: else an unclaimed message may be claimed by the silent. */
  #claims(): Claims {
    const { inspector } = this.#options;
    const of = (part: 'active' | 'reserved' | 'scheduled'): { ids: Set<string>; complete: boolean } => {
      const { values, complete } = inspector.current(part);
      const ids = [...values.values()].flatMap((tasks) => tasks.map(({ taskId }) => taskId));
      return { ids: new Set(ids), complete };
    };
    const [active, reserved, scheduled] = [of('active'), of('reserved'), of('scheduled')];
    const complete = active.complete && reserved.complete && scheduled.complete;
    return { active: active.ids, reserved: reserved.ids, scheduled: scheduled.ids, complete };
  }

  #consumers(queue: string): string[] | null {
    const { values, complete } = this.#options.inspector.current('queues');
    if (!complete) return null;
    const consuming = [...values].filter(([, queues]) => queues.some(({ name }) => name === queue));
    return consuming.map(([node]) => node).toSorted();
  }

  async #oldestWaiting(queue: string, payload: string | null): Promise<CeleryQueue['oldestWaiting']> {
    if (payload === null) {
      this.#next.delete(queue);
      return null;
    }
    const { clock, sentAtMs } = this.#options;
    const read = readTaskMessage(payload);
    const taskId = read.ok ? read.value.taskId : null;
    // Without the history the age is counted from when it was first seen here.
    const sentMs = taskId === null ? null : await sentAtMs(taskId).catch(() => null);
    // A retried task keeps its id, and the time of its first sending.
    const isFirst = read.ok && read.value.retries === 0;
    if (sentMs !== null && isFirst) return { ageMs: Math.max(0, clock.now() - sentMs), basis: 'sent', taskId };
    const tag = (read.ok ? read.value.deliveryTag : null) ?? payload.slice(-200);
    const known = this.#next.get(queue);
    const sinceMs = known?.tag === tag ? known.sinceMs : clock.monotonicMs();
    this.#next.set(queue, { tag, sinceMs });
    return { ageMs: clock.monotonicMs() - sinceMs, basis: 'watched', taskId };
  }
}
