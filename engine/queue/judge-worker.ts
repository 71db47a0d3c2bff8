/** Judges a worker process by what it said and by what its queues did; the verdict always names its evidence. */
import { type Said, said } from '../model/said.ts';
import { type QueueCounts, type QueueName, queueNames } from '../model/task.ts';
import type { WorkerVerdict } from '../model/worker.ts';
import type { WorkerReport } from './fleet.ts';

export const verdictLimits = {
  /** Three missed heartbeats. */
  silentMs: 15_000,
  goneMs: 10 * 60_000,
  /** A queue that waits this long beside a free slot is not being consumed; with a heartbeat's 5 s it is told within 30 s. */
  waitingMs: 20_000,
  /** A job is stuck beyond this many of its queue's p95, and never before a minute. */
  stuckRatio: 10,
  stuckMs: 60_000,
} as const;

export interface WorkerFacts {
  readonly report: WorkerReport;
  /** Null when the queues could not be counted. */
  readonly queues: readonly QueueCounts[] | null;
  /** On the broker's clock. */
  readonly brokerNowMs: number;
  /** What is known of queues beyond their counts; a queue that is not in it is held back by nothing. */
  readonly movement?: QueueMovement;
}

export type QueueMovement = Partial<
  Record<
    QueueName,
    {
      /** Why nothing is to be begun, e.g. a pause; null when nothing holds the queue back. */
      readonly heldBack: string | null;
      /** Of jobs that ended lately; null without any. */
      readonly runP95Ms: number | null;
    }
  >
>;

export interface Judgement {
  readonly verdict: WorkerVerdict;
  readonly evidence: string;
  readonly evidenceSaid: Said;
}

type Rule = (facts: WorkerFacts) => Judgement | null;

/** The first rule that has something to say decides. */
const rules: readonly Rule[] = [saidGoodbye, silentTooLong, silent, wedged, stuck, busy, consuming];

export function judgeWorker(facts: WorkerFacts): Judgement {
  for (const rule of rules) {
    const judgement = rule(facts);
    if (judgement) return judgement;
  }
  return { verdict: 'unknown', evidence: 'nothing is known of it', evidenceSaid: said('nothing_known') };
}

/** When the worker last spoke, on the broker's clock. */
export function heardAtMs(report: WorkerReport): number {
  return report.sentAtMs - report.clockSkewMs;
}

function silenceMs({ report, brokerNowMs }: WorkerFacts): number {
  return Math.max(0, brokerNowMs - heardAtMs(report));
}

function saidGoodbye(facts: WorkerFacts): Judgement | null {
  if (!facts.report.goodbye) return null;
  const agoMs = silenceMs(facts);
  return {
    verdict: 'gone',
    evidence: `stopped in order ${inWords(agoMs)} ago`,
    evidenceSaid: said('stopped_in_order', { agoMs }),
  };
}

function silentTooLong(facts: WorkerFacts): Judgement | null {
  const silent = silenceMs(facts);
  if (silent <= verdictLimits.goneMs) return null;
  return {
    verdict: 'gone',
    evidence: `last heartbeat ${inWords(silent)} ago`,
    evidenceSaid: said('heartbeat_last', { agoMs: silent }),
  };
}

function silent(facts: WorkerFacts): Judgement | null {
  const silent = silenceMs(facts);
  if (silent <= verdictLimits.silentMs) return null;
  const active = facts.report.activeJobs.length;
  const then = active === 0 ? 'it was idle then' : `it ran ${jobs(active)} then`;
  const evidenceSaid =
    active === 0
      ? said('silent_idle', { silentMs: silent })
      : said('silent_running', { silentMs: silent, count: active });
  return { verdict: 'unknown', evidence: `no heartbeat for ${inWords(silent)}; ${then}`, evidenceSaid };
}

/** Beats, has a free slot for a queue, and has begun none of the jobs that wait there. */
function wedged(facts: WorkerFacts): Judgement | null {
  for (const counts of facts.queues ?? []) {
    const waitingMs = counts.oldestWaitingMs ?? 0;
    if (counts.waiting === 0 || waitingMs <= verdictLimits.waitingMs) continue;
    if (facts.movement?.[counts.queue]?.heldBack) continue;
    if (freeSlots(facts.report, counts.queue) <= 0) continue;
    const idleMs = idleForMs(facts, counts.queue);
    if (idleMs <= verdictLimits.waitingMs) continue;
    return {
      verdict: 'wedged',
      evidence: `${jobs(counts.waiting)} in ${counts.queue}, the oldest for ${inWords(waitingMs)}, but it began none for ${inWords(idleMs)} with ${freeSlots(facts.report, counts.queue)} free`,
      evidenceSaid: said('began_none', {
        ...{ count: counts.waiting, queue: counts.queue, waitingMs, idleMs },
        free: freeSlots(facts.report, counts.queue),
      }),
    };
  }
  return null;
}

/** Beats, and has every slot taken by jobs that should have ended long ago while others wait. */
function stuck(facts: WorkerFacts): Judgement | null {
  const { report } = facts;
  if (report.activeJobs.length < report.concurrency) return null;
  const waiting = (facts.queues ?? []).filter(({ queue }) => (report.slots[queue] ?? 0) > 0);
  const count = waiting.reduce((sum, one) => sum + one.waiting, 0);
  const oldest = oldestActive(facts);
  if (count === 0 || oldest === null || oldest.p95Ms === null) return null;
  if (oldest.ageMs < Math.max(verdictLimits.stuckMs, oldest.p95Ms * verdictLimits.stuckRatio)) return null;
  const evidenceSaid = said('all_slots_waiting', { count, slots: report.concurrency, oldestMs: oldest.ageMs });
  return {
    verdict: 'wedged',
    evidence: `${jobs(count)} wait; all ${report.concurrency} slots taken, ${oldest.words}`,
    evidenceSaid,
  };
}

function busy(facts: WorkerFacts): Judgement | null {
  const { report } = facts;
  if (report.activeJobs.length < report.concurrency) return null;
  const oldest = oldestActive(facts);
  const words = oldest === null ? '' : `, ${oldest.words}`;
  const slots = report.concurrency;
  const evidenceSaid =
    oldest === null ? said('all_slots', { slots }) : said('all_slots_oldest', { slots, oldestMs: oldest.ageMs });
  return { verdict: 'busy', evidence: `all ${report.concurrency} slots taken${words}`, evidenceSaid };
}

/** The job that has run longest, held against what its queue's jobs usually take. */
function oldestActive(facts: WorkerFacts): { ageMs: number; p95Ms: number | null; words: string } | null {
  const { report } = facts;
  const oldest = report.activeJobs.toSorted((a, b) => a.startedAtMs - b.startedAtMs)[0];
  if (!oldest) return null;
  const ageMs = report.sentAtMs - oldest.startedAtMs + silenceMs(facts);
  const queue = queueNames.find((name) => oldest.taskId.startsWith(`${name}:`));
  const p95Ms = queue === undefined ? null : (facts.movement?.[queue]?.runP95Ms ?? null);
  const usual = p95Ms === null ? '' : `; 95 of 100 end within ${inWords(p95Ms)}`;
  return { ageMs, p95Ms, words: `the oldest job runs for ${inWords(ageMs)}${usual}` };
}

function consuming(facts: WorkerFacts): Judgement {
  const { report } = facts;
  const beatMs = silenceMs(facts);
  const beat = `heartbeat ${inWords(beatMs)} ago`;
  const active = report.activeJobs.length;
  const slots = report.concurrency;
  if (active > 0) {
    const evidenceSaid = said('slots_taken', { active, slots, beatMs });
    return { verdict: 'consuming', evidence: `${active} of ${slots} slots taken, ${beat}`, evidenceSaid };
  }
  const begun = Object.values(report.lastStartedAtMs);
  if (facts.queues === null) {
    const evidenceSaid = said('beats_uncounted', { beatMs });
    return { verdict: 'consuming', evidence: `${beat}; the queues could not be counted`, evidenceSaid };
  }
  if (begun.length === 0) {
    return {
      verdict: 'consuming',
      evidence: `nothing to do yet, ${beat}`,
      evidenceSaid: said('nothing_to_do', { beatMs }),
    };
  }
  const lastMs = report.sentAtMs - Math.max(...begun) + silenceMs(facts);
  const evidenceSaid = said('last_begun', { lastMs, beatMs });
  return { verdict: 'consuming', evidence: `last job begun ${inWords(lastMs)} ago, ${beat}`, evidenceSaid };
}

/** Negative or zero for a queue that it does not serve. */
function freeSlots(report: WorkerReport, queue: QueueName): number {
  const taken = report.activeJobs.filter(({ taskId }) => taskId.startsWith(`${queue}:`)).length;
  return (report.slots[queue] ?? 0) - taken;
}

/** Since it last began a job of the queue, or since it lives. Both times are of the worker's own clock. */
function idleForMs(facts: WorkerFacts, queue: QueueName): number {
  const { report } = facts;
  const since = report.lastStartedAtMs[queue] ?? report.startedAtMs;
  return report.sentAtMs - since + silenceMs(facts);
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}

function inWords(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 60 * 60_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
