/** Pages through the messages of one queue within a budget, and opens one of them when asked to. */
import type { Clock } from '../../base/clock.ts';
import { EngineError, redactUrls } from '../../base/errors.ts';
import type {
  CeleryMessage,
  CeleryMessageBody,
  CeleryMessagePage,
  CeleryMessageRef,
} from '../../model/celery-queue.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerNames } from '../wire/names.ts';
import { readTaskArguments, readTaskMessage, type TaskMessage, unackedPayload } from '../wire/task-message.ts';
import { lookAtHeld } from './held-messages.ts';

export interface MessagePagesOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly clock: Clock;
}

/** Messages are fetched some at a time, fewer when they turn out to be large. */
const windowCount = 10;
const windowBytes = 512 * 1024;
const mostPageBytes = 4 * 1024 * 1024;
/** The queue moves while somebody reads: so far around its place a message is looked for. */
const searchWindows = 40;

export class MessagePages {
  readonly #options: MessagePagesOptions;

  constructor(options: MessagePagesOptions) {
    this.#options = options;
  }

  /** In the order in which they will be taken. @throws EngineError REDIS_* */
  async waiting(queue: string, cursor: string | null, limit: number): Promise<CeleryMessagePage> {
    const { names, clock } = this.#options;
    const lanes = names.queueLists(queue);
    let { lane, offset } = cursorOf(cursor);
    let position = offset;
    const messages: CeleryMessage[] = [];
    let bytes = 0;
    let size = 1;
    while (messages.length < limit && bytes < mostPageBytes) {
      const current = lanes[lane];
      if (current === undefined) return { atMs: clock.now(), messages, nextCursor: null };
      const payloads = await this.#window(current.key, offset, Math.min(size, limit - messages.length));
      for (const payload of payloads) {
        messages.push(shown(payload, { step: current.step, position, deliveredAtMs: null }));
        position += 1;
      }
      const windowSize = payloads.reduce((sum, payload) => sum + payload.length, 0);
      bytes += windowSize;
      size = windowSize > windowBytes ? 1 : windowCount;
      offset += payloads.length;
      if (payloads.length === 0) {
        lane += 1;
        offset = 0;
        position = 0;
      }
    }
    return { atMs: clock.now(), messages, nextCursor: `${lane}:${offset}` };
  }

  /** Those that workers hold, at most as many as one look covers. @throws EngineError REDIS_* */
  async held(queue: string, bindings: readonly { exchange: string; routingKey: string }[]): Promise<CeleryMessagePage> {
    const { link, names, clock } = this.#options;
    const look = await lookAtHeld(link, names);
    const mine = look.messages.filter(({ exchange, routingKey }) =>
      exchange === ''
        ? routingKey === queue
        : bindings.some((binding) => binding.exchange === exchange && binding.routingKey === routingKey),
    );
    const messages = mine.map(({ message, sizeBytes, deliveredAtMs, deliveryTag }) => ({
      ...fields(message),
      ...{ deliveryTag, problem: null, sizeBytes, position: null, deliveredAtMs },
      step: names.stepOf(message.priority),
    }));
    return { atMs: clock.now(), messages, nextCursor: null };
  }

  /** What the task will be called with. @throws EngineError CELERY_MESSAGE_NOT_FOUND, CELERY_ARGUMENTS_UNKNOWN, REDIS_* */
  async open(ref: CeleryMessageRef): Promise<CeleryMessageBody> {
    const read = readTaskArguments(await this.payload(ref));
    if (!read.ok) {
      throw new EngineError('CELERY_ARGUMENTS_UNKNOWN', `The message cannot be opened: ${read.problem}`);
    }
    const { args, kwargs, hasSequel } = read.value;
    return { args: blanked(args), kwargs: blanked(kwargs), hasSequel };
  }

  /** The message as it is in the broker. @throws EngineError CELERY_MESSAGE_NOT_FOUND, REDIS_* */
  async payload({ queue, part, deliveryTag, step, position }: CeleryMessageRef): Promise<string> {
    const { link, names } = this.#options;
    if (part === 'held') {
      const text = await link.command('HGET of an unacknowledged message', (client) =>
        client.hget(names.unacked, deliveryTag),
      );
      const payload = text === null ? null : unackedPayload(text);
      if (payload !== null) return payload;
    } else {
      const key = names.queueList(queue, step);
      // Taking from the queue brings a message nearer to its end; that is looked at first.
      for (let offset = Math.max(0, (position ?? 0) - 30), turn = 0; turn < searchWindows; turn += 1) {
        const payloads = await this.#window(key, offset, windowCount);
        const found = payloads.find((payload) => tagOf(payload) === deliveryTag);
        if (found !== undefined) return found;
        if (payloads.length === 0) break;
        offset += payloads.length;
      }
    }
    throw new EngineError('CELERY_MESSAGE_NOT_FOUND', `The message is not in ${queue} any more`);
  }

  /** From the end that is taken next. */
  async #window(key: string, offset: number, count: number): Promise<string[]> {
    const from = -(offset + count);
    const until = -(offset + 1);
    const payloads = await this.#options.link.command('LRANGE of a Celery queue', (client) =>
      client.lrange(key, from, until),
    );
    return payloads.toReversed();
  }
}

function cursorOf(cursor: string | null): { lane: number; offset: number } {
  const match = /^(\d{1,3}):(\d{1,12})$/.exec(cursor ?? '0:0');
  if (match === null) throw new EngineError('CALL_INPUT_INVALID', 'The cursor is not one of a page before');
  return { lane: Number(match[1]), offset: Number(match[2]) };
}

const tagOf = (payload: string): string | null => {
  const read = readTaskMessage(payload);
  return read.ok ? read.value.deliveryTag : null;
};

type Place = Pick<CeleryMessage, 'step' | 'position' | 'deliveredAtMs'>;

function shown(payload: string, place: Place): CeleryMessage {
  const sizeBytes = Buffer.byteLength(payload);
  const read = readTaskMessage(payload);
  if (read.ok) return { ...fields(read.value), problem: null, sizeBytes, ...place };
  return { ...nothingKnown, problem: read.problem, sizeBytes, ...place };
}

type Fields = Omit<CeleryMessage, 'problem' | 'sizeBytes' | keyof Place>;

function fields(message: TaskMessage): Fields {
  const {
    argsRepr: _args,
    kwargsRepr: _kwargs,
    protocol: _protocol,
    exchange: _exchange,
    routingKey: _key,
    ...rest
  } = message;
  return rest;
}

const nothingKnown: Fields = {
  deliveryTag: null,
  taskId: null,
  name: null,
  priority: null,
  etaMs: null,
  expiresMs: null,
  retries: null,
  origin: null,
  groupId: null,
  rootId: null,
  parentId: null,
  periodicName: null,
  softLimitS: null,
  hardLimitS: null,
  contentType: null,
  compression: null,
};

const secretName = /pass|secret|token|credential|private|api_?key|authorization/i;
const largestShown = 64 * 1024;

function blanked(value: unknown): string {
  const text = JSON.stringify(value, (key, inner: unknown) => (secretName.test(key) ? '********' : inner)) ?? 'null';
  const clean = redactUrls(text);
  return clean.length > largestShown ? `${clean.slice(0, largestShown)}…` : clean;
}
