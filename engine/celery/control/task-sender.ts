/** Sends a task as an application of Celery would, and sends one that ran once more with the same arguments. */
import { EngineError } from '../../base/errors.ts';
import type { IdSource } from '../../base/ids.ts';
import type { CelerySend, CelerySent } from '../../model/celery-control.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { CeleryInspector } from '../inspect/inspector.ts';
import type { CeleryMessenger } from '../inspect/messenger.ts';
import type { CeleryQueueWatch } from '../queues/queue-watch.ts';
import type { BrokerNames } from '../wire/names.ts';
import { isRecord } from '../wire/python-json.ts';
import { readPythonRepr } from '../wire/python-repr.ts';
import { taskMessage } from '../wire/task-message.ts';

export interface TaskSenderOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly inspector: CeleryInspector;
  readonly messenger: CeleryMessenger;
  readonly queues: CeleryQueueWatch;
  /** What events told of a task's call, as Python reprs. */
  readonly callOf: (taskId: string) => Promise<RememberedCall | null>;
  /** @throws EngineError REDIS_READ_ONLY while the connection is only observed */
  readonly requireOperate: () => void;
  readonly ids: IdSource;
}

export interface RememberedCall {
  readonly name: string | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly queue: string | null;
}

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string | null;
}

/** `origin` of what is sent from here, so that it can be told from what applications send. */
const origin = 'vigia@console';

export class TaskSender {
  readonly #options: TaskSenderOptions;

  constructor(options: TaskSenderOptions) {
    this.#options = options;
  }

  /** @throws EngineError REDIS_READ_ONLY, CELERY_COMMAND_INVALID, CELERY_COMMAND_REFUSED, CELERY_NO_REPLY, REDIS_* */
  async send({ task, args, kwargs, queue, priority, etaMs }: CelerySend): Promise<CelerySent> {
    this.#options.requireOperate();
    const [parsedArgs, parsedKwargs] = [parse(args, 'args'), parse(kwargs, 'kwargs')];
    if (!Array.isArray(parsedArgs)) throw invalid('args must be a JSON array');
    if (!isRecord(parsedKwargs)) throw invalid('kwargs must be a JSON object');
    return this.#send({ name: task, args: parsedArgs, kwargs: parsedKwargs, queue }, queue, priority, etaMs);
  }

  /**
   * A new task with the arguments of one that is held by a worker, or was heard of in events and not cut there.
   * Its callbacks, chain or chord do not follow it.
   * @throws EngineError CELERY_ARGUMENTS_UNKNOWN, and as {@link send}
   */
  async again(taskId: string, queue: string | null): Promise<CelerySent> {
    this.#options.requireOperate();
    const call = (await this.#heldCall(taskId)) ?? (await this.#heardCall(taskId));
    if (call === null) {
      throw new EngineError(
        'CELERY_ARGUMENTS_UNKNOWN',
        `The arguments of the task ${taskId} are not known exactly: no worker holds it, and no event told them whole`,
      );
    }
    const target = queue ?? call.queue;
    if (target === null) throw invalid(`the queue of the task ${taskId} is not known; name one`);
    return this.#send(call, target, 0, null);
  }

  async #send(call: Call, queue: string, priority: number, etaMs: number | null): Promise<CelerySent> {
    const { link, names, ids } = this.#options;
    await this.#requireRegistered(call.name);
    const consumers = await this.#consumersOf(queue);
    const taskId = ids.next();
    const { payload, list, member } = taskMessage(names, {
      ...{ taskId, name: call.name, args: call.args, kwargs: call.kwargs, queue, priority, etaMs, origin },
      deliveryTag: ids.next(),
    });
    await link.command(`LPUSH of the task ${call.name}`, (client) =>
      client.multi().sadd(names.binding(queue), member).lpush(list, payload).exec(),
    );
    return { taskId, queue, consumers };
  }

  async #requireRegistered(name: string): Promise<void> {
    const { inspector } = this.#options;
    await inspector.refresh(['registered']);
    const answers = [...inspector.known('registered').values()].flatMap(({ value }) => (value === null ? [] : [value]));
    if (answers.length === 0) {
      throw new EngineError('CELERY_NO_REPLY', `No worker says which tasks it knows, so ${name} was not sent`);
    }
    if (answers.some((tasks) => tasks.some((task) => task.name === name))) return;
    throw new EngineError('CELERY_COMMAND_REFUSED', `No worker knows the task "${name}": it would be discarded`);
  }

  /** A misspelt queue would keep the task for ever. */
  async #consumersOf(queue: string): Promise<string[] | null> {
    const { queues } = this.#options;
    await queues.look();
    const known = queues.view().queues.find(({ name }) => name === queue);
    if (known !== undefined) return known.consumers;
    throw new EngineError('CELERY_COMMAND_REFUSED', `No queue "${queue}" is known on this broker`);
  }

  /** From a worker that has it now: the arguments themselves, not their repr. */
  async #heldCall(taskId: string): Promise<Call | null> {
    const { messenger, inspector } = this.#options;
    const { replies } = await messenger.ask({
      command: { method: 'query_task', arguments: { ids: [taskId] } },
      destination: null,
      expected: inspector.nodes(),
    });
    for (const { value } of replies) {
      const place = isRecord(value) ? value[taskId] : undefined;
      const info: unknown = Array.isArray(place) ? place[1] : undefined;
      if (!isRecord(info)) continue;
      const { name, args, kwargs, delivery_info: delivery } = info;
      if (typeof name !== 'string' || !Array.isArray(args) || !isRecord(kwargs)) continue;
      const viaDefault = isRecord(delivery) && delivery['exchange'] === '';
      const routingKey = viaDefault ? delivery['routing_key'] : null;
      return { name, args, kwargs, queue: typeof routingKey === 'string' ? routingKey : null };
    }
    return null;
  }

  async #heardCall(taskId: string): Promise<Call | null> {
    // A history that cannot be read leaves the call unknown, which is said.
    const heard = await this.#options.callOf(taskId).catch(() => null);
    if (!heard?.name || heard.args === null || heard.kwargs === null) return null;
    const [args, kwargs] = [readPythonRepr(heard.args), readPythonRepr(heard.kwargs)];
    if (!Array.isArray(args) || !isRecord(kwargs)) return null;
    return { name: heard.name, args, kwargs, queue: heard.queue };
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${what} is not JSON`);
  }
}

function invalid(why: string): EngineError {
  return new EngineError('CELERY_COMMAND_INVALID', `The task was not sent: ${why}`);
}
