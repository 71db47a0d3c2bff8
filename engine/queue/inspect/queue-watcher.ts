/** Watches every queue behind one connection: a round of looks every few seconds, discovery beside it, history a minute. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Stop } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Discovery, HistoryPoint, QueueId, QueueView, QueueWorker } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { type BullClientLine, bullWorkersOf } from './bull-clients.ts';
import { QueueDiscovery } from './discover.ts';
import { ForeignWorkers } from './foreign-workers.ts';
import type { QueuePlace } from './queue-layout.ts';
import { lookAt } from './queue-look.ts';
import { QueueRecord } from './queue-record.ts';
import { onEachNode, type QueueServer } from './queue-server.ts';
import { measureQueue } from './queue-size.ts';
import { textOf } from './replies.ts';

/** Where finished minutes go. */
export interface HistoryPort {
  append(points: readonly { readonly queue: QueueId; readonly point: HistoryPoint }[]): void;
}

export interface QueueWatcherOptions {
  readonly server: QueueServer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history: HistoryPort;
  readonly periodMs?: number;
}

interface WatcherEvents {
  sampled: { connectionId: string; atMs: number };
  discovered: { connectionId: string };
}

const walkEveryMs = 5 * 60_000;
const walkAgainMs = 10_000;
const minuteMs = 60_000;
/** Queues looked at together; the others of a round follow when these have answered. */
const together = 100;
/** Beyond these a connection's further queues are found but not watched. */
const queueCeiling = 2_000;
/** A round that takes longer is given up, so that a black hole never piles up rounds. */
const roundDeadlineMs = 4_000;

export class QueueWatcher {
  readonly #options: QueueWatcherOptions;
  readonly #server: QueueServer;
  readonly #clock: Clock;
  readonly #discovery: QueueDiscovery;
  readonly #workers: ForeignWorkers;
  readonly #records = new Map<string, QueueRecord>();
  readonly #emitter: Emitter<WatcherEvents>;
  readonly #ending = new AbortController();
  #stops: Stop[] = [];
  #workerCounts: Map<string, number> | null = null;
  #rounding: Promise<void> | null = null;
  #minute: number;
  #sizeTurn = 0;
  #lastRoundMs = 0;

  constructor(options: QueueWatcherOptions) {
    this.#options = options;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#discovery = new QueueDiscovery(options);
    this.#workers = new ForeignWorkers(options.server.connectionId);
    this.#minute = Math.floor(options.clock.now() / minuteMs);
    this.#emitter = new Emitter((error) =>
      options.logger.error('A listener to the queues failed', { error: messageOf(error) }),
    );
  }

  get server(): QueueServer {
    return this.#server;
  }

  /** How long the last round took. */
  get lastRoundMs(): number {
    return this.#lastRoundMs;
  }

  on<Name extends keyof WatcherEvents>(name: Name, listener: (payload: WatcherEvents[Name]) => void): Stop {
    return this.#emitter.on(name, listener);
  }

  start(): void {
    this.#stops = [this.#clock.every(this.#options.periodMs ?? 5_000, () => void this.round())];
    void this.#walkAgainAndAgain();
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('The queues are no longer watched'));
    for (const stop of this.#stops) stop();
    await this.#rounding;
  }

  queues(): QueueView[] {
    return [...this.#records.values()]
      .map((record) => record.view(this.#factsOf(record)))
      .toSorted((a, b) => a.id.name.localeCompare(b.id.name) || a.id.prefix.localeCompare(b.id.prefix));
  }

  queue(place: QueuePlace): QueueView | null {
    const record = this.#records.get(keyOf(place));
    return record ? record.view(this.#factsOf(record)) : null;
  }

  places(): QueuePlace[] {
    return [...this.#records.values()].map(({ id }) => ({ prefix: id.prefix, name: id.name }));
  }

  discovery(): Discovery {
    return this.#discovery.view();
  }

  /** Workers of other programs; the engine's own are known better by their heartbeats. */
  foreignWorkers(): QueueWorker[] {
    const facts = { nowMs: this.#clock.now(), writable: this.#server.writable };
    return this.#workers.list((line) => this.#records.get(keyOf(line.place)) ?? null, facts);
  }

  /** Watches a queue from now on, whether or not the walk has come to it. */
  watch(place: QueuePlace): void {
    const key = keyOf(place);
    if (this.#records.has(key) || this.#records.size >= queueCeiling) return;
    const id = { connectionId: this.#server.connectionId, ...place };
    this.#records.set(key, new QueueRecord(id, this.#server.isOwn(place.prefix, place.name)));
    this.#emitter.emit('discovered', { connectionId: id.connectionId });
  }

  /** A look at everything that begins from now on, so that it sees what was done before. */
  async refresh(): Promise<void> {
    await this.#rounding;
    await this.round();
  }

  /** One look at everything; joins the round that is under way. Never throws: a round that fails is told in the log. */
  round(): Promise<void> {
    this.#rounding ??= this.#round()
      .catch((error: unknown) => {
        this.#options.logger.debug('The queues could not be looked at', { error: messageOf(error) });
      })
      .finally(() => {
        this.#rounding = null;
      });
    return this.#rounding;
  }

  async #round(): Promise<void> {
    await this.#closeMinute();
    if (!this.#server.ready || this.#ending.signal.aborted) return;
    const startMs = this.#clock.monotonicMs();
    await this.#countWorkers();
    const records = [...this.#records.values()];
    for (let from = 0; from < records.length; from += together) {
      await this.#look(records.slice(from, from + together));
    }
    this.#lastRoundMs = this.#clock.monotonicMs() - startMs;
    await this.#measureOne(records);
    this.#emitter.emit('sampled', { connectionId: this.#server.connectionId, atMs: this.#clock.now() });
  }

  async #look(records: readonly QueueRecord[]): Promise<void> {
    const looks = await this.#server.run(
      'Looking at the queues',
      (commands) => Promise.allSettled(records.map((record) => lookAt(commands, record.id, record.memory()))),
      roundDeadlineMs,
    );
    for (const [index, look] of looks.entries()) {
      const record = records[index];
      if (!record) continue;
      if (look.status === 'fulfilled') record.take(look.value, this.#factsOf(record));
      else
        this.#options.logger.debug('A queue could not be looked at', { ...record.id, error: messageOf(look.reason) });
    }
    await this.#dropRemoved(records);
  }

  /** A queue that has nothing left, not even its settings, was obliterated. */
  async #dropRemoved(records: readonly QueueRecord[]): Promise<void> {
    for (const { id, look, own } of records) {
      const empty = look && look.meta.version === null && Object.values(look.counts).every((count) => count === 0);
      if (!empty || own || (await this.#discovery.isQueue(id))) continue;
      this.#records.delete(keyOf(id));
      this.#emitter.emit('discovered', { connectionId: id.connectionId });
    }
  }

  async #countWorkers(): Promise<void> {
    try {
      const lists = await onEachNode(this.#server, 'Listing the clients', clientList);
      const lines = mostOfEachQueue(lists.map((list) => bullWorkersOf(list)));
      const counts = new Map<string, number>();
      for (const { place } of lines) counts.set(keyOf(place), (counts.get(keyOf(place)) ?? 0) + 1);
      this.#workerCounts = counts;
      this.#workers.take(
        lines.filter(({ place }) => !this.#server.isOwn(place.prefix, place.name)),
        this.#clock.now(),
      );
      for (const { place } of lines) {
        if (!this.#records.has(keyOf(place)) && (await this.#discovery.isQueue(place))) this.watch(place);
      }
    } catch (error) {
      // Managed services forbid the command: then nobody can say how many workers there are.
      this.#workerCounts = null;
      this.#options.logger.debug('The clients could not be listed', { error: messageOf(error) });
    }
  }

  async #measureOne(records: readonly QueueRecord[]): Promise<void> {
    if (records.length === 0) return;
    const record = records[this.#sizeTurn % records.length];
    this.#sizeTurn += 1;
    if (!record?.look) return;
    const { counts } = record.look;
    try {
      const { size, lowestPriorityScore } = await this.#server.run('Measuring a queue', (commands) =>
        measureQueue(commands, record.id, counts, this.#clock.now()),
      );
      record.takeSize(size);
      record.learnLowestPriority(lowestPriorityScore);
    } catch (error) {
      this.#options.logger.debug('A queue could not be measured', { ...record.id, error: messageOf(error) });
    }
  }

  async #closeMinute(): Promise<void> {
    const minute = Math.floor(this.#clock.now() / minuteMs);
    if (minute === this.#minute) return;
    const atMs = this.#minute * minuteMs;
    this.#minute = minute;
    const points = [...this.#records.values()].flatMap((record) => {
      const point = record.closeMinute(atMs);
      return point ? [{ queue: record.id, point }] : [];
    });
    try {
      for (let from = 0; from < points.length; from += together) {
        this.#options.history.append(points.slice(from, from + together));
        await nextTurn();
      }
    } catch (error) {
      this.#options.logger.warn('The history of the queues could not be kept', { error: messageOf(error) });
    }
  }

  #factsOf({ id }: QueueRecord): { nowMs: number; writable: boolean; workerCount: number | null } {
    const workerCount = this.#workerCounts === null ? null : (this.#workerCounts.get(keyOf(id)) ?? 0);
    return { nowMs: this.#clock.now(), writable: this.#server.writable, workerCount };
  }

  async #walkAgainAndAgain(): Promise<void> {
    const { signal } = this.#ending;
    try {
      while (!signal.aborted) {
        if (this.#server.ready) await this.#discovery.walk((place) => this.watch(place), signal);
        const done = this.#server.ready && this.#discovery.view().state === 'done';
        if (done) this.#emitter.emit('discovered', { connectionId: this.#server.connectionId });
        await this.#clock.sleep(done ? walkEveryMs : this.#server.ready ? walkAgainMs : 200, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#options.logger.error('The search for queues ended', { error: messageOf(error) });
    }
  }
}

/** Redis before 5 knows no TYPE. Replicas' and subscribers' lines are of no use here. */
async function clientList(commands: BrokerCommands): Promise<string> {
  return textOf(await commands.call('CLIENT', 'LIST', 'TYPE', 'normal')) ?? '';
}

/** In a cluster each node lists a worker that talks to it; the node with the most lines of a queue knows them all. */
function mostOfEachQueue(nodes: readonly (readonly BullClientLine[])[]): BullClientLine[] {
  const best = new Map<string, readonly BullClientLine[]>();
  for (const lines of nodes) {
    for (const [key, mine] of Map.groupBy(lines, ({ place }) => keyOf(place))) {
      if (mine.length > (best.get(key)?.length ?? 0)) best.set(key, mine);
    }
  }
  return [...best.values()].flat();
}

const keyOf = ({ prefix, name }: QueuePlace): string => `${prefix}:${name}`;
