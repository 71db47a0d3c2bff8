/** Empties queues in small steps that can be stopped at any time. */
import type { Clock } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { IdSource } from '../../base/ids.ts';
import type { CeleryPurge } from '../../model/celery-control.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerNames } from '../wire/names.ts';

export interface PurgesOptions {
  readonly brokerId: string;
  readonly link: RedisLink;
  readonly names: BrokerNames;
  /** @throws EngineError REDIS_READ_ONLY while the connection is only observed */
  readonly requireOperate: () => void;
  readonly onChanged: () => void;
  readonly clock: Clock;
  readonly ids: IdSource;
}

const stepCount = 500;
const pauseMs = 10;
const keptRuns = 20;

export class Purges {
  readonly #options: PurgesOptions;
  readonly #runs = new Map<string, { view: CeleryPurge; abort: AbortController }>();

  constructor(options: PurgesOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(): CeleryPurge[] {
    return [...this.#runs.values()].map(({ view }) => ({ ...view })).toReversed();
  }

  /**
   * Begins, and answers how much there is. What workers hold already is not in the queue any more and stays theirs.
   * @throws EngineError REDIS_READ_ONLY, REDIS_*
   */
  async start(queue: string): Promise<CeleryPurge> {
    const { brokerId, link, names, requireOperate, clock, ids } = this.#options;
    requireOperate();
    const lanes = names.queueLists(queue);
    const counts = await link.command(`LLEN of ${queue}`, (client) =>
      Promise.all(lanes.map(({ key }) => client.llen(key))),
    );
    const view: CeleryPurge = {
      ...{ runId: ids.next(), brokerId, queue, removedCount: 0, state: 'running', endedAtMs: null, error: null },
      totalCount: counts.reduce((sum, count) => sum + count, 0),
      startedAtMs: clock.now(),
    };
    const abort = new AbortController();
    this.#runs.set(view.runId, { view, abort });
    for (const runId of this.#runs.keys()) {
      if (this.#runs.size > keptRuns && this.#runs.get(runId)?.view.state !== 'running') this.#runs.delete(runId);
    }
    void this.#run(
      view,
      lanes.map(({ key }, index) => ({ key, left: counts[index] ?? 0 })),
      abort.signal,
    );
    return { ...view };
  }

  /** What was removed stays removed. @throws EngineError CELERY_MESSAGE_NOT_FOUND for a run that is not known */
  cancel(runId: string): CeleryPurge {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new EngineError('CELERY_MESSAGE_NOT_FOUND', `No purge "${runId}" is known`);
    run.abort.abort();
    return { ...run.view };
  }

  stop(): void {
    for (const { abort } of this.#runs.values()) abort.abort();
  }

  async #run(view: CeleryPurge, lanes: { key: string; left: number }[], signal: AbortSignal): Promise<void> {
    const { clock, requireOperate, onChanged } = this.#options;
    try {
      for (const lane of lanes) {
        while (lane.left > 0 && !signal.aborted) {
          // The lock may fall in the middle of it.
          requireOperate();
          const removed = await this.#step(lane.key, Math.min(stepCount, lane.left));
          lane.left = removed === 0 ? 0 : lane.left - removed;
          view.removedCount += removed;
          onChanged();
          await clock.sleep(pauseMs);
        }
      }
      view.state = signal.aborted ? 'cancelled' : 'done';
    } catch (error) {
      view.state = 'failed';
      view.error = messageOf(error);
    }
    view.endedAtMs = clock.now();
    onChanged();
  }

  /** The next ones to be taken, so never one that was sent after the others. */
  async #step(key: string, count: number): Promise<number> {
    const results = await this.#options.link.command('LTRIM of a Celery queue', (client) =>
      client
        .multi()
        .llen(key)
        .ltrim(key, 0, -(count + 1))
        .llen(key)
        .exec(),
    );
    const [before, , after] = (results ?? []).map(([, value]) => Number(value));
    return Math.max(0, (before ?? 0) - (after ?? 0));
  }
}
