/** Why a value is not fresh: from the sign, link by link, to what can be acted on. */
import type { SourceInfo } from '../model/dashboard.ts';
import type { Freshness } from '../model/freshness.ts';
import type { LinkView, RedisRole } from '../model/health.ts';
import type { QueueCounts } from '../model/task.ts';
import type { CountedWorker } from './ports.ts';
import { availableSlots } from './readings.ts';
import { durationWords, percentWords, plural } from './wording.ts';

/** Null: could not be seen. */
export interface CauseFacts {
  readonly atMs: number;
  readonly links: readonly LinkView[];
  readonly source: SourceInfo;
  readonly workers: readonly CountedWorker[] | null;
  readonly queues: readonly QueueCounts[] | null;
}

/** A job that was taken shows progress within this time; one without is waiting or has hardly begun. */
const noticeableWaitMs = 5_000;

/** From the sign to its cause; empty for a fresh value that nothing is wrong with. */
export function causesOf(freshness: Freshness, facts: CauseFacts): string[] {
  const { refresh } = freshness;
  const sign = signOf(freshness, facts);
  if (refresh.status === 'failed') {
    const times = refresh.times === 1 ? 'refresh failed' : `refresh failed ${refresh.times} times`;
    return [...sign, `${times}: ${refresh.lastError}`, ...sourceCause(facts)];
  }
  if (freshness.state === 'fresh') return [];
  if (refresh.status === 'running') return [...sign, ...runningCauses(refresh, facts)];
  const broker = linkCause('broker', facts);
  if (broker !== null) return [...sign, 'no refresh can be queued', broker];
  return [...sign, ...sourceCause(facts), ...workerCauses(facts)];
}

function signOf(freshness: Freshness, facts: CauseFacts): string[] {
  switch (freshness.reason) {
    case 'redis-unreachable':
      return [linkCause('cache', facts) ?? 'Redis (cache) did not answer this read'];
    case 'ttl-passed':
    case 'age-ceiling-passed':
      return [timeOver(freshness, facts)];
    case 'source-failed':
      return [freshness.computedAtMs === null ? 'never computed' : timeOver(freshness, facts)];
    case 'invalidated':
      return [withDetail('it was invalidated', freshness)];
    case 'never-computed':
      return ['never computed'];
    case 'evicted':
      return ['it is gone from Redis before its time: evicted, deleted or flushed'];
    case 'entry-unreadable':
      return [withDetail('the stored entry could not be read', freshness)];
    case 'clock-disagrees':
      return ['by this clock it was computed in the future: a clock is wrong'];
    case 'within-ttl':
    case 'just-computed':
      return [];
  }
}

function timeOver({ freshUntilMs }: Freshness, { atMs }: CauseFacts): string {
  return freshUntilMs === null ? 'its time is over' : `its time was over ${durationWords(atMs - freshUntilMs)} ago`;
}

function withDetail(words: string, { reasonDetail }: Freshness): string {
  return reasonDetail === null ? words : `${words}: ${reasonDetail}`;
}

interface Running {
  readonly taskId: string;
  readonly progress: number;
  readonly sinceMs: number;
}

function runningCauses(refresh: Running, facts: CauseFacts): string[] {
  const elapsedMs = facts.atMs - refresh.sinceMs;
  if (refresh.progress > 0) {
    return [`refresh runs for ${durationWords(elapsedMs)}, ${percentWords(refresh.progress)} done`];
  }
  // Task ids are `<queue>:<job id>`.
  const queue = refresh.taskId.slice(0, Math.max(0, refresh.taskId.indexOf(':')));
  if (withoutJob.includes(queue)) return [`it is computed without a job for ${durationWords(elapsedMs)}`];
  const waits = `refresh waits ${durationWords(elapsedMs)}${queue === '' ? '' : ` in ${queue}`}`;
  if (elapsedMs < noticeableWaitMs) return [waits];
  const broker = linkCause('broker', facts);
  if (broker !== null) return [waits, broker];
  return [waits, ...workerCauses(facts), ...backlogCause(queue, facts)];
}

/** What stands before the colon when a computation is no job: the engine's own, or one under a lease somewhere. */
const withoutJob = ['direct', 'lease'];

function backlogCause(queue: string, facts: CauseFacts): string[] {
  const waiting = facts.queues?.find((counts) => counts.queue === queue)?.waiting ?? 0;
  return waiting > 1 ? [`${plural(waiting, 'job')} wait in ${queue}`] : [];
}

/** What keeps the workers from working, ending with each one that is stuck; empty when slots are free. */
export function workerCauses(facts: Pick<CauseFacts, 'workers'>): string[] {
  const { workers } = facts;
  if (workers === null) return ['the workers cannot be seen'];
  const known = workers.filter((worker) => worker.verdict !== 'gone');
  if (known.length === 0) return ['no worker runs'];
  const available = availableSlots(workers);
  if (available === null) return [`${plural(known.length, 'worker')} cannot be judged`, evidenceOf(known)];
  if (available === 0) {
    const stuck = known.filter((worker) => worker.verdict === 'wedged');
    return ['no worker consumes', evidenceOf(stuck.length > 0 ? stuck : known)];
  }
  const active = known.reduce((sum, worker) => sum + worker.activeJobCount, 0);
  return active >= available ? [`all ${available} slots are busy`] : [];
}

function evidenceOf(workers: readonly CountedWorker[]): string {
  return workers.map((worker) => `${worker.workerId} ${worker.verdict}: ${worker.evidence}`).join('; ');
}

/** Null when the link is ready or not known. */
export function linkCause(role: RedisRole, facts: Pick<CauseFacts, 'links' | 'atMs'>): string | null {
  const link = facts.links.find((candidate) => candidate.role === role);
  if (!link || link.state === 'ready') return null;
  const since = durationWords(facts.atMs - link.sinceMs);
  const problem = link.problem === null ? '' : ` (${link.problem})`;
  return `Redis (${role}) is ${link.state} for ${since}${problem}`;
}

function sourceCause(facts: CauseFacts): string[] {
  if (facts.source.reachable) return [];
  const problem = facts.source.problem === null ? '' : `: ${facts.source.problem}`;
  return [`source ${facts.source.label} is unreachable${problem}`];
}
