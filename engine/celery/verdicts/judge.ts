/** Judges a Celery worker by the evidence; pure. No answer is never "down": what cannot be known is said to be unknown. */
import type { CeleryEvidence, CeleryReason, CeleryWorkerFlag } from '../../model/celery-verdict.ts';
import type { WorkerVerdict } from '../../model/worker.ts';
import type { WorkerEvidence } from './worker-evidence.ts';

export const verdictLimits = {
  /** Heartbeats that may be missed, and what a late one may take on top. */
  missedBeats: 2,
  beatSlackMs: 1_500,
  /** An answer speaks for this long. */
  replyMs: 40_000,
  /** Silent for so long and no longer connected: it is not there. */
  disconnectedMs: 10_000,
  goneMs: 10 * 60_000,
  /** Work waits, there is room for it, and nothing moves. */
  stillMs: 8_000,
  /** All slots taken, work waits, and nothing ended. */
  stuckMs: 10_000,
  /** Past this many times its usual time a task is stuck rather than slow. */
  stuckFactor: 3,
  clockSkewMs: 5_000,
  recentMs: 60_000,
} as const;

export interface CeleryJudgement {
  readonly verdict: WorkerVerdict;
  readonly reason: CeleryReason;
  readonly words: string;
  readonly evidence: readonly CeleryEvidence[];
  readonly flags: readonly CeleryWorkerFlag[];
}

interface Finding {
  readonly verdict: WorkerVerdict;
  readonly reason: CeleryReason;
  readonly words: string;
}

type Rule = (evidence: WorkerEvidence) => Finding | null;

/** The first rule that has something to say decides. */
const rules: readonly Rule[] = [
  saidGoodbye,
  soloRuns,
  silent,
  poolEmpty,
  noQueues,
  slotsTaken,
  notTaking,
  deafAndIdle,
  consuming,
];

export function judgeCeleryWorker(evidence: WorkerEvidence): CeleryJudgement {
  const finding = rules.reduce<Finding | null>((found, rule) => found ?? rule(evidence), null) ?? {
    verdict: 'unknown',
    reason: 'never_heard',
    words: 'nothing is known of it',
  };
  return { ...finding, evidence: linesOf(evidence), flags: flagsOf(evidence) };
}

function saidGoodbye({ heartbeat, activeCount }: WorkerEvidence): Finding | null {
  if (heartbeat.goodbyeAgeMs === null) return null;
  const rest = activeCount !== null && activeCount > 0 ? `; it was finishing ${count(activeCount, 'task')} then` : '';
  return {
    verdict: 'gone',
    reason: 'said_goodbye',
    words: `stopped in order ${span(heartbeat.goodbyeAgeMs)} ago${rest}`,
  };
}

/** Neither beats nor answers while it runs a task: that is its way, not a fault. */
function soloRuns(evidence: WorkerEvidence): Finding | null {
  const { pool, running } = evidence;
  if (!pool.isSolo || running.oldestMs === null || isAlive(evidence)) return null;
  const name = running.oldestName ?? 'a task';
  return {
    verdict: 'busy',
    reason: 'running_tasks',
    words: `runs ${name} for ${span(running.oldestMs)}; a solo worker does not speak meanwhile`,
  };
}

function silent(evidence: WorkerEvidence): Finding | null {
  if (isAlive(evidence)) return null;
  const silentMs = silenceOf(evidence);
  if (silentMs === null) {
    return { verdict: 'unknown', reason: 'never_heard', words: 'it announced itself once and was not heard since' };
  }
  const hears = evidence.hearingForMs >= patienceOf(evidence);
  const disconnected = evidence.subscribed === 'no' && silentMs >= verdictLimits.disconnectedMs;
  if (hears && (disconnected || silentMs >= verdictLimits.goneMs)) {
    const how = disconnected
      ? 'its connection to the broker is closed: it was killed, or its network is cut'
      : 'nothing else is known';
    return {
      verdict: 'gone',
      reason: disconnected ? 'silent_and_disconnected' : 'silent',
      words: `silent for ${span(silentMs)}, and ${how}`,
    };
  }
  if (!hears) {
    return {
      verdict: 'unknown',
      reason: 'silent',
      words: `events are not heard here; last word ${span(silentMs)} ago`,
    };
  }
  const still = evidence.subscribed === 'no' ? '' : ', though it may still be connected';
  return { verdict: 'unknown', reason: 'silent', words: `no heartbeat and no answer for ${span(silentMs)}${still}` };
}

function poolEmpty({ pool }: WorkerEvidence): Finding | null {
  if (pool.slots !== 0) return null;
  return { verdict: 'wedged', reason: 'pool_empty', words: 'answers, but its pool has no process left to run a task' };
}

function noQueues({ queues }: WorkerEvidence): Finding | null {
  if (queues === null || queues.length > 0) return null;
  return { verdict: 'wedged', reason: 'no_queues', words: 'answers, but it takes from no queue' };
}

function slotsTaken(evidence: WorkerEvidence): Finding | null {
  const { pool, activeCount, running, progressAgeMs, watchedForMs } = evidence;
  if (pool.slots === null || activeCount === null || activeCount < pool.slots) return null;
  const taken = `all ${pool.slots} slots taken`;
  const stillMs = Math.min(progressAgeMs ?? watchedForMs, running.oldestMs ?? watchedForMs);
  const held = (evidence.waitingCount ?? 0) + (evidence.reservedCount ?? 0);
  if (stillMs < verdictLimits.stuckMs || held === 0 || !running.allPastUsual) {
    return { verdict: 'busy', reason: 'all_slots_taken', words: taken };
  }
  const usual =
    running.usualMs === null
      ? 'how long that usually takes is not known'
      : `usually it takes up to ${span(running.usualMs)}`;
  const words = `${taken}, nothing began or ended for ${span(stillMs)} while ${count(held, 'task')} wait; ${usual}`;
  return { verdict: 'wedged', reason: 'all_slots_stuck', words };
}

function notTaking(evidence: WorkerEvidence): Finding | null {
  const { waitingCount, waitingForMs, progressAgeMs, watchedForMs, reservedCount } = evidence;
  const stillMs = Math.min(progressAgeMs ?? watchedForMs, watchedForMs);
  if ((waitingCount ?? 0) === 0 || waitingForMs < verdictLimits.stillMs || stillMs < verdictLimits.stillMs) return null;
  if (reservedCount !== null && reservedCount > 0) {
    const words = `holds ${count(reservedCount, 'task')} and began none for ${span(stillMs)}, though it has free slots: a rate limit, or its pool does not take them`;
    return { verdict: 'unknown', reason: 'holding_tasks', words };
  }
  const words = `${count(waitingCount ?? 0, 'task')} wait in its queues for ${span(waitingForMs)}, it has free slots and began none for ${span(stillMs)}`;
  return { verdict: 'wedged', reason: 'not_taking_tasks', words };
}

function deafAndIdle(evidence: WorkerEvidence): Finding | null {
  if (!isDeaf(evidence)) return null;
  if (evidence.progressAgeMs !== null && evidence.progressAgeMs <= verdictLimits.recentMs) return null;
  return {
    verdict: 'unknown',
    reason: 'deaf_and_idle',
    words: 'beats, but answers no question and nothing was sent to it: whether it takes tasks is not known',
  };
}

function consuming(evidence: WorkerEvidence): Finding | null {
  const { activeCount, pool, progressAgeMs } = evidence;
  if (activeCount !== null && activeCount > 0) {
    const of = pool.slots === null ? '' : ` of ${pool.slots} slots`;
    return {
      verdict: 'consuming',
      reason: 'running_tasks',
      words: `runs ${count(activeCount, 'task')}${of && `, ${activeCount}${of}`}`,
    };
  }
  if (progressAgeMs !== null && progressAgeMs <= verdictLimits.recentMs) {
    return { verdict: 'consuming', reason: 'taking_tasks', words: `last task ${span(progressAgeMs)} ago` };
  }
  return { verdict: 'consuming', reason: 'nothing_to_do', words: 'nothing waits for it' };
}

/** How long silence is no sign. */
function patienceOf({ heartbeat }: WorkerEvidence): number {
  return verdictLimits.missedBeats * heartbeat.everyMs + verdictLimits.beatSlackMs;
}

function isAlive(evidence: WorkerEvidence): boolean {
  const { heartbeat, reply } = evidence;
  if (heartbeat.ageMs !== null && heartbeat.ageMs <= patienceOf(evidence)) return true;
  // An old answer says nothing once a newer question, or a heartbeat that it used to send, was missed.
  const beatsMissed = heartbeat.ageMs !== null && evidence.hearingForMs >= patienceOf(evidence);
  return (
    reply.ageMs !== null &&
    reply.unanswered === 0 &&
    reply.ageMs <= (beatsMissed ? patienceOf(evidence) : verdictLimits.replyMs)
  );
}

function silenceOf({ heartbeat, reply }: WorkerEvidence): number | null {
  if (heartbeat.ageMs === null) return reply.ageMs;
  return reply.ageMs === null ? heartbeat.ageMs : Math.min(heartbeat.ageMs, reply.ageMs);
}

function isDeaf(evidence: WorkerEvidence): boolean {
  return evidence.reply.unanswered >= 2 && !isControlOff(evidence);
}

/** It never answered and never announced that it would. */
function isControlOff({ reply, announcedControl }: WorkerEvidence): boolean {
  return reply.ageMs === null && reply.unanswered >= 1 && announcedControl === false;
}

function flagsOf(evidence: WorkerEvidence): CeleryWorkerFlag[] {
  const alive = isAlive(evidence);
  const flags: [CeleryWorkerFlag, boolean][] = [
    ['deaf', alive && isDeaf(evidence)],
    ['remote_control_off', isControlOff(evidence)],
    ['task_events_off', evidence.taskEvents === 'off'],
    ['heartbeats_off', evidence.heartbeats === 'off'],
    ['duplicate_name', evidence.isDouble],
    ['clock_skewed', Math.abs(evidence.clockSkewMs ?? 0) > verdictLimits.clockSkewMs],
  ];
  return flags.filter(([, holds]) => holds).map(([flag]) => flag);
}

function linesOf(evidence: WorkerEvidence): CeleryEvidence[] {
  const {
    heartbeat,
    reply,
    pool,
    activeCount,
    running,
    queues,
    waitingCount,
    waitingForMs,
    progressAgeMs,
    reservedCount,
  } = evidence;
  const lines: CeleryEvidence[] = [];
  const add = (code: string, values: CeleryEvidence['values'], words: string): void => {
    lines.push({ code, values, words });
  };
  if (heartbeat.ageMs === null) add('no_heartbeat', {}, 'no heartbeat was ever heard');
  else add('heartbeat', { ageMs: heartbeat.ageMs }, `heartbeat ${span(heartbeat.ageMs)} ago`);
  if (reply.unanswered > 0) {
    add('unanswered', { count: reply.unanswered }, `${count(reply.unanswered, 'question')} not answered`);
  }
  if (reply.ageMs !== null) add('reply', { ageMs: reply.ageMs }, `answered ${span(reply.ageMs)} ago`);
  if (evidence.subscribed === 'no') add('not_connected', {}, 'does not listen for control at the broker');
  if (pool.slots !== null && activeCount !== null) {
    add('slots', { active: activeCount, slots: pool.slots }, `${activeCount} of ${pool.slots} slots taken`);
  }
  if (running.oldestMs !== null) {
    const name = running.oldestName ?? 'a task';
    const values = { name, ageMs: running.oldestMs, usualMs: running.usualMs };
    add('oldest_running', values, `${name} runs for ${span(running.oldestMs)}`);
  }
  if (reservedCount !== null && reservedCount > 0) {
    add('holding', { count: reservedCount }, `${count(reservedCount, 'task')} taken from the queue wait for a slot`);
  }
  if (waitingCount === 0) add('none_waiting', {}, 'no task waits in its queues');
  else if (waitingCount !== null) {
    const values = { count: waitingCount, forMs: waitingForMs, queues: (queues ?? []).join(', ') };
    add('waiting', values, `${count(waitingCount, 'task')} wait for ${span(waitingForMs)}`);
  }
  if (progressAgeMs !== null)
    add('progress', { ageMs: progressAgeMs }, `a task began or ended ${span(progressAgeMs)} ago`);
  if (Math.abs(evidence.clockSkewMs ?? 0) > verdictLimits.clockSkewMs) {
    const skewMs = evidence.clockSkewMs ?? 0;
    const way = skewMs > 0 ? 'ahead' : 'behind';
    add('clock_skew', { skewMs }, `its clock is ${span(Math.abs(skewMs))} ${way}`);
  }
  return lines;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

function span(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 60 * 60_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
