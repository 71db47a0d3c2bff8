/** The names of everything that Celery keeps in its broker, for one prefix and database, built and taken apart. */

/** How a broker is named; everything has Celery's own default. */
export interface BrokerNaming {
  /** `global_keyprefix`: before every key and channel, never inside of what they hold. */
  readonly keyPrefix?: string;
  readonly db: number;
  /** `sep` */
  readonly separator?: string;
  /** Ascending, begins with 0. */
  readonly prioritySteps?: readonly number[];
  readonly controlExchange?: string;
  /** `fanout_prefix`; its default `/{db}.` is the only thing that keeps the channels of two databases apart. */
  readonly fanoutPrefix?: string;
  readonly unackedKey?: string;
  readonly unackedIndexKey?: string;
}

/** A member of a binding: where messages of an exchange with this routing key go. */
export interface Binding {
  readonly routingKey: string;
  readonly pattern: string;
  readonly queue: string;
}

/** Source: kombu.transport.redis, and its virtual transport's pidbox. */
const bindingPart = '_kombu.binding.';
const replySuffix = '.reply.';

/**
 * What stands before the channels of workers that find their broker this way.
 * Source: kombu.transport.redis: only `Channel._get_pool` puts the database into `/{db}.`, and SentinelChannel has its
 * own; seen with 5.2.4. So behind a Sentinel nothing keeps the channels of two databases apart.
 */
export function fanoutPrefixOf({ db, isSentinel }: { readonly db: number; readonly isSentinel: boolean }): string {
  return isSentinel ? '/{db}.' : `/${db}.`;
}

export class BrokerNames {
  readonly keyPrefix: string;
  readonly db: number;
  readonly separator: string;
  readonly prioritySteps: readonly number[];
  readonly #controlExchange: string;
  readonly #fanoutPrefix: string;
  /** Hash of delivery tag → delivered message that nobody acknowledged yet. */
  readonly unacked: string;
  /** Sorted set of delivery tag by the time of the delivery, Unix seconds. */
  readonly unackedIndex: string;

  constructor(naming: BrokerNaming) {
    this.keyPrefix = naming.keyPrefix ?? '';
    this.db = naming.db;
    this.separator = naming.separator ?? '\x06\x16';
    this.prioritySteps = naming.prioritySteps ?? [0, 3, 6, 9];
    this.#controlExchange = naming.controlExchange ?? 'celery';
    this.#fanoutPrefix = naming.fanoutPrefix ?? `/${naming.db}.`;
    this.unacked = this.keyPrefix + (naming.unackedKey ?? 'unacked');
    this.unackedIndex = this.keyPrefix + (naming.unackedIndexKey ?? 'unacked_index');
  }

  /** Exchange of questions and commands, as it stands inside of messages. */
  get controlExchange(): string {
    return `${this.#controlExchange}.pidbox`;
  }

  /** Exchange of answers, as it stands inside of messages. */
  get replyExchange(): string {
    return `reply.${this.controlExchange}`;
  }

  /** Pub/sub channel that workers listen on for control. */
  get controlChannel(): string {
    return `${this.keyPrefix}${this.#fanoutPrefix}${this.controlExchange}`;
  }

  /** Set of where answers go; every answer of every worker reads all of it. */
  get replyBindings(): string {
    return this.binding(this.replyExchange);
  }

  /** Set of who ever listened to events and did not leave in order. */
  get eventBindings(): string {
    return this.binding('celeryev');
  }

  /** Set of the workers that ever listened for control and did not leave in order. */
  get controlBindings(): string {
    return this.binding(this.controlExchange);
  }

  /** Set of one exchange's bindings. */
  binding(exchange: string): string {
    return `${this.keyPrefix}${bindingPart}${exchange}`;
  }

  /** Glob pattern of every set of bindings. */
  get bindingPattern(): string {
    return `${escapeGlob(this.keyPrefix)}${bindingPart}*`;
  }

  /** Glob pattern of every list of answers. */
  get replyListPattern(): string {
    return `${escapeGlob(this.keyPrefix)}*${escapeGlob(`.${this.replyExchange}`)}`;
  }

  /** Null for a key that is no set of bindings under this prefix. */
  exchangeOf(key: string): string | null {
    const start = this.keyPrefix + bindingPart;
    return key.startsWith(start) ? key.slice(start.length) : null;
  }

  /** True for the exchanges of control, answers and events, which are no task queues. */
  isInternal(exchange: string): boolean {
    return exchange.endsWith('.pidbox') || exchange === 'celeryev' || exchange.startsWith('celeryev.');
  }

  /** The list that answers for `replyId` go to, and the binding that sends them there. */
  replyTarget(replyId: string): { readonly list: string; readonly member: string } {
    const queue = `${replyId}.${this.replyExchange}`;
    return { list: this.keyPrefix + queue, member: `${replyId}${this.separator}${this.separator}${queue}` };
  }

  /** Whose answers a member of the reply bindings, or a list of answers, is for; null for something else. */
  replyIdOf(text: string): string | null {
    const name = text.includes(this.separator) ? text.slice(0, text.indexOf(this.separator)) : text;
    if (name !== text) return name;
    const suffix = `${replySuffix}${this.controlExchange}`;
    const bare = text.startsWith(this.keyPrefix) ? text.slice(this.keyPrefix.length) : text;
    return bare.endsWith(suffix) ? bare.slice(0, -suffix.length) : null;
  }

  /** Null for what is no binding. */
  parseBinding(member: string): Binding | null {
    const parts = member.split(this.separator);
    const [routingKey = '', pattern = '', queue = ''] = parts;
    return parts.length === 3 && queue !== '' ? { routingKey, pattern, queue } : null;
  }

  bindingMember({ routingKey, pattern, queue }: Binding): string {
    return [routingKey, pattern, queue].join(this.separator);
  }

  /** The node that a member of the control bindings stands for; null for what is none. */
  nodeOf(member: string): string | null {
    const suffix = `.${this.controlExchange}`;
    const queue = this.parseBinding(member)?.queue ?? '';
    return queue.endsWith(suffix) && queue.length > suffix.length ? queue.slice(0, -suffix.length) : null;
  }

  /** The list of one priority step; the first step is the plain name. */
  queueList(queue: string, step: number): string {
    return step === 0 ? this.keyPrefix + queue : `${this.keyPrefix}${queue}${this.separator}${step}`;
  }

  /** The lists of a queue in the order in which workers empty them. */
  queueLists(queue: string): { readonly step: number; readonly key: string }[] {
    return this.prioritySteps.map((step) => ({ step, key: this.queueList(queue, step) }));
  }

  /** The step that a message of this priority goes to: the largest that is not above it. */
  stepOf(priority: number): number {
    return this.prioritySteps.findLast((step) => step <= priority) ?? 0;
  }
}

/** Source: the glob of Redis's KEYS, SCAN and PSUBSCRIBE. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}

/** One broker for each prefix in use on a connection: the connection's own id where there is none. */
export function brokerIdOf(connectionId: string, keyPrefix: string): string {
  return keyPrefix === '' ? connectionId : `${connectionId}~${keyPrefix}`;
}
