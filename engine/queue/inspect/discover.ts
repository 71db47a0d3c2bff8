/** Finds every BullMQ queue behind a connection: a slow walk over the keys, and at once the queues that workers name. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Discovery } from '../../model/queue.ts';
import { majorOf, parseMetaKey, type QueuePlace, queueKey } from './queue-layout.ts';
import type { QueueNode, QueueServer } from './queue-server.ts';
import { countOf, maybeTextsOf, textOf, textsOf } from './replies.ts';

export interface DiscoverOptions {
  readonly server: QueueServer;
  readonly clock: Clock;
  /** Keys walked a SCAN call, and the rest between two calls: together the ceiling of what looking costs. */
  readonly keysPerStep?: number;
  readonly pauseMs?: number;
}

export class QueueDiscovery {
  readonly #server: QueueServer;
  readonly #clock: Clock;
  readonly #keysPerStep: number;
  readonly #pauseMs: number;
  #view: Discovery;

  constructor({ server, clock, keysPerStep = 250, pauseMs = 5 }: DiscoverOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#keysPerStep = keysPerStep;
    this.#pauseMs = pauseMs;
    this.#view = {
      connectionId: server.connectionId,
      state: 'searching',
      keysWalked: 0,
      keyCount: null,
      completedAtMs: null,
      problem: null,
    };
  }

  view(): Discovery {
    return { ...this.#view };
  }

  /** Walks all keys of all nodes once, telling of each queue as it is found. Never throws for an unreachable server. */
  async walk(onFound: (place: QueuePlace) => void, signal: AbortSignal): Promise<void> {
    this.#view = { ...this.#view, state: 'searching', keysWalked: 0, problem: null };
    try {
      const nodes = this.#server.nodes();
      const sizes = await Promise.all(
        nodes.map((node) => node.run('Counting the keys', async (commands) => countOf(await commands.call('DBSIZE')))),
      );
      this.#view.keyCount = sizes.reduce((sum, size) => sum + size, 0);
      for (const node of nodes) await this.#walkNode(node, onFound, signal);
      this.#view = { ...this.#view, state: 'done', completedAtMs: this.#clock.now() };
    } catch (error) {
      if (signal.aborted) return;
      this.#view = { ...this.#view, state: 'unreachable', problem: messageOf(error) };
    }
  }

  async #walkNode(node: QueueNode, onFound: (place: QueuePlace) => void, signal: AbortSignal): Promise<void> {
    let cursor = '0';
    do {
      signal.throwIfAborted();
      const from = cursor;
      const found = await node.run('Looking for queues', async (commands) => {
        const reply = await commands.call('SCAN', from, 'MATCH', '*:meta', 'COUNT', this.#keysPerStep);
        return Array.isArray(reply) ? { next: String(reply[0]), keys: textsOf(reply[1]) } : { next: '0', keys: [] };
      });
      cursor = found.next;
      this.#view.keysWalked = Math.min(
        this.#view.keysWalked + this.#keysPerStep,
        this.#view.keyCount ?? Number.MAX_SAFE_INTEGER,
      );
      const places = found.keys.map(parseMetaKey).filter((place) => place !== null);
      for (const place of places) if (await this.isQueue(place)) onFound(place);
      if (cursor !== '0') await this.#clock.sleep(this.#pauseMs, signal);
    } while (cursor !== '0');
  }

  /**
   * True for what BullMQ made. Other programs have hashes named `…:meta` too, so the fields decide, or the stream of
   * events beside it. @throws EngineError REDIS_*
   */
  async isQueue(place: QueuePlace): Promise<boolean> {
    return this.#server.run('Telling a queue from other keys', async (commands) => {
      const [type, eventsType] = await Promise.all([
        commands.call('TYPE', queueKey(place, 'meta')).then(textOf),
        commands.call('TYPE', queueKey(place, 'events')).then(textOf),
      ]);
      if (type !== 'hash') return false;
      const fields = await commands
        .call('HMGET', queueKey(place, 'meta'), 'version', 'opts.maxLenEvents')
        .then(maybeTextsOf);
      return majorOf(fields[0] ?? null) !== null || typeof fields[1] === 'string' || eventsType === 'stream';
    });
  }
}
