/** Why a value is not fresh: from the sign, link by link, to what can be acted on. */
import type { CauseLink } from '../../model/cause.ts';
import type { Freshness } from '../../model/freshness.ts';
import { said } from '../../model/said.ts';
import { durationWords, percentWords } from '../wording.ts';
import type { CauseFacts } from './depth.ts';
import { coldRoot, goneRoot, stormRoot } from './gone-root.ts';
import { link, rootOf } from './link.ts';
import { queueRoot } from './queue-root.ts';
import { redisRoot } from './redis-root.ts';
import { slowJobsRoot, sourceRoot } from './source-root.ts';
import { workersRoot } from './workers-root.ts';

/** A job that was taken shows progress within this time; one without is waiting or has hardly begun. */
const noticeableWaitMs = 5_000;
/** A computation that takes longer has a reason of its own. */
const longRunMs = 10_000;

/** From the sign to its cause; empty for a fresh value that nothing is wrong with. */
export function valueChain(freshness: Freshness, facts: CauseFacts): CauseLink[] {
  const { refresh } = freshness;
  const sign = signOf(freshness, facts);
  if (refresh.status === 'failed') {
    return [...sign, failedRefresh(refresh.times, refresh.lastError), ...sourceRoot(facts)];
  }
  if (freshness.state === 'fresh') return [];
  if (refresh.status === 'running') return [...sign, ...runningChain(refresh, facts)];
  const broker = redisRoot('broker', facts);
  if (broker.length > 0) {
    return [...sign, link(null, 'no refresh can be queued', said('cause_no_refresh_queued')), ...broker];
  }
  const found = [...sign, ...sourceRoot(facts), ...workersRoot(facts)];
  return rootOf(found) === null && freshness.reason === 'never-computed' ? [...found, ...coldRoot(facts)] : found;
}

function failedRefresh(times: number, problem: string): CauseLink {
  return times === 1
    ? link('refresh_failing', `refresh failed: ${problem}`, said('cause_refresh_failed', { problem }))
    : link(
        'refresh_failing',
        `refresh failed ${times} times: ${problem}`,
        said('cause_refresh_failed_times', { times, problem }),
      );
}

function signOf(freshness: Freshness, facts: CauseFacts): CauseLink[] {
  switch (freshness.reason) {
    case 'redis-unreachable': {
      const cache = redisRoot('cache', facts);
      if (cache.length > 0) return cache;
      return [link('redis_frozen', 'Redis (cache) did not answer this read', said('cause_read_unanswered'))];
    }
    case 'ttl-passed':
    case 'age-ceiling-passed':
      return [timeOver(freshness, facts)];
    case 'source-failed':
      return [freshness.computedAtMs === null ? neverComputed() : timeOver(freshness, facts)];
    case 'invalidated': {
      const why = detailOf(freshness);
      return [link('invalidated', `it was invalidated${why}`, said('cause_invalidated', { why })), ...stormRoot(facts)];
    }
    case 'never-computed':
      return [neverComputed()];
    case 'evicted': {
      const words = 'it is gone from Redis before its time: evicted, deleted or flushed';
      return [link('removed', words, said('cause_gone')), ...goneRoot(facts)];
    }
    case 'entry-unreadable': {
      const why = detailOf(freshness);
      return [link(null, `the stored entry could not be read${why}`, said('cause_unreadable', { why }))];
    }
    case 'clock-disagrees': {
      const words = 'by this clock it was computed in the future: a clock is wrong';
      return [link(null, words, said('cause_clock'))];
    }
    case 'within-ttl':
    case 'just-computed':
      return [];
  }
}

function neverComputed(): CauseLink {
  return link(null, 'never computed', said('cause_never_computed'));
}

function timeOver({ freshUntilMs }: Freshness, { atMs }: CauseFacts): CauseLink {
  if (freshUntilMs === null) return link(null, 'its time is over', said('cause_time_over'));
  const agoMs = atMs - freshUntilMs;
  return link(null, `its time was over ${durationWords(agoMs)} ago`, said('cause_time_over_for', { agoMs }));
}

function detailOf({ reasonDetail }: Freshness): string {
  return reasonDetail === null ? '' : `: ${reasonDetail}`;
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
    const inAll = said('cause_refresh_runs', { elapsedMs, doneRatio: refresh.progress });
    return [link('computing', words, inAll), ...(elapsedMs < longRunMs ? [] : brokenWorkers(facts)), ...slow];
  }
  // Task ids are `<queue>:<job id>`.
  const queue = refresh.taskId.slice(0, Math.max(0, refresh.taskId.indexOf(':')));
  if (withoutJob.includes(queue)) {
    const broker = redisRoot('broker', facts);
    const words = `it is computed without a job for ${durationWords(elapsedMs)}`;
    const computing = link('computing', words, said('cause_without_job', { elapsedMs }));
    return [computing, ...(broker.length > 0 ? broker : slow)];
  }
  const waits = waitingRefresh(elapsedMs, queue);
  if (elapsedMs < noticeableWaitMs) return [waits];
  return [waits, ...queueRoot(queue, facts)];
}

/** @param queue empty: not known */
function waitingRefresh(elapsedMs: number, queue: string): CauseLink {
  const words = `refresh waits ${durationWords(elapsedMs)}`;
  return queue === ''
    ? link(null, words, said('cause_refresh_waits', { elapsedMs }))
    : link(null, `${words} in ${queue}`, said('cause_refresh_waits_in', { elapsedMs, queue }));
}

/** Whoever ran it may have died in the middle; a full load is no reason, as it does run. */
function brokenWorkers(facts: CauseFacts): CauseLink[] {
  const workers = workersRoot(facts);
  return rootOf(workers)?.code === 'slots_busy' ? [] : workers;
}

/** What stands before the colon when a computation is no job: the engine's own, or one under a lease somewhere. */
const withoutJob = ['direct', 'lease'];
