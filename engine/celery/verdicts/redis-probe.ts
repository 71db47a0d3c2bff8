/** Asks Celery workers over their Redis broker and counts what waits there; leaves nothing behind between two questions. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { IdSource } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { RedisLink } from '../../redis/link.ts';
import { parsePythonJson } from '../wire/python-json.ts';
import { type ControlQuestion, controlMessage } from './control-question.ts';
import type { CeleryProbe, ProbeReply, ProbeRound } from './probe.ts';

export interface RedisProbeOptions {
  readonly link: RedisLink;
  /** `global_keyprefix` of the workers. */
  readonly keyPrefix?: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Source: kombu's Redis transport: what stands between the parts of a binding, and before a priority. */
const separator = '\x06\x16';
const prioritySteps = ['', `${separator}3`, `${separator}6`, `${separator}9`];
const replyExchangeKey = '_kombu.binding.reply.celery.pidbox';
const controlKey = '_kombu.binding.celery.pidbox';
const deadlineMs = 1_000;
/** Answers come within some milliseconds of each other: the first is waited for, the rest fetched in one go. */
const gatherMs = 8;
const fetchCount = 200;
const largestReplyBytes = 4 * 1024 * 1024;

export class RedisProbe implements CeleryProbe {
  readonly #options: RedisProbeOptions;
  readonly #prefix: string;
  #replies: ReturnType<RedisLink['duplicate']> | null = null;
  #commandCount = 0;

  constructor(options: RedisProbeOptions) {
    this.#options = options;
    this.#prefix = options.keyPrefix ?? '';
  }

  get isReady(): boolean {
    return this.#options.link.isReady;
  }

  get commandCount(): number {
    return this.#commandCount;
  }

  close(): void {
    this.#replies?.disconnect();
    this.#replies = null;
  }

  async ask(
    method: ControlQuestion['method'],
    nodes: readonly string[] | null,
    expected: readonly string[],
  ): Promise<ProbeRound> {
    const { link, clock, ids } = this.#options;
    const replyId = `vigia-${ids.next()}`;
    const queue = `${replyId}.reply.celery.pidbox`;
    const member = `${replyId}${separator}${separator}${queue}`;
    const ticket = ids.next();
    const expiresS = Math.round((clock.now() + deadlineMs) / 1_000);
    const message = controlMessage({ method, nodes, ticket, replyId, deliveryTag: ids.next(), expiresS });
    const bindings = `${this.#prefix}${replyExchangeKey}`;
    const list = `${this.#prefix}${queue}`;
    try {
      this.#commandCount += 2;
      // One after the other on one connection: the binding is there before any worker can answer.
      const [, listeners] = await link.command('a question to Celery workers', (client) =>
        Promise.all([
          client.sadd(bindings, member),
          client.publish(`${this.#prefix}/${link.db}.celery.pidbox`, message),
        ]),
      );
      const wanted = nodes === null ? listeners : Math.min(listeners, expected.length);
      return { listeners, toAll: nodes === null, replies: await this.#gather(list, ticket, wanted) };
    } finally {
      this.#commandCount += 2;
      await link
        .command('the end of a question to Celery workers', (client) =>
          Promise.all([client.srem(bindings, member), client.del(list)]),
        )
        .catch((error: unknown) => this.#say('A reply queue could not be removed', error));
    }
  }

  async announced(): Promise<ReadonlySet<string>> {
    this.#commandCount += 1;
    const members = await this.#options.link.command('SMEMBERS of Celery control', (client) =>
      client.smembers(`${this.#prefix}${controlKey}`),
    );
    const nodes = members.flatMap((member) => {
      const queue = member.split(separator).at(-1) ?? '';
      return queue.endsWith('.celery.pidbox') ? [queue.slice(0, -'.celery.pidbox'.length)] : [];
    });
    return new Set(nodes);
  }

  async queueLengths(queues: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const keys = queues.flatMap((queue) => prioritySteps.map((step) => `${this.#prefix}${queue}${step}`));
    this.#commandCount += 1;
    const lengths = await this.#options.link
      .command('lengths of Celery queues', (client) => client.call('EVAL_RO', lengthScript, keys.length, ...keys))
      .catch(() => this.#lengthsOneByOne(keys));
    const numbers = Array.isArray(lengths) ? lengths.map(Number) : [];
    return new Map(
      queues.map((queue, index) => {
        const from = index * prioritySteps.length;
        const parts = numbers.slice(from, from + prioritySteps.length);
        return [queue, parts.reduce((sum, length) => sum + length, 0)];
      }),
    );
  }

  /** Before Redis 7, or where scripts are not allowed. */
  async #lengthsOneByOne(keys: readonly string[]): Promise<number[]> {
    this.#commandCount += keys.length;
    return this.#options.link.command('LLEN of Celery queues', (client) =>
      Promise.all(keys.map((key) => client.llen(key))),
    );
  }

  async #gather(list: string, ticket: string, wanted: number): Promise<ProbeReply[]> {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + deadlineMs;
    const replies: ProbeReply[] = [];
    while (replies.length < wanted && clock.monotonicMs() < untilMs) {
      const leftS = Math.max(0.05, (untilMs - clock.monotonicMs()) / 1_000);
      const first = await this.#waitFor(list, leftS);
      if (first === null) break;
      replies.push(...replyOf(first, ticket));
      if (replies.length >= wanted) break;
      await clock.sleep(gatherMs);
      this.#commandCount += 1;
      const rest = await this.#options.link.command('RPOP of Celery replies', (client) =>
        client.rpop(list, fetchCount),
      );
      for (const payload of rest ?? []) replies.push(...replyOf(payload, ticket));
    }
    return replies;
  }

  /** Blocks on a connection of its own. */
  async #waitFor(list: string, timeoutS: number): Promise<string | null> {
    this.#commandCount += 1;
    const client = await this.#replyClient();
    const popped = await client.brpop(list, timeoutS);
    return popped?.[1] ?? null;
  }

  async #replyClient(): Promise<ReturnType<RedisLink['duplicate']>> {
    const { link, clock } = this.#options;
    const known = this.#replies;
    const client = known ?? link.duplicate('celery-replies', { socketTimeout: 5 * deadlineMs });
    this.#replies = client;
    if (client.status === 'ready') return client;
    const { promise, resolve } = Promise.withResolvers<void>();
    client.once('ready', resolve);
    const disarm = clock.after(deadlineMs, resolve);
    await promise;
    disarm();
    client.off('ready', resolve);
    return client;
  }

  #say(message: string, error: unknown): void {
    this.#options.logger.debug(message, { error: messageOf(error) });
  }
}

/** One command instead of one a list. */
const lengthScript = `local lengths = {}
for index, key in ipairs(KEYS) do lengths[index] = redis.call('LLEN', key) end
return lengths`;

/** The answers in one payload: one a message, under the node's name; none for what is not of this question. */
function replyOf(payload: string, ticket: string): ProbeReply[] {
  if (payload.length > largestReplyBytes) return [];
  const envelope = parsePythonJson(payload);
  if (!isRecord(envelope) || typeof envelope['body'] !== 'string') return [];
  const { headers, properties, body } = envelope;
  if (!isRecord(headers) || headers['ticket'] !== ticket || headers['compression'] !== undefined) return [];
  const isBase64 = isRecord(properties) && properties['body_encoding'] === 'base64';
  const value = parsePythonJson(isBase64 ? Buffer.from(body, 'base64').toString() : body);
  return isRecord(value) ? Object.entries(value).map(([node, answer]) => ({ node, value: answer })) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
