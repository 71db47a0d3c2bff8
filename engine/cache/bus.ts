/** What the processes of the fleet tell each other about entries: one was stored, or its computation ended without. */
import { z } from 'zod';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { type ErrorCode, errorTable, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RedisLink } from '../redis/link.ts';
import { RedisSubscriber } from '../redis/subscriber.ts';

const codeSchema = z.custom<ErrorCode>((code) => typeof code === 'string' && Object.hasOwn(errorTable, code));

const messageSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('stored'),
    from: z.string(),
    redisKey: z.string(),
    id: z.string(),
    /** Until when Redis keeps it. */
    staleUntilMs: z.number().optional(),
  }),
  /** A lease was taken or renewed. */
  z.object({
    kind: z.literal('computing'),
    from: z.string(),
    redisKey: z.string(),
    taskId: z.string(),
    /** For how long to believe it without hearing of it again. */
    leaseMs: z.number(),
  }),
  z.object({
    kind: z.literal('released'),
    from: z.string(),
    redisKey: z.string(),
    /** Null: the holder gave up without an outcome, so another may try. */
    failure: z.object({ code: codeSchema, message: z.string() }).nullable(),
  }),
  z.object({
    kind: z.literal('invalidated'),
    from: z.string(),
    epoch: z.string(),
    marks: z.array(
      z.object({
        tag: z.string(),
        seq: z.number(),
        expiredSeq: z.number(),
        atMs: z.number(),
        mode: z.enum(['stale', 'expired']),
        reason: z.string(),
      }),
    ),
  }),
  /** Layers were set at run time, or taken back. */
  z.object({ kind: z.literal('layers'), from: z.string() }),
]);
export type BusMessage = z.infer<typeof messageSchema>;
export type InvalidatedMessage = Extract<BusMessage, { kind: 'invalidated' }>;

export interface BusOptions {
  readonly link: RedisLink;
  readonly channel: string;
  readonly trackedPrefix: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keys that changed in Redis, whoever changed them; null: any may have. */
  readonly onChanged: (redisKeys: readonly string[] | null) => void;
  readonly onListening: (listening: boolean) => void;
}

export class Bus {
  readonly #subscriber: RedisSubscriber;
  readonly #logger: Logger;
  readonly #events: Emitter<{ message: BusMessage }>;
  readonly #byKey = new Map<string, Set<(message: BusMessage) => void>>();

  constructor(options: BusOptions) {
    this.#logger = options.logger;
    this.#events = new Emitter((error) =>
      options.logger.error('A listener to the cache failed', { error: messageOf(error) }),
    );
    this.#subscriber = new RedisSubscriber({ ...options, onMessage: (text) => this.#take(text) });
  }

  get listening(): boolean {
    return this.#subscriber.listening;
  }

  /** Redis tells every change of a key, not only our own processes. */
  get tracking(): boolean {
    return this.#subscriber.tracking;
  }

  on(listener: (message: BusMessage) => void): Stop {
    return this.#events.on('message', listener);
  }

  /** Only what is said of one key. */
  onKey(redisKey: string, listener: (message: BusMessage) => void): Stop {
    const listeners = this.#byKey.get(redisKey) ?? new Set();
    this.#byKey.set(redisKey, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byKey.get(redisKey) === listeners) this.#byKey.delete(redisKey);
    };
  }

  close(): void {
    this.#subscriber.close();
  }

  /** What cannot be read was said by a stranger or by another version, and is passed over. */
  #take(text: string): void {
    const message = parseMessage(text);
    if (message === null) {
      this.#logger.debug('A message on the channel of the cache cannot be read', { bytes: text.length });
      return;
    }
    this.#events.emit('message', message);
    if (!('redisKey' in message)) return;
    for (const listener of [...(this.#byKey.get(message.redisKey) ?? [])]) listener(message);
  }
}

export function parseMessage(text: string): BusMessage | null {
  try {
    return messageSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function messageText(message: BusMessage): string {
  return JSON.stringify(message);
}
