/** Why a value is not fresh: from the sign, link by link, to what can be acted on. */
import type { CauseLink } from '../../model/cause.ts';
import type { Freshness } from '../../model/freshness.ts';
import { durationWords, percentWords } from '../wording.ts';
import {
  type CauseFacts,
  coldRoot,
  goneRoot,
  link,
  queueRoot,
  redisRoot,
  rootOf,
  slowJobsRoot,
  sourceRoot,
  stormRoot,
  workersRoot,
} from './roots.ts';

/** A job that was taken shows progress within this time; one without is waiting or has hardly begun. */
const noticeableWaitMs = 5_000;
/** A computation that takes longer has a reason of its own. */
const longRunMs = 10_000;

/** From the sign to its cause; empty for a fresh value that nothing is wrong with. */
export function valueChain(freshness: Freshness, facts: CauseFacts): CauseLink[] {
  const { refresh } = freshness;
  const sign = signOf(freshness, facts);
  if (refresh.status === 'failed') {
    const times = refresh.times === 1 ? 'refresh failed' : `refresh failed ${refresh.times} times`;
    return [...sign, link('refresh_failing', `${times}: ${refresh.lastError}`), ...sourceRoot(facts)];
  }
  if (freshness.state === 'fresh') return [];
  if (refresh.status === 'running') return [...sign, ...runningChain(refresh, facts)];
  const broker = redisRoot('broker', facts);
  if (broker.length > 0) return [...sign, link(null, 'no refresh can be queued'), ...broker];
  const found = [...sign, ...sourceRoot(facts), ...workersRoot(facts)];
  return rootOf(found) === null && freshness.reason === 'never-computed' ? [...found, ...coldRoot(facts)] : found;
}

function signOf(freshness: Freshness, facts: CauseFacts): CauseLink[] {
  switch (freshness.reason) {
    case 'redis-unreachable': {
      const cache = redisRoot('cache', facts);
      return cache.length > 0 ? cache : [link('redis_frozen', 'Redis (cache) did not answer this read')];
    }
    case 'ttl-passed':
    case 'age-ceiling-passed':
      return [link(null, timeOver(freshness, facts))];
    case 'source-failed':
      return [link(null, freshness.computedAtMs === null ? 'never computed' : timeOver(freshness, facts))];
    case 'invalidated':
      return [link('invalidated', withDetail('it was invalidated', freshness)), ...stormRoot(facts)];
    case 'never-computed':
      return [link(null, 'never computed')];
    case 'evicted': {
      const words = 'it is gone from Redis before its time: evicted, deleted or flushed';
      return [link('removed', words), ...goneRoot(facts)];
    }
    case 'entry-unreadable':
      return [link(null, withDetail('the stored entry could not be read', freshness))];
    case 'clock-disagrees':
      return [link(null, 'by this clock it was computed in the future: a clock is wrong')];
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

function runningChain(refresh: Running, facts: CauseFacts): CauseLink[] {
  const elapsedMs = facts.atMs - refresh.sinceMs;
  const slow = elapsedMs < longRunMs ? [] : slowJobsRoot(facts);
  if (refresh.progress > 0) {
    const words = `refresh runs for ${durationWords(elapsedMs)}, ${percentWords(refresh.progress)} done`;
    return [link('computing', words), ...slow];
  }
  // Task ids are `<queue>:<job id>`.
  const queue = refresh.taskId.slice(0, Math.max(0, refresh.taskId.indexOf(':')));
  if (withoutJob.includes(queue)) {
    const broker = redisRoot('broker', facts);
    const words = `it is computed without a job for ${durationWords(elapsedMs)}`;
    return [link('computing', words), ...(broker.length > 0 ? broker : slow)];
  }
  const waits = link(null, `refresh waits ${durationWords(elapsedMs)}${queue === '' ? '' : ` in ${queue}`}`);
  if (elapsedMs < noticeableWaitMs) return [waits];
  return [waits, ...queueRoot(queue, facts)];
}

/** What stands before the colon when a computation is no job: the engine's own, or one under a lease somewhere. */
const withoutJob = ['direct', 'lease'];
