/** Every queue behind every connection, as the console asks for them: watched all the time, jobs read when asked for. */
import type { Clock, Stop } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { FailureGroup, FlowNode, JobAnswer, JobPage, JobRef, Searched } from '../../model/job.ts';
import type { Discovery, QueueId, QueueView, QueueWorker } from '../../model/queue.ts';
import { readJob } from './job-detail.ts';
import { groupFailures } from './job-failures.ts';
import { readFlow } from './job-flow.ts';
import { type JobListQuery, listJobs } from './job-list.ts';
import type { QueueServer } from './queue-server.ts';
import { type HistoryPort, QueueWatcher } from './queue-watcher.ts';

export interface QueueInspectorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history: HistoryPort;
  readonly periodMs?: number;
}

interface InspectorEvents {
  sampled: { connectionId: string; atMs: number };
  discovered: { connectionId: string };
}

export class QueueInspector {
  readonly #options: QueueInspectorOptions;
  readonly #watchers = new Map<string, QueueWatcher>();
  readonly #emitter: Emitter<InspectorEvents>;

  constructor(options: QueueInspectorOptions) {
    this.#options = options;
    this.#emitter = new Emitter((error) =>
      options.logger.error('A listener to the queues failed', { error: messageOf(error) }),
    );
  }

  on<Name extends keyof InspectorEvents>(name: Name, listener: (payload: InspectorEvents[Name]) => void): Stop {
    return this.#emitter.on(name, listener);
  }

  /** Begins to watch a connection; another one of the same id is left first. */
  async add(server: QueueServer): Promise<void> {
    await this.remove(server.connectionId);
    const watcher = new QueueWatcher({ ...this.#options, server });
    watcher.on('sampled', (payload) => this.#emitter.emit('sampled', payload));
    watcher.on('discovered', (payload) => this.#emitter.emit('discovered', payload));
    this.#watchers.set(server.connectionId, watcher);
    watcher.start();
  }

  async remove(connectionId: string): Promise<void> {
    const watcher = this.#watchers.get(connectionId);
    this.#watchers.delete(connectionId);
    await watcher?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watchers.keys()].map((connectionId) => this.remove(connectionId)));
  }

  list(connectionId?: string): { queues: QueueView[]; discovery: Discovery[] } {
    const watchers = this.#of(connectionId);
    return { queues: watchers.flatMap((one) => one.queues()), discovery: watchers.map((one) => one.discovery()) };
  }

  /** @throws EngineError QUEUE_NOT_FOUND */
  queue(id: QueueId): QueueView {
    const view = this.#watchers.get(id.connectionId)?.queue(id);
    if (view) return view;
    throw new EngineError(
      'QUEUE_NOT_FOUND',
      `There is no queue ${id.prefix}:${id.name} behind the connection "${id.connectionId}"`,
    );
  }

  foreignWorkers(connectionId?: string): QueueWorker[] {
    return this.#of(connectionId).flatMap((one) => one.foreignWorkers());
  }

  /** @throws EngineError QUEUE_NOT_FOUND, CALL_INPUT_INVALID, REDIS_* */
  jobs(query: JobListQuery): Promise<JobPage> {
    return listJobs(this.#serverOfAll(query.queues), this.#options.clock, query);
  }

  /** @throws EngineError QUEUE_NOT_FOUND, REDIS_* */
  async job(ref: JobRef): Promise<JobAnswer> {
    return readJob(this.server(ref.queue), ref);
  }

  /** @throws EngineError QUEUE_NOT_FOUND, CALL_INPUT_INVALID, REDIS_* */
  failures(queues: readonly QueueId[], limit: number): Promise<{ groups: FailureGroup[]; searched: Searched }> {
    return groupFailures(this.#serverOfAll(queues), queues, limit);
  }

  /** @throws EngineError QUEUE_NOT_FOUND, REDIS_* */
  async flow(ref: JobRef): Promise<{ root: FlowNode; truncated: boolean }> {
    const watcher = this.#watchers.get(ref.queue.connectionId);
    return readFlow(this.server(ref.queue), ref, watcher?.places() ?? []);
  }

  /** The connection a queue is behind. @throws EngineError QUEUE_NOT_FOUND */
  server(id: QueueId): QueueServer {
    this.queue(id);
    const watcher = this.#watchers.get(id.connectionId);
    if (!watcher) throw new EngineError('QUEUE_NOT_FOUND', `The connection "${id.connectionId}" is not watched`);
    return watcher.server;
  }

  /** Looks again at once, e.g. after an action. */
  async refresh(connectionId: string): Promise<void> {
    await this.#watchers.get(connectionId)?.refresh();
  }

  #of(connectionId: string | undefined): QueueWatcher[] {
    return [...this.#watchers]
      .filter(([id]) => connectionId === undefined || id === connectionId)
      .map(([, one]) => one);
  }

  #serverOfAll(queues: readonly QueueId[]): QueueServer {
    const [first] = queues;
    if (!first || queues.some(({ connectionId }) => connectionId !== first.connectionId)) {
      throw new EngineError('CALL_INPUT_INVALID', '"queues": all must be behind one connection');
    }
    for (const id of queues) this.queue(id);
    return this.server(first);
  }
}
