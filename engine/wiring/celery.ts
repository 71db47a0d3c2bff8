/** One room for each connection with Celery behind it, and for each prefix that its workers use there. */
import type { CeleryParts } from '../api/celery-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import { BrokerRoom } from '../celery/broker-room.ts';
import { discoverPrefixes } from '../celery/queues/discovery.ts';
import { brokerIdOf } from '../celery/wire/names.ts';
import type { RedisLink } from '../redis/link.ts';
import type { HeardOnBroker } from './celery-events.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';

export interface CeleryInputs {
  readonly connections: Pick<Connections, 'of' | 'list' | 'onChange'>;
  /** The engine's own way to its broker, where it may write: questions to workers pass through Redis keys. */
  readonly broker: RedisLink;
  readonly heard: HeardOnBroker;
  /** A prefix that workers use was found on a connection. */
  readonly onPrefix: (connectionId: string, keyPrefix: string) => void;
}

export interface CeleryRooms {
  readonly parts: CeleryParts;
  onInspected(listener: (brokerId: string) => void): Stop;
  stop(): Promise<void>;
}

const ownBroker = 'broker';
/** Prefixes are looked for again this often: workers may be started later than the console. */
const discoverEveryMs = 5 * 60_000;

export function openCelery(inputs: CeleryInputs, foundation: Foundation): CeleryRooms {
  const registry = new RoomRegistry(inputs, foundation);
  registry.start();
  const some = (brokerId: string | null): BrokerRoom[] =>
    brokerId === null ? registry.all() : [registry.get(brokerId)];
  return {
    parts: {
      fleets: (brokerId, waitMs) => Promise.all(some(brokerId).map((room) => room.fleet(waitMs))),
      worker: async (brokerId, node, waitMs) => registry.get(brokerId).worker(node, waitMs),
      where: async (brokerId, taskIds) => registry.get(brokerId).inspector.where(taskIds),
      queues: (brokerId, waitMs) => Promise.all(some(brokerId).map((room) => room.queueView(waitMs))),
      messages: async (query) => registry.get(query.brokerId).messages(query),
      risks: (brokerId, waitMs) => Promise.all(some(brokerId).map((room) => room.riskView(waitMs))),
      control: async ({ brokerId, nodes, action }) => registry.get(brokerId).control.run(nodes, action),
      send: async (task) => registry.get(task.brokerId).sender.send(task),
      again: async (brokerId, taskId, queue) => registry.get(brokerId).sender.again(taskId, queue),
      purge: async (brokerId, queue) => registry.get(brokerId).purges.start(queue),
      purges: () => registry.all().flatMap((room) => room.purges.list()),
      cancelPurge: (brokerId, runId) => registry.get(brokerId).purges.cancel(runId),
      openMessage: async (ref) => registry.get(ref.brokerId).pages.open(ref),
    },
    onInspected: (listener) => registry.changes.on('inspected', listener),
    stop: () => registry.stop(),
  };
}

class RoomRegistry {
  readonly changes: Emitter<{ inspected: string }>;
  readonly #inputs: CeleryInputs;
  readonly #foundation: Foundation;
  /** By broker id: the connection's own for no prefix, else the connection's and the prefix. */
  readonly #rooms = new Map<string, { connectionId: string; room: BrokerRoom }>();
  readonly #stops: Stop[] = [];

  constructor(inputs: CeleryInputs, foundation: Foundation) {
    this.#inputs = inputs;
    this.#foundation = foundation;
    this.changes = new Emitter((error) =>
      foundation.logger.error('A listener to Celery failed', { error: messageOf(error) }),
    );
  }

  start(): void {
    const { connections } = this.#inputs;
    const { clock } = this.#foundation;
    for (const id of this.#watchedIds()) this.#open(id);
    this.#stops.push(
      connections.onChange((id) => this.#follow(id)),
      clock.every(discoverEveryMs, () => this.#watchedIds().forEach((id) => void this.#openPrefixed(id))),
      clock.after(2_000, () => this.#watchedIds().forEach((id) => void this.#openPrefixed(id))),
    );
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map(({ room }) => room.stop()));
  }

  all(): BrokerRoom[] {
    return [...this.#rooms.values()].map(({ room }) => room);
  }

  get(brokerId: string): BrokerRoom {
    const known = this.#rooms.get(brokerId);
    if (known) return known.room;
    throw new EngineError('CELERY_BROKER_NOT_FOUND', `Celery is not watched on "${brokerId}"`);
  }

  /** Celery runs on one Redis, not on a cluster of them. */
  #watchedIds(): string[] {
    const views = this.#inputs.connections.list();
    return views
      .filter(({ purposes, topology }) => purposes.includes('celery') && topology !== 'cluster')
      .map(({ id }) => id);
  }

  /** What people do passes through the lock of the connection, also where the engine itself may write. */
  #requireOperate(connectionId: string): void {
    if (this.#inputs.connections.of(connectionId).isWritable) return;
    throw new EngineError('REDIS_READ_ONLY', `The connection "${connectionId}" is only observed`);
  }

  /** People's commands still pass through the connection's own lock. */
  #linkOf(connectionId: string): RedisLink {
    return connectionId === ownBroker ? this.#inputs.broker : this.#inputs.connections.of(connectionId);
  }

  /** A link is made anew when its profile changes; a change of its state alone leaves it as it is. */
  #follow(connectionId: string): void {
    const isWatched = this.#watchedIds().includes(connectionId);
    const known = [...this.#rooms].filter(([, entry]) => entry.connectionId === connectionId);
    const link = isWatched ? this.#linkOf(connectionId) : null;
    if (known.length > 0 && known.every(([, { room }]) => room.link === link)) return;
    for (const [brokerId, { room }] of known) {
      this.#rooms.delete(brokerId);
      void room.stop();
    }
    if (isWatched) this.#open(connectionId);
  }

  #open(connectionId: string, keyPrefix = ''): void {
    const { heard } = this.#inputs;
    const brokerId = brokerIdOf(connectionId, keyPrefix);
    if (this.#rooms.has(brokerId)) return;
    const room = new BrokerRoom({
      brokerId,
      link: this.#linkOf(connectionId),
      naming: { keyPrefix },
      heartbeating: () => heard.heartbeating(brokerId),
      sentAtMs: (taskId) => heard.sentAtMs(brokerId, taskId),
      callOf: (taskId) => heard.call(brokerId, taskId),
      requireOperate: () => this.#requireOperate(connectionId),
      onChanged: () => this.changes.emit('inspected', brokerId),
      ...this.#foundation,
    });
    this.#rooms.set(brokerId, { connectionId, room });
    room.start();
    if (keyPrefix !== '') this.#inputs.onPrefix(connectionId, keyPrefix);
  }

  async #openPrefixed(connectionId: string): Promise<void> {
    const { clock, logger } = this.#foundation;
    try {
      const link = this.#linkOf(connectionId);
      if (!link.isReady) return;
      for (const prefix of await discoverPrefixes(link, clock)) this.#open(connectionId, prefix);
    } catch (error) {
      logger.debug('Prefixes of Celery could not be looked for', { connectionId, error: messageOf(error) });
    }
  }
}
