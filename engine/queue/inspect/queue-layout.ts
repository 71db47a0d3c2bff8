/** Where BullMQ keeps what: the keys of a queue, the fields of its settings, and which version made it. */
import type { JobState, QueueId } from '../../model/queue.ts';

/** A queue within one connection. */
export type QueuePlace = Pick<QueueId, 'prefix' | 'name'>;

/**
 * Source: `classes/queue-keys.js` of bullmq 4.18, 5.81 and 6.7: `<prefix>:<queue>:<part>`, and the record of a job
 * at `<prefix>:<queue>:<job id>`. The name holds no `:`, so the prefix may.
 */
export function queueKey({ prefix, name }: QueuePlace, part: string): string {
  return `${prefix}:${name}:${part}`;
}

/** Null when the key is not `<prefix>:<name>:meta`. */
export function parseMetaKey(key: string): QueuePlace | null {
  const match = /^(.+):([^:]+):meta$/.exec(key);
  return match ? { prefix: match[1] ?? '', name: match[2] ?? '' } : null;
}

/** Parts of a flow refer to each other by the whole key of the record; an id may hold `:`, a queue's name may not. */
export function parseJobKey(key: string, known: readonly QueuePlace[]): (QueuePlace & { jobId: string }) | null {
  const owner = known
    .filter(({ prefix, name }) => key.startsWith(`${prefix}:${name}:`))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
  if (owner) return { ...owner, jobId: key.slice(queueKey(owner, '').length) };
  const match = /^(.+):([^:]+):([^:]+)$/.exec(key);
  return match ? { prefix: match[1] ?? '', name: match[2] ?? '', jobId: match[3] ?? '' } : null;
}

/** Two lists of a state: BullMQ 4 and 5 rename `wait` to `paused` while a queue is paused, 6 leaves the jobs in `wait`. */
const parts: Readonly<Record<JobState, { readonly kind: 'list' | 'sorted'; readonly names: readonly string[] }>> = {
  waiting: { kind: 'list', names: ['wait', 'paused'] },
  prioritized: { kind: 'sorted', names: ['prioritized'] },
  active: { kind: 'list', names: ['active'] },
  delayed: { kind: 'sorted', names: ['delayed'] },
  'waiting-children': { kind: 'sorted', names: ['waiting-children'] },
  completed: { kind: 'sorted', names: ['completed'] },
  failed: { kind: 'sorted', names: ['failed'] },
};

export function stateParts(state: JobState): { readonly kind: 'list' | 'sorted'; readonly names: readonly string[] } {
  return parts[state];
}

/** BullMQ 4 leaves such an entry in `wait` to wake its workers for delayed and prioritized jobs; it is no job. */
export function isMarker(id: string): boolean {
  return id.startsWith('0:') || id === '0';
}

/** Source: `includes/getDelayedScore.lua`: the time in milliseconds times 4096, the low bits keep the order. */
export function dueAtMsOfScore(score: number): number {
  return Math.floor(score / 0x1000);
}

export const delayedScoreOf = (atMs: number): number => atMs * 0x1000;

/** Source: `includes/getPriorityScore.lua`: priority times 2^32 plus a counter. */
export const priorityScoreStep = 0x1_0000_0000;

/** Fields of `<queue>:meta`, in the order of {@link metaFields}. */
export interface QueueMeta {
  readonly version: string | null;
  readonly paused: boolean;
  readonly concurrency: number | null;
  readonly rateLimit: { max: number; durationMs: number } | null;
}

/** Source: `classes/queue.js` (`metaValues`, `setGlobalConcurrency`, `setGlobalRateLimit`) and `pause-7.lua`. */
export const metaFields = ['version', 'paused', 'concurrency', 'max', 'duration', 'opts.maxLenEvents'] as const;

export function parseMeta(reply: readonly (string | null)[]): QueueMeta {
  const [version = null, paused = null, concurrency = null, max = null, duration = null] = reply;
  const limit = numberOf(max);
  const durationMs = numberOf(duration);
  return {
    version,
    paused: paused !== null,
    concurrency: numberOf(concurrency),
    rateLimit: limit === null || durationMs === null ? null : { max: limit, durationMs },
  };
}

/** The `5` of `bullmq:5.81.5` or `bullmq-pro:…`; null when the queue does not say. */
export function majorOf(version: string | null): number | null {
  const match = /^[a-z-]+:(\d+)\./.exec(version ?? '');
  return match ? Number(match[1]) : null;
}

function numberOf(text: string | null): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
