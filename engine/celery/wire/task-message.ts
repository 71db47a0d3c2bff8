/** Reads a task as it waits in a broker, and builds one as an application of Celery would send it. */

import { type Envelope, largestBodyBytes, type Read, readBody, readEnvelope } from './envelope.ts';
import type { BrokerNames } from './names.ts';
import { isRecord, parsePythonJson } from './python-json.ts';
import { pythonRepr } from './python-repr.ts';

/** What stands in the head of a message; its arguments are not among it. */
export interface TaskMessage {
  readonly protocol: 1 | 2;
  readonly taskId: string;
  readonly name: string;
  readonly deliveryTag: string | null;
  /** 0–9 as the sender gave it; the lower runs first. */
  readonly priority: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly etaMs: number | null;
  readonly expiresMs: number | null;
  readonly retries: number;
  /** `gen<pid>@<host>` of the sender. */
  readonly origin: string | null;
  readonly groupId: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  /** Given by the scheduler of Django. */
  readonly periodicName: string | null;
  readonly hardLimitS: number | null;
  readonly softLimitS: number | null;
  readonly contentType: string;
  readonly compression: string | null;
  /** Python reprs, cut by the sender; null where it sent none. */
  readonly argsRepr: string | null;
  readonly kwargsRepr: string | null;
}

/** Arguments as they will be handed to the task. */
export interface TaskArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** What follows it: the rest of a chain, callbacks, a chord. Sending the arguments again does not send these. */
  readonly hasSequel: boolean;
}

/** Source: Celery's message protocol, versions 2 and 1. */
export function readTaskMessage(payload: string): Read<TaskMessage> {
  const envelope = readEnvelope(payload);
  if (!envelope.ok) return envelope;
  const { headers, properties } = envelope.value;
  if (typeof headers['task'] === 'string') return fieldsOf(2, envelope.value, headers, headers['task']);
  const body = readBody(envelope.value);
  if (!body.ok) return { ok: false, problem: `it names no task, and ${body.problem}` };
  const old = body.value;
  if (!isRecord(old) || typeof old['task'] !== 'string') return { ok: false, problem: 'it names no task' };
  const group = old['taskset'] ?? properties['group'];
  return fieldsOf(1, envelope.value, { ...old, group }, old['task']);
}

function fieldsOf(
  protocol: 1 | 2,
  { properties, contentType, headers }: Envelope,
  facts: Readonly<Record<string, unknown>>,
  name: string,
): Read<TaskMessage> {
  const taskId = facts['id'];
  if (typeof taskId !== 'string' || taskId === '') return { ok: false, problem: 'its task has no id' };
  const delivery = isRecord(properties['delivery_info']) ? properties['delivery_info'] : {};
  const [hard, soft] = Array.isArray(facts['timelimit']) ? facts['timelimit'] : [];
  return {
    ok: true,
    value: {
      protocol,
      taskId,
      name,
      deliveryTag: textOf(properties['delivery_tag']),
      priority: numberOf(properties['priority']) ?? numberOf(delivery['priority']) ?? 0,
      exchange: textOf(delivery['exchange']) ?? '',
      routingKey: textOf(delivery['routing_key']) ?? '',
      etaMs: timeOf(facts['eta']),
      expiresMs: timeOf(facts['expires']),
      retries: numberOf(facts['retries']) ?? 0,
      origin: textOf(facts['origin']),
      groupId: textOf(facts['group']),
      rootId: textOf(facts['root_id']),
      parentId: textOf(facts['parent_id']),
      periodicName: textOf(facts['periodic_task_name']),
      hardLimitS: numberOf(hard),
      softLimitS: numberOf(soft),
      contentType,
      compression: textOf(headers['compression']),
      argsRepr: textOf(facts['argsrepr']),
      kwargsRepr: textOf(facts['kwargsrepr']),
    },
  };
}

/** What the task will be called with, from the body. */
export function readTaskArguments(payload: string): Read<TaskArguments> {
  const envelope = readEnvelope(payload);
  if (!envelope.ok) return envelope;
  const body = readBody(envelope.value);
  if (!body.ok) return body;
  if (Array.isArray(body.value)) {
    const [args, kwargs, embed] = body.value;
    return argumentsOf(args, kwargs, isRecord(embed) ? Object.values(embed) : []);
  }
  if (!isRecord(body.value)) return { ok: false, problem: 'its body holds no arguments' };
  const { args, kwargs, callbacks, errbacks, chord } = body.value;
  return argumentsOf(args ?? [], kwargs ?? {}, [callbacks, errbacks, chord]);
}

function argumentsOf(args: unknown, kwargs: unknown, sequel: readonly unknown[]): Read<TaskArguments> {
  if (!Array.isArray(args) || !isRecord(kwargs)) return { ok: false, problem: 'its body holds no arguments' };
  const hasSequel = sequel.some(
    (one) => one !== null && one !== undefined && !(Array.isArray(one) && one.length === 0),
  );
  return { ok: true, value: { args, kwargs, hasSequel } };
}

/** A delivered message that nobody acknowledged: `[message, exchange, routing key]`. */
export interface UnackedMessage {
  readonly message: TaskMessage;
  readonly exchange: string;
  readonly routingKey: string;
}

/** As kombu writes it: the body first, in base64, so without a quote in it. */
const unackedStart = '[{"body": "';

/** Source: kombu.transport.redis, the values of the hash `unacked`. */
export function readUnacked(text: string): Read<UnackedMessage> {
  const entry = unackedEntry(withoutBody(text));
  if (!entry.ok) return entry;
  const { payload, exchange, routingKey } = entry.value;
  let message = readTaskMessage(payload);
  // Only messages of the old protocol have their task in the body.
  if (!message.ok) message = readTaskMessage(unackedPayload(text) ?? payload);
  return message.ok ? { ok: true, value: { message: message.value, exchange, routingKey } } : message;
}

/** The message as it was in its list; null for what is no such entry. */
export function unackedPayload(text: string): string | null {
  const entry = unackedEntry(text);
  return entry.ok ? entry.value.payload : null;
}

function unackedEntry(text: string): Read<{ payload: string; exchange: string; routingKey: string }> {
  const entry = text.length > largestBodyBytes ? undefined : parsePythonJson(text);
  if (!Array.isArray(entry) || entry.length < 3) return { ok: false, problem: 'it is not an unacknowledged message' };
  const [envelope, exchange, routingKey]: unknown[] = entry;
  const payload = JSON.stringify(envelope) ?? '';
  return { ok: true, value: { payload, exchange: textOf(exchange) ?? '', routingKey: textOf(routingKey) ?? '' } };
}

/** Arguments can be large, and are not needed to know the task. */
function withoutBody(text: string): string {
  const end = text.startsWith(unackedStart) ? text.indexOf('"', unackedStart.length) : -1;
  return end < 0 || text[end - 1] === '\\' ? text : unackedStart + text.slice(end);
}

export interface TaskToSend {
  readonly taskId: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  /** 0–9; the lower runs first. */
  readonly priority: number;
  readonly etaMs: number | null;
  readonly origin: string;
  readonly deliveryTag: string;
}

/** The message of a task, and the list and binding that it belongs to. */
export function taskMessage(names: BrokerNames, task: TaskToSend): { payload: string; list: string; member: string } {
  const { taskId, name, args, kwargs, queue, priority } = task;
  const body = JSON.stringify([args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }]);
  const payload = JSON.stringify({
    body: Buffer.from(body).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'py',
      task: name,
      id: taskId,
      shadow: null,
      eta: task.etaMs === null ? null : new Date(task.etaMs).toISOString(),
      expires: null,
      group: null,
      group_index: null,
      retries: 0,
      timelimit: [null, null],
      root_id: taskId,
      parent_id: null,
      argsrepr: pythonRepr(args, 'tuple'),
      kwargsrepr: pythonRepr(kwargs),
      origin: task.origin,
      ignore_result: false,
    },
    properties: {
      correlation_id: taskId,
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority,
      body_encoding: 'base64',
      delivery_tag: task.deliveryTag,
    },
  });
  return {
    payload,
    list: names.queueList(queue, names.stepOf(priority)),
    member: names.bindingMember({ routingKey: queue, pattern: '', queue }),
  };
}

/** ISO 8601 with an offset, or Unix seconds; a time without an offset is UTC, as Celery has it. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1_000 : null;
  if (typeof value !== 'string' || value === '') return null;
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
