/** Why the jobs of a queue are not begun. */
import type { CauseLink } from '../../model/cause.ts';
import { said } from '../../model/said.ts';
import { durationWords, plural } from '../wording.ts';
import type { CauseFacts, WatchedQueue } from './depth.ts';
import { latest, link, rootOf } from './link.ts';
import { redisRoot } from './redis-root.ts';
import { sourceRoot } from './source-root.ts';
import { evidenceOf, evidenceSaid, workersRoot } from './workers-root.ts';

/** So many jobs for one queue are a flood, whatever is done meanwhile. */
const floodCount = 100;

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
