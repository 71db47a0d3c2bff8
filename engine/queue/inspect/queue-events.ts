/** Counts what a queue's event stream tells, and pairs its events into the times of jobs that leave no record. */
import type { StreamEntry } from './replies.ts';

/** Jobs that did each thing within one stretch of events. */
export interface EventCounts {
  added: number;
  started: number;
  finished: number;
  failed: number;
}

/** Source: `XADD … "event"` in the scripts of bullmq 4, 5 and 6. A retry is `waiting` or `delayed` with `prev` active. */
export function countEvents(entries: readonly StreamEntry[]): EventCounts {
  const countOf = (event: string): number => entries.filter(({ fields }) => fields.get('event') === event).length;
  return {
    added: countOf('added'),
    started: countOf('active'),
    finished: countOf('completed'),
    failed: countOf('failed'),
  };
}

/** Ids of jobs that ended, newest first. */
export function endedIds(entries: readonly StreamEntry[]): string[] {
  const ids = entries
    .filter(({ fields }) => ['completed', 'failed'].includes(fields.get('event') ?? ''))
    .map(({ fields }) => fields.get('jobId') ?? '');
  return [...new Set(ids.toReversed())].filter((id) => id !== '');
}

/** Open jobs remembered; a busier queue forgets the oldest and so samples fewer pairs. */
const openCount = 256;

interface OpenJob {
  readonly waitingAtMs: number | null;
  readonly startedAtMs: number | null;
}

export interface PairedTimes {
  readonly endedAtMs: number;
  readonly waitMs: number | null;
  readonly runMs: number;
}

/** Follows jobs from `waiting` over `active` to their end by the times of the events alone. */
export class EventPairs {
  readonly #open = new Map<string, OpenJob>();

  take(entries: readonly StreamEntry[]): PairedTimes[] {
    const ended: PairedTimes[] = [];
    for (const { atMs, fields } of entries) {
      const jobId = fields.get('jobId');
      if (jobId === undefined) continue;
      const known = this.#open.get(jobId);
      const event = fields.get('event') ?? '';
      if (event === 'waiting') this.#remember(jobId, { waitingAtMs: atMs, startedAtMs: null });
      if (event === 'active') this.#remember(jobId, { waitingAtMs: known?.waitingAtMs ?? null, startedAtMs: atMs });
      if (event !== 'completed' && event !== 'failed') continue;
      this.#open.delete(jobId);
      if (!known || known.startedAtMs === null) continue;
      const waitMs = known.waitingAtMs === null ? null : known.startedAtMs - known.waitingAtMs;
      ended.push({ endedAtMs: atMs, waitMs, runMs: atMs - known.startedAtMs });
    }
    return ended;
  }

  /** Events were left out: what is open may have ended unseen. */
  forget(): void {
    this.#open.clear();
  }

  #remember(jobId: string, job: OpenJob): void {
    this.#open.delete(jobId);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= openCount && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(jobId, job);
  }
}
