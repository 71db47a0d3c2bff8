/** Answers what consoles ask about Celery's tasks, from memory and history as one. */
import type { Clock } from '../../base/clock.ts';
import { EngineError, redactUrls } from '../../base/errors.ts';
import type { CeleryTaskHistory, CeleryTaskRecord } from '../../model/celery-record.ts';
import type {
  CeleryFailure,
  CeleryGroup,
  CeleryResultView,
  CeleryRevealed,
  CeleryTaskDetail,
  CeleryTaskName,
  CeleryTaskPage,
  CeleryTaskQuery,
  CeleryTaskRow,
  CeleryTreeNode,
} from '../../model/celery-task.ts';
import { failureKind } from './failure-kind.ts';
import { matches } from './matching.ts';
import type { ResultBackend } from './result-backend.ts';
import { groupOf } from './task-groups.ts';
import type { TaskNames } from './task-names.ts';
import type { TaskTable } from './task-table.ts';

/** What the desk needs of one broker. */
export interface DeskBroker {
  readonly brokerId: string;
  readonly table: TaskTable;
  readonly names: TaskNames;
  /** Null where no result backend is known. */
  readonly results: Pick<ResultBackend, 'isReady' | 'view' | 'read' | 'savedGroup'> | null;
}

export interface TaskDeskOptions {
  readonly brokers: () => readonly DeskBroker[];
  readonly history: CeleryTaskHistory;
  readonly sinceMs: number;
  readonly clock: Clock;
}

/** Time spent on the history for one page, the way to its thread included; a page that found too little goes on with the next call. */
const pageBudgetMs = 20;
const treeCeiling = 300;

export class TaskDesk {
  readonly #options: TaskDeskOptions;

  constructor(options: TaskDeskOptions) {
    this.#options = options;
  }

  async page(query: CeleryTaskQuery): Promise<CeleryTaskPage> {
    const { clock, history } = this.#options;
    const found = query.only === 'slow' ? this.#slow(query) : await this.#search(query);
    return {
      atMs: clock.now(),
      tasks: found.records.map((record) => this.#row(record)),
      nextCursor: found.nextCursor,
      historyCount: history.figures().taskCount,
    };
  }

  /** @throws EngineError CELERY_TASK_NOT_FOUND */
  async detail(brokerId: string | null, taskId: string): Promise<CeleryTaskDetail> {
    const { broker, record } = await this.#find(brokerId, taskId);
    const tree = await this.#tree(broker, record);
    const result = await this.#result(broker, taskId);
    return {
      task: this.#row(record),
      timeline: [...record.timeline],
      traceback: record.traceback,
      expiresMs: record.expiresMs,
      argsKnown: record.args !== null || record.kwargs !== null,
      result,
      tree: tree.slice(0, treeCeiling),
      treeCut: tree.length > treeCeiling,
      group: await this.#group(broker, record, result),
    };
  }

  /** @throws EngineError CELERY_TASK_NOT_FOUND */
  async reveal(brokerId: string | null, taskId: string): Promise<CeleryRevealed> {
    const { args, kwargs, result } = (await this.#find(brokerId, taskId)).record;
    return { args: withoutSecrets(args), kwargs: withoutSecrets(kwargs), result: withoutSecrets(result) };
  }

  names(): { sinceMs: number; names: CeleryTaskName[] } {
    const nowMs = this.#options.clock.now();
    const names = this.#options.brokers().flatMap((broker) => namesOf(broker, nowMs));
    return { sinceMs: this.#options.sinceMs, names: names.toSorted((a, b) => a.name.localeCompare(b.name)) };
  }

  async failures(fromMs: number | null, limit: number): Promise<CeleryFailure[]> {
    const counted = await this.#options.history.failures(fromMs, limit);
    return counted.map(({ last, ...group }) => {
      const { exceptionType, message } = failureKind(last.exception ?? 'Exception()', last.traceback);
      const { failureId, brokerId, count, firstSeenMs, lastSeenMs, taskNames } = group;
      const lastTaskId = last.taskId;
      return { failureId, brokerId, exceptionType, message, count, firstSeenMs, lastSeenMs, taskNames, lastTaskId };
    });
  }

  /** Only what is in memory can run now. */
  #slow(query: CeleryTaskQuery): Found {
    const nowMs = this.#options.clock.now();
    const beforeSeq = query.cursor ?? Number.MAX_SAFE_INTEGER;
    const slow = this.#options
      .brokers()
      .flatMap(({ table, names }) =>
        [...table.running.values()].filter(
          (task) => task.seq < beforeSeq && names.isSlow(task, nowMs) && matches(task, query),
        ),
      );
    const records = slow.toSorted((a, b) => b.seq - a.seq).slice(0, query.limit);
    return { records, nextCursor: records.length < slow.length ? (records.at(-1)?.seq ?? null) : null };
  }

  /** What is not written yet stands for what the history has of it. */
  async #search(query: CeleryTaskQuery): Promise<Found> {
    const { history, brokers, clock } = this.#options;
    const records: CeleryTaskRecord[] = [];
    let beforeSeq = query.cursor ?? Number.MAX_SAFE_INTEGER;
    const untilMs = clock.monotonicMs() + pageBudgetMs;
    do {
      const tables = brokers().map(({ table }) => table);
      const { records: kept, reachedSeq } = await history.step({ query, beforeSeq, limit: query.limit });
      const fresh = tables.flatMap((table) =>
        [...table.unwritten()].filter(
          (task) => task.seq < beforeSeq && task.seq >= (reachedSeq ?? 0) && matches(task, query),
        ),
      );
      const isUnwritten = ({ brokerId, taskId }: CeleryTaskRecord): boolean =>
        brokers().some((broker) => broker.brokerId === brokerId && broker.table.isUnwritten(taskId));
      const both = [...kept.filter((record) => !isUnwritten(record)), ...fresh].toSorted((a, b) => b.seq - a.seq);
      records.push(...both.slice(0, query.limit - records.length));
      if (records.length >= query.limit) {
        const last = records.at(-1)?.seq ?? 0;
        return { records, nextCursor: last > 0 ? last : null };
      }
      if (reachedSeq === null) return { records, nextCursor: null };
      beforeSeq = reachedSeq;
    } while (clock.monotonicMs() < untilMs);
    return { records, nextCursor: beforeSeq };
  }

  async #find(brokerId: string | null, taskId: string): Promise<{ broker: DeskBroker; record: CeleryTaskRecord }> {
    for (const broker of this.#options.brokers()) {
      if (brokerId !== null && broker.brokerId !== brokerId) continue;
      const record = await broker.table.lookUp(taskId);
      if (record !== null) return { broker, record };
    }
    throw new EngineError('CELERY_TASK_NOT_FOUND', `No Celery task ${taskId.slice(0, 100)} is known`);
  }

  async #result({ results }: DeskBroker, taskId: string): Promise<CeleryResultView | null> {
    if (results === null || !results.isReady) return null;
    // A backend that does not answer leaves the rest of the answer as it is.
    return results.view(taskId).catch(() => null);
  }

  async #group(
    { brokerId, table, results }: DeskBroker,
    record: CeleryTaskRecord,
    result: CeleryResultView | null,
  ): Promise<CeleryGroup | null> {
    const groupId = result?.groupId ?? null;
    if (results === null || groupId === null) return null;
    const sources = { brokerId, table, results, history: this.#options.history };
    // Without its other parts the task itself is told all the same.
    return groupOf(sources, record, { groupId, size: result?.chord?.size ?? null }).catch(() => null);
  }

  async #tree({ brokerId, table }: DeskBroker, record: CeleryTaskRecord): Promise<CeleryTreeNode[]> {
    const rootId = record.rootId ?? record.taskId;
    const kept = new Map<string, CeleryTaskRecord>();
    const written = await this.#options.history.tree(brokerId, rootId, treeCeiling + 1);
    for (const one of written) kept.set(one.taskId, one);
    for (const task of table.unwritten()) {
      if (task.rootId === rootId || task.taskId === rootId) kept.set(task.taskId, task);
    }
    kept.set(record.taskId, record);
    return [...kept.values()]
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ taskId, parentId, name, state, startedAtMs, finishedAtMs }) => ({
        taskId,
        parentId,
        name,
        state,
        startedAtMs,
        finishedAtMs,
      }));
  }

  #row(record: CeleryTaskRecord): CeleryTaskRow {
    const broker = this.#options.brokers().find(({ brokerId }) => brokerId === record.brokerId);
    return rowOf(record, broker?.names.isSlow(record, this.#options.clock.now()) ?? false);
  }
}

interface Found {
  readonly records: CeleryTaskRecord[];
  readonly nextCursor: number | null;
}

function rowOf(record: CeleryTaskRecord, slowerThanP95: boolean): CeleryTaskRow {
  const { brokerId, taskId, seq, name, state, stateSource, doubt, worker, queue, firstSeenMs } = record;
  const { sentAtMs, receivedAtMs, startedAtMs, finishedAtMs, etaMs, runtimeMs, retries } = record;
  const { exception, failureId, rootId, parentId } = record;
  return {
    ...{ brokerId, taskId, seq, name, state, stateSource, doubt, worker, queue, firstSeenMs },
    ...{ sentAtMs, receivedAtMs, startedAtMs, finishedAtMs, etaMs, runtimeMs, retries },
    ...{ exception, failureId, rootId, parentId, slowerThanP95 },
  };
}

function namesOf({ brokerId, table, names }: DeskBroker, nowMs: number): CeleryTaskName[] {
  const now = new Map<string, { running: number; waiting: number; slow: number }>();
  for (const task of table.open.values()) {
    if (task.name === null) continue;
    const counts = now.get(task.name) ?? { running: 0, waiting: 0, slow: 0 };
    if (task.state === 'STARTED') counts.running += 1;
    else counts.waiting += 1;
    if (names.isSlow(task, nowMs)) counts.slow += 1;
    now.set(task.name, counts);
  }
  return names.list().map(({ name, succeeded, failed, retried, lastSeenMs, runtimes }) => ({
    brokerId,
    name,
    succeeded,
    failed,
    retried,
    running: now.get(name)?.running ?? 0,
    waiting: now.get(name)?.waiting ?? 0,
    slowRunning: now.get(name)?.slow ?? 0,
    p50Ms: runtimes.quantile(0.5),
    p95Ms: runtimes.quantile(0.95),
    p99Ms: runtimes.quantile(0.99),
    sampleCount: runtimes.count,
    lastSeenMs,
  }));
}

const secretPair =
  /(['"])([\w-]*(?:pass|secret|token|authorization|credential|api_?key)[\w-]*)\1\s*:\s*('(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|[^,}\s]+)/gi;

/** Values of secret-looking names and users in URLs are blanked, also where Celery cut the text. */
export function withoutSecrets(repr: string | null): string | null {
  return repr === null ? null : redactUrls(repr.replace(secretPair, "$1$2$1: '***'"));
}
