/** Walks the jobs that a bulk action is for while the action itself moves them away under the walk. */
import type { JobFilter, JobRow } from '../../model/job.ts';
import type { JobState, QueueId } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { type PlacedJob, readRows } from '../inspect/job-fields.ts';
import { isPlain, matching } from '../inspect/job-filter.ts';
import { hasScoreTimes } from '../inspect/job-ranges.ts';
import { delayedScoreOf, isMarker, queueKey, stateParts } from '../inspect/queue-layout.ts';
import { scoredOf, textsOf } from '../inspect/replies.ts';

export interface WalkedBatch {
  readonly fitting: readonly PlacedJob[];
  readonly seenCount: number;
  readonly ended: boolean;
}

/**
 * Oldest first in sets, from the head in lists: there a removal finds its job at once, however long the list is.
 * Jobs that ended after the walk began are left out, so that one that is retried and fails again does not come back.
 */
export class ActionWalk {
  readonly #queue: QueueId;
  readonly #state: JobState;
  readonly #filter: JobFilter;
  readonly #untilMs: number;
  #part = 0;
  #kept = 0;

  constructor(queue: QueueId, state: JobState, filter: JobFilter, untilMs: number) {
    this.#queue = queue;
    this.#state = state;
    this.#filter = filter;
    this.#untilMs = untilMs;
  }

  async next(commands: BrokerCommands, count: number): Promise<WalkedBatch> {
    const part = stateParts(this.#state).names[this.#part];
    if (part === undefined) return { fitting: [], seenCount: 0, ended: true };
    const jobs = await this.#read(commands, part, count);
    if (jobs.length < count) this.#part += 1;
    const fitting = await this.#fitting(commands, jobs);
    this.#kept += jobs.length - fitting.length;
    if (jobs.length < count) this.#kept = 0;
    return { fitting, seenCount: jobs.length, ended: this.#part >= stateParts(this.#state).names.length };
  }

  /** Jobs that were to go and are still where they were: the walk goes on behind them. */
  keep(count: number): void {
    this.#kept += count;
  }

  async #read(commands: BrokerCommands, part: string, count: number): Promise<PlacedJob[]> {
    const key = queueKey(this.#queue, part);
    const place = (jobId: string, score: number | null): PlacedJob => ({
      queue: this.#queue,
      jobId,
      state: this.#state,
      score,
    });
    if (stateParts(this.#state).kind === 'list') {
      const ids = textsOf(await commands.call('LRANGE', key, this.#kept, this.#kept + count - 1));
      return ids.map((id) => place(id, null));
    }
    const reply = hasScoreTimes({ queue: this.#queue, state: this.#state, part, kind: 'sorted' })
      ? await commands.call('ZRANGEBYSCORE', key, ...this.#scores(), 'WITHSCORES', 'LIMIT', this.#kept, count)
      : await commands.call('ZRANGE', key, this.#kept, this.#kept + count - 1, 'WITHSCORES');
    return scoredOf(reply).map(({ member, score }) => place(member, score));
  }

  #scores(): [number | string, number | string] {
    const { fromMs, toMs } = this.#filter;
    if (this.#state === 'delayed') {
      return [
        fromMs === undefined ? '-inf' : delayedScoreOf(fromMs),
        toMs === undefined ? '+inf' : delayedScoreOf(toMs),
      ];
    }
    return [fromMs ?? '-inf', Math.min(toMs ?? this.#untilMs, this.#untilMs)];
  }

  async #fitting(commands: BrokerCommands, jobs: readonly PlacedJob[]): Promise<PlacedJob[]> {
    const real = jobs.filter(({ jobId }) => !isMarker(jobId));
    const timed = this.#filter.fromMs !== undefined || this.#filter.toMs !== undefined;
    const scoreTimed = hasScoreTimes({ queue: this.#queue, state: this.#state, part: '', kind: 'sorted' });
    if (isPlain(this.#filter) && (scoreTimed || !timed)) return real;
    const rows: JobRow[] = await matching(commands, await readRows(commands, real), this.#filter, scoreTimed);
    const wanted = new Set(
      rows.filter(({ jobId }) => this.#filter.id === undefined || jobId === this.#filter.id).map(({ jobId }) => jobId),
    );
    return real.filter(({ jobId }) => wanted.has(jobId));
  }
}
