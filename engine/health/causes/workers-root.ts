/** What keeps the workers from working. */
import type { CauseLink } from '../../model/cause.ts';
import { type Said, said } from '../../model/said.ts';
import type { CountedWorker } from '../ports.ts';
import { availableSlots } from '../readings.ts';
import { plural } from '../wording.ts';
import type { CauseDepth, CauseFacts } from './depth.ts';
import { detailSaid, link } from './link.ts';

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
  const inAll = said('cause_last_worker', { worker: gone.subject, detail: detailSaid(gone) });
  return [link(null, `${gone.subject} was the last: ${gone.detail}`, inAll)];
}

export function evidenceOf(workers: readonly CountedWorker[]): string {
  return workers.map((worker) => `${worker.workerId} ${worker.verdict}: ${worker.evidence}`).join('; ');
}

export function evidenceSaid(workers: readonly CountedWorker[]): Said[] {
  return workers.map(({ workerId, verdict, evidence, evidenceSaid: inAll }) =>
    said(`cause_worker_${verdict}`, { worker: workerId, evidence: inAll ?? evidence }),
  );
}

export function workersSaid(workers: readonly CountedWorker[]): Said {
  return said('cause_workers', { workers: evidenceSaid(workers) });
}
