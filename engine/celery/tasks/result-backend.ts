/** Reads what Celery's result backend holds of a task; of each value only a bounded part. */
import { z } from 'zod';
import { type CeleryResultView, type CeleryTaskState, celeryTaskStateSchema } from '../../model/celery-task.ts';
import type { RedisLink } from '../../redis/link.ts';
import { parsePythonJson } from '../wire/python-json.ts';

/** A stored state. */
export interface StoredResult {
  readonly state: CeleryTaskState;
  readonly doneAtMs: number | null;
  readonly exception: string | null;
  readonly traceback: string | null;
  readonly worker: string | null;
  readonly name: string | null;
  readonly queue: string | null;
  readonly groupId: string | null;
  readonly childIds: string[];
}

export type FoundResult = StoredResult | 'absent' | 'unreadable';

/** Values may be megabytes; more than this is not fetched, and of such a value only its state is known. */
const fetchBytes = 16_384;
/** Of a saved group: some 1,000 parts. A longer one counts as not saved. */
const groupBytes = 65_536;
/** Source: celery.backends.base, `task_keyprefix`, `group_keyprefix`. */
const taskPrefix = 'celery-task-meta-';
const groupPrefix = 'celery-taskset-meta-';

export class ResultBackend {
  readonly #link: RedisLink;
  #commandCount = 0;
  readonly #keyPrefix: string;

  /** @param keyPrefix `result_backend_transport_options.global_keyprefix` as it stands before the keys */
  constructor(link: RedisLink, keyPrefix = '') {
    this.#link = link;
    this.#keyPrefix = keyPrefix;
  }

  get isReady(): boolean {
    return this.#link.isReady;
  }

  get commandCount(): number {
    return this.#commandCount;
  }

  /** One trip for all; ask for some dozens at most. @throws EngineError REDIS_* */
  async read(taskIds: readonly string[]): Promise<FoundResult[]> {
    if (taskIds.length === 0) return [];
    this.#commandCount += taskIds.length;
    const replies = await this.#link.command('GETRANGE of task results', (client) => {
      const pipeline = client.pipeline();
      for (const taskId of taskIds) pipeline.getrange(`${this.#keyPrefix}${taskPrefix}${taskId}`, 0, fetchBytes - 1);
      return pipeline.exec();
    });
    return taskIds.map((_taskId, index) => {
      const [error, value] = replies?.[index] ?? [new Error('no reply'), null];
      return error === null && typeof value === 'string' ? resultOf(value) : 'unreadable';
    });
  }

  /** What the console shows of one task's result. @throws EngineError REDIS_* */
  async view(taskId: string): Promise<CeleryResultView> {
    const found = (await this.read([taskId]))[0] ?? 'absent';
    if (typeof found === 'string') return { status: found, doneAtMs: null, groupId: null, childIds: [], chord: null };
    return {
      status: found.state,
      doneAtMs: found.doneAtMs,
      groupId: found.groupId,
      childIds: found.childIds,
      chord: found.groupId === null ? null : await this.#chord(found.groupId),
    };
  }

  /** Ids of a group's parts, those of groups within it too; null unless its sender saved it. @throws EngineError REDIS_* */
  async savedGroup(groupId: string): Promise<string[] | null> {
    this.#commandCount += 1;
    const key = `${this.#keyPrefix}${groupPrefix}${groupId}`;
    const text = await this.#link.command('GETRANGE of a saved group', (client) =>
      client.getrange(key, 0, groupBytes - 1),
    );
    return partsOfGroup(text);
  }

  /** Source: celery.backends.redis; both keys go when the callback is sent. */
  async #chord(groupId: string): Promise<CeleryResultView['chord']> {
    this.#commandCount += 2;
    const key = `${this.#keyPrefix}${groupPrefix}${groupId}`;
    const [size, done] = await this.#link.command('the state of a chord', (client) =>
      Promise.all([client.get(`${key}.s`), client.zcard(`${key}.j`)]),
    );
    const parts = Number(size);
    return size === null || !Number.isInteger(parts) ? null : { done, size: parts };
  }
}

const storedSchema = z.object({
  status: celeryTaskStateSchema,
  result: z.unknown(),
  traceback: z.string().nullish().catch(null),
  date_done: z.string().nullish().catch(null),
  worker: z.string().nullish().catch(null),
  name: z.string().nullish().catch(null),
  queue: z.string().nullish().catch(null),
  group_id: z.string().nullish().catch(null),
  children: z.array(z.unknown()).nullish().catch(null),
});

const exceptionSchema = z.object({
  exc_type: z.string(),
  exc_message: z.union([z.string(), z.array(z.unknown())]).catch(''),
});

/** @param text the value's beginning */
export function resultOf(text: string): FoundResult {
  if (text === '') return 'absent';
  const parsed = storedSchema.safeParse(parsePythonJson(text));
  if (!parsed.success) return stateAtStart(text);
  const { status, result, traceback, date_done, worker, name, queue, group_id, children } = parsed.data;
  const startedBy = z.object({ hostname: z.string() }).safeParse(result);
  return {
    state: status,
    doneAtMs: doneAt(date_done ?? null),
    exception: status === 'FAILURE' || status === 'RETRY' || status === 'REVOKED' ? exceptionOf(result) : null,
    traceback: traceback ?? null,
    worker: worker ?? (status === 'STARTED' && startedBy.success ? startedBy.data.hostname : null),
    name: name ?? null,
    queue: queue ?? null,
    groupId: group_id ?? null,
    childIds: (children ?? []).flatMap((child) => childId(child)).slice(0, 200),
  };
}

/** Of a value too long to be fetched whole: the state is what Celery writes first. */
function stateAtStart(text: string): FoundResult {
  const state = celeryTaskStateSchema.safeParse(/^\{"status": "([A-Z]+)"/.exec(text)?.[1]);
  if (text.length < fetchBytes || !state.success) return 'unreadable';
  const unknown = { doneAtMs: null, exception: null, traceback: null, worker: null, name: null, queue: null };
  return { state: state.data, ...unknown, groupId: null, childIds: [] };
}

/** Naive times are UTC up to Celery 5.3; later ones have an offset. */
function doneAt(text: string | null): number | null {
  if (text === null) return null;
  const ms = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : ms;
}

function exceptionOf(result: unknown): string | null {
  const parsed = exceptionSchema.safeParse(result);
  if (!parsed.success) return null;
  const { exc_type, exc_message } = parsed.data;
  const words = Array.isArray(exc_message) ? exc_message.map((part) => JSON.stringify(part)).join(', ') : exc_message;
  return `${exc_type}(${words})`;
}

/** Source: celery.result.result_from_tuple: `[[id, parent], children or null]`. */
function childId(child: unknown): string[] {
  const id: unknown = Array.isArray(child) && Array.isArray(child[0]) ? child[0][0] : null;
  return typeof id === 'string' ? [id] : [];
}

/** @param text `{"result": [[id, parent], [part, …]]}`; a part that is a group has parts of its own. Null for anything else. */
export function partsOfGroup(text: string): string[] | null {
  const stored = z.object({ result: z.tuple([z.unknown(), z.array(z.unknown())]) }).safeParse(parsePythonJson(text));
  if (!stored.success) return null;
  const found: string[] = [];
  const rest = stored.data.result[1].toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const parts: unknown = Array.isArray(next) ? next[1] : null;
    if (Array.isArray(parts)) rest.push(...parts.toReversed());
    else found.push(...childId(next));
  }
  return found;
}
