/** Judges a worker process by what it said and by what its queues did; the verdict always names its evidence. */
import type { QueueCounts, QueueName } from '../model/task.ts';
import type { WorkerVerdict } from '../model/worker.ts';
import type { WorkerReport } from './fleet.ts';

export const verdictLimits = {
  /** Three missed heartbeats. */
  silentMs: 15_000,
  goneMs: 10 * 60_000,
  /** A queue that waits this long beside a free slot is not being consumed. */
  waitingMs: 30_000,
} as const;

export interface WorkerFacts {
  readonly report: WorkerReport;
  /** Null when the queues could not be counted. */
  readonly queues: readonly QueueCounts[] | null;
  /** On the broker's clock. */
  readonly brokerNowMs: number;
}

export interface Judgement {
  readonly verdict: WorkerVerdict;
  readonly evidence: string;
}

type Rule = (facts: WorkerFacts) => Judgement | null;

/** The first rule that has something to say decides. */
const rules: readonly Rule[] = [saidGoodbye, silentTooLong, silent, wedged, busy, consuming];

export function judgeWorker(facts: WorkerFacts): Judgement {
  for (const rule of rules) {
    const judgement = rule(facts);
    if (judgement) return judgement;
  }
  return { verdict: 'unknown', evidence: 'nothing is known of it' };
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
  return { verdict: 'gone', evidence: `stopped in order ${inWords(silenceMs(facts))} ago` };
}

function silentTooLong(facts: WorkerFacts): Judgement | null {
  const silent = silenceMs(facts);
  if (silent <= verdictLimits.goneMs) return null;
  return { verdict: 'gone', evidence: `last heartbeat ${inWords(silent)} ago` };
}

function silent(facts: WorkerFacts): Judgement | null {
  const silent = silenceMs(facts);
  if (silent <= verdictLimits.silentMs) return null;
  const active = facts.report.activeJobs.length;
  const then = active === 0 ? 'it was idle then' : `it ran ${jobs(active)} then`;
  return { verdict: 'unknown', evidence: `no heartbeat for ${inWords(silent)}; ${then}` };
}

/** Beats, has a free slot for a queue, and has begun none of the jobs that wait there. */
function wedged(facts: WorkerFacts): Judgement | null {
  for (const counts of facts.queues ?? []) {
    const waitingMs = counts.oldestWaitingMs ?? 0;
    if (counts.waiting === 0 || waitingMs <= verdictLimits.waitingMs) continue;
    if (freeSlots(facts.report, counts.queue) <= 0) continue;
    const idleMs = idleForMs(facts, counts.queue);
    if (idleMs <= verdictLimits.waitingMs) continue;
    return {
      verdict: 'wedged',
      evidence: `${jobs(counts.waiting)} in ${counts.queue}, the oldest for ${inWords(waitingMs)}, but it began none for ${inWords(idleMs)} with ${freeSlots(facts.report, counts.queue)} free`,
    };
  }
  return null;
}

function busy({ report }: WorkerFacts): Judgement | null {
  const active = report.activeJobs.length;
  if (active < report.concurrency) return null;
  return { verdict: 'busy', evidence: `all ${report.concurrency} slots taken` };
}

function consuming(facts: WorkerFacts): Judgement {
  const { report } = facts;
  const beat = `heartbeat ${inWords(silenceMs(facts))} ago`;
  const active = report.activeJobs.length;
  if (active > 0) return { verdict: 'consuming', evidence: `${active} of ${report.concurrency} slots taken, ${beat}` };
  const begun = Object.values(report.lastStartedAtMs);
  if (facts.queues === null) return { verdict: 'consuming', evidence: `${beat}; the queues could not be counted` };
  if (begun.length === 0) return { verdict: 'consuming', evidence: `nothing to do yet, ${beat}` };
  const lastMs = report.sentAtMs - Math.max(...begun) + silenceMs(facts);
  return { verdict: 'consuming', evidence: `last job begun ${inWords(lastMs)} ago, ${beat}` };
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
