/**
 * Builds the messages that go to Celery's workers. Workers die or go deaf from a message that is not as they expect,
 * all of them at once, so none is ever sent that was not built here from a checked template and checked again.
 */
import { z } from 'zod';
import { EngineError } from '../../base/errors.ts';
import type { BrokerNames } from './names.ts';
import { isRecord, parsePythonJson } from './python-json.ts';

/** Without control characters and halves of characters, which break Redis clients and separators of kombu. */
const name = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds characters that no name may have');
const taskIds = z.array(name).min(1).max(200);
const seconds = z.number().positive().max(31_536_000).nullable();
const count = z.number().int().min(1).max(1_000);
const none = z.strictObject({});

/** What a task's registration may be asked for; any other attribute of a Python object would be read as well. */
const taskInfoItems = z.array(
  z.enum(['rate_limit', 'max_retries', 'acks_late', 'time_limit', 'soft_time_limit', 'ignore_result']),
);

/** Source: celery.worker.control; commands that only read. */
const inspectArguments = {
  ping: none,
  active: z.strictObject({ safe: z.literal(true).optional() }),
  reserved: none,
  scheduled: none,
  stats: none,
  registered: z.strictObject({ taskinfoitems: taskInfoItems.optional(), builtins: z.boolean().optional() }),
  active_queues: none,
  conf: z.strictObject({ with_defaults: z.boolean().optional() }),
  revoked: none,
  query_task: z.strictObject({ ids: taskIds }),
  clock: none,
  report: none,
};

/** Source: celery.worker.control; an unknown exchange type or a name that is no text ends the worker after an `ok`. */
const controlArguments = {
  revoke: z.strictObject({
    task_id: z.union([name, taskIds]),
    terminate: z.boolean().optional(),
    signal: z.enum(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGUSR1']).optional(),
  }),
  rate_limit: z.strictObject({
    task_name: name,
    rate_limit: z.union([z.string().regex(/^\d{1,9}(\.\d{1,6})?(\/[smh])?$/, 'is not like 100/m'), z.null()]),
  }),
  time_limit: z
    .strictObject({ task_name: name, soft: seconds, hard: seconds })
    .refine(({ soft, hard }) => soft === null || hard === null || soft <= hard, 'the soft limit is above the hard one'),
  pool_grow: z.strictObject({ n: count }),
  pool_shrink: z.strictObject({ n: count }),
  autoscale: z
    .strictObject({ max: count, min: count })
    .refine(({ max, min }) => min <= max, 'the smallest size is above the largest'),
  add_consumer: z.strictObject({
    queue: name,
    exchange: name.nullable(),
    exchange_type: z.enum(['direct', 'topic', 'fanout']),
    routing_key: name.nullable(),
  }),
  cancel_consumer: z.strictObject({ queue: name }),
  enable_events: none,
  disable_events: none,
  heartbeat: none,
  shutdown: none,
};

const allArguments = { ...inspectArguments, ...controlArguments };

/** A question or a command with its arguments; only what the table knows compiles. */
export type WorkerCommand = {
  [Method in keyof typeof allArguments]: {
    readonly method: Method;
    readonly arguments: z.input<(typeof allArguments)[Method]>;
  };
}[keyof typeof allArguments];

export interface ControlAddress {
  /** Full node names; null asks every worker. Never a text, of which workers would look for parts. */
  readonly destination: readonly string[] | null;
  /** Null for a command that nobody answers. */
  readonly reply: { readonly ticket: string; readonly replyId: string } | null;
  readonly deliveryTag: string;
  /** Workers do not heed it; it is sent because Python's own client sends it. */
  readonly expiresAtMs: number;
}

/** The rest of a command on which workers and fleets depend, for the fields of a worker's own name. */
const destinations = z.array(name).min(1).max(1_000).nullable();

/** The payload for PUBLISH on `names.controlChannel`. @throws EngineError CELERY_COMMAND_INVALID */
export function controlMessage(names: BrokerNames, command: WorkerCommand, address: ControlAddress): string {
  const checked = checkedArguments(command);
  const destination = destinations.safeParse(address.destination);
  if (!destination.success) throw refused(command.method, `the destination ${firstIssue(destination.error)}`);
  const { reply } = address;
  const body = {
    method: command.method,
    arguments: checked,
    destination: destination.data,
    pattern: null,
    matcher: null,
    ...(reply === null
      ? {}
      : { ticket: reply.ticket, reply_to: { exchange: names.replyExchange, routing_key: reply.replyId } }),
  };
  const payload = JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { clock: 1, expires: address.expiresAtMs / 1_000 },
    properties: {
      delivery_mode: 2,
      delivery_info: { exchange: names.controlExchange, routing_key: '' },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: address.deliveryTag,
    },
  });
  const problem = controlProblem(payload);
  if (problem !== null) throw refused(command.method, `the message was built wrong: ${problem}`);
  return payload;
}

function checkedArguments({ method, arguments: given }: WorkerCommand): Record<string, unknown> {
  const schema: z.ZodType<Record<string, unknown>> | undefined = Object.hasOwn(allArguments, method)
    ? allArguments[method]
    : undefined;
  if (schema === undefined) throw refused(method, 'it is not a command that may be sent');
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw refused(method, firstIssue(parsed.error));
  return parsed.data;
}

/** What would hurt a worker in bytes that are about to be sent; null when nothing does. */
export function controlProblem(payload: string): string | null {
  const envelope = parsePythonJson(payload);
  if (!isRecord(envelope)) return 'it is not an object';
  const { headers, properties, body } = envelope;
  if (envelope['content-type'] !== 'application/json') return 'its content type is not JSON';
  if (!isRecord(headers) || !Number.isFinite(headers['clock'])) return 'its clock is no number';
  if (!Number.isFinite(headers['expires'])) return 'its expiry is no number';
  if (!isRecord(properties) || !isRecord(properties['delivery_info'])) return 'it has no delivery information';
  if (typeof properties['delivery_tag'] !== 'string' || properties['delivery_tag'] === '') return 'it has no tag';
  if (properties['body_encoding'] !== 'base64' || typeof body !== 'string') return 'its body is not base64';
  if (!/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(body)) return 'its body is not base64';
  return bodyProblem(parsePythonJson(Buffer.from(body, 'base64').toString()));
}

function bodyProblem(body: unknown): string | null {
  if (!isRecord(body)) return 'its body is not an object';
  const { method, destination, pattern, matcher, ticket, reply_to: replyTo } = body;
  if (typeof method !== 'string' || !Object.hasOwn(allArguments, method)) return 'its method is not known';
  if (!isRecord(body['arguments'])) return 'its arguments are not an object';
  if (!destinations.safeParse(destination).success) return 'its destination is neither a list of names nor null';
  if (pattern !== null || matcher !== null) return 'it chooses workers by a pattern';
  if (ticket === undefined && replyTo === undefined) return null;
  if (typeof ticket !== 'string' || !isRecord(replyTo)) return 'its way of answering is not whole';
  const { exchange, routing_key: routingKey } = replyTo;
  return typeof exchange === 'string' && typeof routingKey === 'string' && routingKey !== ''
    ? null
    : 'its way of answering is not whole';
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  return `${where === '' ? '' : `"${where}" `}${issue?.message ?? 'does not fit'}`;
}

function refused(method: string, why: string): EngineError {
  return new EngineError('CELERY_COMMAND_INVALID', `${method.slice(0, 40)} was not sent: ${why}`);
}
