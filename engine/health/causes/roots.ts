/** The causes that other things have: each finder answers the links from where it is asked to the cause, or none. */
import type { CauseCode, CauseLink } from '../../model/cause.ts';
import type { SourceInfo } from '../../model/dashboard.ts';
import type { LinkView, RedisRole } from '../../model/health.ts';
import { type Said, said } from '../../model/said.ts';
import type { QueueCounts } from '../../model/task.ts';
import type { TimelineCode, TimelineEvent } from '../../model/timeline.ts';
import type { CountedWorker } from '../ports.ts';
import { availableSlots } from '../readings.ts';
import { bytesWords, durationWords, latencyWords, plural } from '../wording.ts';
import type { CauseDepth, WatchedQueue } from './depth.ts';

/** Null: could not be seen. */
export interface CauseFacts {
  readonly atMs: number;
  readonly links: readonly LinkView[];
  readonly source: SourceInfo;
  readonly workers: readonly CountedWorker[] | null;
  readonly queues: readonly QueueCounts[] | null;
  readonly memory: Readonly<
    Record<
      RedisRole,
      { readonly usedBytes: number; readonly limitBytes: number | null; readonly policy: string } | null
    >
  >;
  readonly depth: CauseDepth;
}

/** A query slower than this, and many times slower than usual, is slow. */
const slowQueryMs = 1_000;
const slowJobMs = 5_000;
/** So many jobs for one queue are a flood, whatever is done meanwhile. */
const floodCount = 100;
/** So many invalidations in a quarter of an hour are no longer single changes of data. */
const stormCount = 20;
const coldMs = 10 * 60_000;

export function link(code: CauseCode | null, words: string, inAll: Said): CauseLink {
  return { code, words, said: inAll };
}

export function wordsOf(links: readonly CauseLink[]): string[] {
  return links.map(({ words }) => words);
}

/** In words for where one line is enough; null when the link is ready. */
export function linkCause(role: RedisRole, facts: Pick<CauseFacts, 'links' | 'atMs' | 'depth'>): string | null {
  return redisRoot(role, facts)[0]?.words ?? null;
}

/** What follows from another cause wherever there is one: a full load, a computation under way, a removal, one invalidation. */
const consequences: readonly (CauseCode | null)[] = ['slots_busy', 'computing', 'removed', 'invalidated'];

/** The last link that is a cause and does not merely follow from another one. */
export function rootOf(links: readonly CauseLink[]): CauseLink | null {
  const causes = links.filter(({ code }) => code !== null);
  return causes.findLast(({ code }) => !consequences.includes(code)) ?? causes.at(-1) ?? null;
}

const silence = /TIMEOUT|timed out|time-out|did not answer|no answer/i;

/** Empty when the link is ready, or not known. */
export function redisRoot(role: RedisRole, facts: Pick<CauseFacts, 'links' | 'atMs' | 'depth'>): CauseLink[] {
  const view = facts.links.find((candidate) => candidate.role === role);
  if (!view) return [];
  const problem = view.problem === null ? '' : ` (${view.problem})`;
  if (view.state === 'ready') {
    // Connected, and what was asked last was not answered.
    if (view.problem === null || !silence.test(view.problem)) return [];
    const words = `Redis (${role}) is connected and does not answer${problem}`;
    return [link('redis_frozen', words, said('cause_redis_silent', { role, why: problem }))];
  }
  const sinceMs = facts.atMs - view.sinceMs;
  const words = `Redis (${role}) is ${view.state} for ${durationWords(sinceMs)}${problem}`;
  const found = [link(codeOf(view), words, said(`cause_redis_${view.state}`, { role, sinceMs, why: problem }))];
  if (facts.depth.blindness !== null && !view.embedded) {
    found.push(link('own_network', facts.depth.blindness, said('cause_own_network')));
  }
  return found;
}

function codeOf({ state, problem }: LinkView): CauseCode {
  if (state === 'refused') return 'redis_refused';
  if (state === 'degraded') return 'redis_degraded';
  return problem !== null && silence.test(problem) ? 'redis_frozen' : 'redis_unreachable';
}

/** Empty when the source answers, and in the usual time. */
export function sourceRoot(facts: Pick<CauseFacts, 'source' | 'depth'>): CauseLink[] {
  const { source } = facts;
  if (!source.reachable) {
    const problem = source.problem === null ? '' : `: ${source.problem}`;
    const inAll = said('cause_source_unreachable', { label: source.label, why: problem });
    return [link('source_unreachable', `source ${source.label} is unreachable${problem}`, inAll)];
  }
  return slowSource(facts);
}

function slowSource({ source, depth }: Pick<CauseFacts, 'source' | 'depth'>): CauseLink[] {
  const { p95Ms, usualMs, lightMs, count } = depth.queries;
  const usual = usualMs === null ? '' : `; usually ${latencyWords(usualMs)}`;
  // Without a past to compare with, large queries may just be large, or many at once.
  const isUnusual = usualMs === null ? (lightMs ?? 0) > slowQueryMs : p95Ms !== null && p95Ms > usualMs * 3;
  if (p95Ms !== null && p95Ms > slowQueryMs && isUnusual) {
    const words = `source ${source.label} is slow: p95 of its queries ${latencyWords(p95Ms)} (${plural(count, 'query').replace('querys', 'queries')})${usual}`;
    const figures = { label: source.label, p95LatencyMs: p95Ms, count };
    const inAll =
      usualMs === null
        ? said('cause_source_slow', figures)
        : said('cause_source_slower', { ...figures, usualLatencyMs: usualMs });
    return [link('source_slow', words, inAll)];
  }
  return [];
}

/** What keeps the workers from working, ending with each one that is stuck; empty when slots are free. */
export function workersRoot(facts: Pick<CauseFacts, 'workers' | 'depth'>): CauseLink[] {
  const { workers, depth } = facts;
  if (workers === null) {
    return [link('workers_unseen', 'the workers cannot be seen', said('cause_workers_unseen'))];
  }
  const known = workers.filter((worker) => worker.verdict !== 'gone');
  const connected = connectedCount(depth);
  if (areStarting(facts)) return [link('workers_unseen', 'the workers are starting', said('cause_workers_starting'))];
  if (known.length === 0) {
    return [link('workers_missing', 'no worker runs', said('cause_no_worker_runs')), ...lastSeen(depth)];
  }
  const available = availableSlots(workers);
  if (available === null) return unjudgedRoot(known, connected);
  if (available === 0) {
    const wedged = known.filter((worker) => worker.verdict === 'wedged');
    const stuck = wedged.length > 0 ? wedged : known;
    return [noneConsumes(), link('workers_wedged', evidenceOf(stuck), workersSaid(stuck))];
  }
  const active = known.reduce((sum, worker) => sum + worker.activeJobCount, 0);
  if (active < available) return [];
  return [link('slots_busy', `all ${available} slots are busy`, said('cause_slots_busy', { available }))];
}

/** None works yet and none was given the time to: what an earlier console left behind says nothing of the workers of this one. */
export function areStarting({ workers, depth }: Pick<CauseFacts, 'workers' | 'depth'>): boolean {
  const isSeen = workers?.some(({ verdict }) => verdict !== 'gone' && verdict !== 'unknown') ?? true;
  return depth.workersStarting && !isSeen;
}

/** @param connected null: not known */
function unjudgedRoot(known: readonly CountedWorker[], connected: number | null): CauseLink[] {
  const evidence = evidenceOf(known);
  const workers = evidenceSaid(known);
  if (connected === 0) {
    const words = `none is connected any more; ${evidence}`;
    return [noneConsumes(), link('workers_missing', words, said('cause_none_connected', { workers }))];
  }
  if (connected !== null) {
    const words = `${plural(connected, 'worker')} connected, but silent: ${evidence}`;
    const inAll = said('cause_connected_silent', { count: connected, workers });
    return [noneConsumes(), link('workers_wedged', words, inAll)];
  }
  const words = `${plural(known.length, 'worker')} cannot be judged`;
  return [
    link('workers_unseen', words, said('cause_not_judged', { count: known.length })),
    link(null, evidence, workersSaid(known)),
  ];
}

function noneConsumes(): CauseLink {
  return link(null, 'no worker consumes', said('cause_no_worker_consumes'));
}

/** Workers connected to any of our queues; null: not known. */
function connectedCount({ watched }: CauseDepth): number | null {
  const counts = (watched ?? []).map(({ workerCount }) => workerCount);
  const seen = counts.filter((count) => count !== null);
  return seen.length === 0 ? null : Math.max(...seen);
}

function lastSeen(depth: CauseDepth): CauseLink[] {
  const gone = depth.recent.find(({ code }) => code === 'worker_gone' || code === 'worker_silent');
  if (gone === undefined) return [];
  const inAll = said('cause_last_worker', { worker: gone.subject, detail: gone.detail });
  return [link(null, `${gone.subject} was the last: ${gone.detail}`, inAll)];
}

function evidenceOf(workers: readonly CountedWorker[]): string {
  return workers.map((worker) => `${worker.workerId} ${worker.verdict}: ${worker.evidence}`).join('; ');
}

function evidenceSaid(workers: readonly CountedWorker[]): Said[] {
  return workers.map(({ workerId, verdict, evidence, evidenceSaid: inAll }) =>
    said(`cause_worker_${verdict}`, { worker: workerId, evidence: inAll ?? evidence }),
  );
}

export function workersSaid(workers: readonly CountedWorker[]): Said {
  return said('cause_workers', { workers: evidenceSaid(workers) });
}

/** Why the jobs of a queue are not begun: pause, broker, workers, load; empty when nothing holds them up. */
export function queueRoot(queue: string, facts: CauseFacts): CauseLink[] {
  const broker = redisRoot('broker', facts);
  if (broker.length > 0) return broker;
  const watched = facts.depth.watched?.find(({ name }) => name === queue);
  if (watched?.paused) {
    const event = latest(facts.depth.recent, 'queue_paused', (subject) => subject.endsWith(`:${queue}`));
    if (event === null) {
      return [link('queue_paused', `the queue ${queue} is paused`, said('cause_queue_paused', { queue }))];
    }
    const sinceMs = facts.atMs - event.atMs;
    const words = `the queue ${queue} is paused for ${durationWords(sinceMs)}`;
    return [link('queue_paused', words, said('cause_queue_paused_for', { queue, sinceMs }))];
  }
  const backlog = backlogOf(queue, facts);
  const workers = workersRoot(facts);
  const root = rootOf(workers);
  if (root !== null && root.code !== 'slots_busy') return [...backlog, ...workers];
  const unattended = watched?.concerns.find(({ code }) => code === 'no_workers' || code === 'wedged');
  if (unattended) return [...backlog, unattendedLink(unattended.code === 'no_workers', unattended.evidence, facts)];
  return [...backlog, ...workers, ...loadRoot(watched, facts)];
}

function unattendedLink(isMissing: boolean, evidence: string, { workers }: CauseFacts): CauseLink {
  const silent = (workers ?? []).filter(({ verdict }) => verdict === 'unknown' || verdict === 'wedged');
  const code = isMissing ? 'workers_missing' : 'workers_wedged';
  if (silent.length === 0) return link(code, evidence, said('cause_unattended', { evidence }));
  const inAll = said('cause_unattended_by', { evidence, workers: evidenceSaid(silent) });
  return link(code, `${evidence}; ${evidenceOf(silent)}`, inAll);
}

/** Workers work and yet jobs wait: what they work on takes too long, or there is too much of it. */
function loadRoot(watched: WatchedQueue | undefined, facts: CauseFacts): CauseLink[] {
  const source = sourceRoot(facts);
  if (source.length > 0) return source;
  if (watched === undefined || watched.waiting === 0) return [];
  const { name, waiting, active, addedPerS, finishedPerS, runP95Ms } = watched;
  if (waiting >= floodCount) {
    const words = `${plural(waiting, 'job')} were given to ${name}, ${active} run at once`;
    const figures = { count: waiting, queue: name, active };
    if (addedPerS === null || finishedPerS === null) {
      return [link('job_flood', words, said('cause_job_flood', figures))];
    }
    const rates = `${rate(addedPerS)} added and ${rate(finishedPerS)} done a second`;
    const inAll = said('cause_job_flood_rates', { ...figures, addedPerS, finishedPerS });
    return [link('job_flood', `${words}; ${rates}`, inAll)];
  }
  if (active === 0) return [];
  const words = `every slot for ${name} is taken: ${plural(active, 'job')} run${active === 1 ? 's' : ''}`;
  const figures = { count: active, queue: name };
  if (runP95Ms === null) return [link('slots_busy', words, said('cause_slots_taken', figures))];
  const long = `95 of 100 jobs end within ${durationWords(runP95Ms)}`;
  return [link('slots_busy', `${words}, ${long}`, said('cause_slots_taken_run', { ...figures, runMs: runP95Ms }))];
}

function rate(perS: number): string {
  return perS.toFixed(1).replace(/\.0$/, '');
}

function backlogOf(queue: string, facts: CauseFacts): CauseLink[] {
  const waiting = facts.queues?.find((counts) => counts.queue === queue)?.waiting ?? 0;
  if (waiting <= 1) return [];
  return [link(null, `${plural(waiting, 'job')} wait in ${queue}`, said('cause_jobs_wait', { count: waiting, queue }))];
}

/** Jobs run for so long that their source must be slow, although it answers. */
export function slowJobsRoot(facts: CauseFacts): CauseLink[] {
  const source = sourceRoot(facts);
  if (source.length > 0) return source;
  const slow = facts.depth.watched?.find(({ name, runP95Ms }) => name !== 'background' && (runP95Ms ?? 0) > slowJobMs);
  if (!slow) return [];
  const runMs = slow.runP95Ms ?? 0;
  const { label } = facts.source;
  const words = `jobs of ${slow.name} take ${durationWords(runMs)} (p95) in source ${label}`;
  return [link('source_slow', words, said('cause_slow_jobs', { queue: slow.name, runMs, label }))];
}

/** Why entries are not there any more before their time: pushed out, cleared, lost with the server's memory. */
export function goneRoot(facts: CauseFacts): CauseLink[] {
  const { depth, memory, atMs } = facts;
  const evicted = depth.evicted.cache ?? 0;
  if (evicted > 0) {
    const { limitBytes = null, policy = '' } = memory.cache ?? {};
    const words = `Redis (cache) evicted ${plural(evicted, 'key')} lately`;
    const figures = { role: 'cache', count: evicted };
    if (limitBytes === null) return [link('evictions', words, said('cause_evictions', figures))];
    const inAll = said('cause_evictions_limit', { ...figures, limitBytes, policy });
    return [link('evictions', `${words} at a limit of ${bytesWords(limitBytes)} (${policy})`, inAll)];
  }
  const cleared = latest(depth.recent, 'cleared');
  const restarted = latest(depth.recent, 'server_restarted', (subject) => subject === 'cache');
  if (restarted !== null && restarted.atMs >= (cleared?.atMs ?? 0)) {
    const agoMs = atMs - restarted.atMs;
    const words = `Redis (cache) was started anew ${durationWords(agoMs)} ago; ${restarted.detail}`;
    return [link('redis_restarted', words, said('cause_redis_restarted', { agoMs, detail: restarted.detail }))];
  }
  if (cleared !== null) {
    const { subject, detail } = cleared;
    const agoMs = atMs - cleared.atMs;
    const isAll = subject === 'all';
    const words = `${isAll ? 'every layer' : subject} was cleared ${durationWords(agoMs)} ago: ${detail}`;
    const inAll = isAll
      ? said('cause_all_cleared', { agoMs, detail })
      : said('cause_cleared', { what: subject, agoMs, detail });
    return [link('cache_cleared', words, inAll)];
  }
  return [];
}

/** Many invalidations lately; empty when there were only a few. */
export function stormRoot({ depth }: Pick<CauseFacts, 'depth'>): CauseLink[] {
  const events = depth.recent.filter(({ code }) => code === 'invalidated');
  const count = events.reduce((sum, event) => sum + event.count, 0);
  const [most] = events.toSorted((a, b) => b.count - a.count);
  if (count < stormCount || most === undefined) return [];
  const oldestMs = Math.min(...events.map(({ atMs }) => atMs));
  const untilMs = Math.max(...events.map((event) => event.untilMs));
  const withinMs = untilMs - oldestMs;
  const words = `${plural(count, 'invalidation')} within ${durationWords(withinMs)}, most of ${most.subject} (${most.detail})`;
  const inAll = said('cause_storm', { count, withinMs, most: most.subject, detail: most.detail });
  return [link('invalidation_storm', words, inAll)];
}

/** The console has hardly begun, or what was there is gone for a reason that {@link goneRoot} knows. */
export function coldRoot(facts: CauseFacts): CauseLink[] {
  const gone = goneRoot(facts);
  if (gone.length > 0) return gone;
  const upMs = facts.atMs - facts.depth.startedAtMs;
  if (upMs >= coldMs) return [];
  const words = `the console began ${durationWords(upMs)} ago with an empty cache`;
  return [link('cold_start', words, said('cause_cold_start', { upMs }))];
}

export function latest(
  recent: readonly TimelineEvent[],
  code: TimelineCode,
  isMeant: (subject: string) => boolean = () => true,
): TimelineEvent | null {
  return recent.find((event) => event.code === code && isMeant(event.subject)) ?? null;
}

/** The first of these that holds anything. */
export function firstOf(...found: CauseLink[][]): CauseLink[] {
  return found.find((links) => links.length > 0) ?? [];
}
