/** Judges from facts alone what will go wrong on a broker; nothing here asks anybody. */
import type { CeleryQueue } from '../../model/celery-queue.ts';
import type { CeleryRisk, CeleryRiskCode, CeleryRisks, CeleryUncheckedReason } from '../../model/celery-risk.ts';

export interface RiskFacts {
  readonly nowMs: number;
  /** Of the workers' settings; null where none has answered. */
  readonly visibilityTimeoutMs: number | null;
  /** Delivered and unacknowledged. */
  readonly held: readonly { queue: string; name: string; etaMs: number | null; deliveredAtMs: number | null }[];
  readonly heldIsCut: boolean;
  readonly maxMemoryPolicy: string | null;
  readonly maxMemoryBytes: number | null;
  readonly results: { readonly sampled: number; readonly withoutExpiry: number; readonly complete: boolean };
  /** `result_expires`; `off` when results are kept for ever, null where it is not known. */
  readonly resultExpires: 'on' | 'off' | null;
  readonly replyBindings: number;
  /** Of those bindings, lists that hold answers nobody fetched. */
  readonly replyLists: number;
  /** Queues announced for events; each worker with gossip has one, and each monitor. */
  readonly eventBindings: number;
  /** Connections that listen to anything; null where the server does not tell. */
  readonly listeningClients: number | null;
  readonly queues: readonly CeleryQueue[];
  readonly workers: readonly {
    readonly node: string;
    readonly slots: number | null;
    readonly activeCount: number;
    readonly reservedCount: number;
    readonly queues: readonly string[];
  }[];
  /** Everybody who listens has answered. */
  readonly workersComplete: boolean;
}

type Judgement = Pick<CeleryRisks, 'risks' | 'unchecked'>;

/** A program that asks workers leaves one binding while it runs; so many at once are leftovers. */
const manyReplies = 20;
/** So many event queues without anybody are leftovers, not a monitor that just went. */
const manyEventQueues = 20;
const minuteMs = 60_000;
/** A task this near to the timeout is told before it runs twice. */
const nearRatio = 0.8;

export function judgeRisks(facts: RiskFacts): Judgement {
  const parts = [visibility, eviction, expiry, leftovers, eventLeftovers, hoarding, consumers].map((judge) =>
    judge(facts),
  );
  return { risks: parts.flatMap(({ risks }) => risks), unchecked: parts.flatMap(({ unchecked }) => unchecked) };
}

/** Source: kombu.transport.redis: what is in `unacked` longer than the timeout goes back to its queue, ETA or not. */
function visibility({ nowMs, visibilityTimeoutMs, held, heldIsCut }: RiskFacts): Judgement {
  if (visibilityTimeoutMs === null) {
    const codes = ['unacked_past_visibility', 'eta_past_visibility'] as const;
    return { risks: [], unchecked: codes.map((code) => note(code, 'no_settings')) };
  }
  const risks: CeleryRisk[] = [];
  const timeoutMinutes = Math.round(visibilityTimeoutMs / minuteMs);
  for (const queue of new Set(held.map((one) => one.queue))) {
    const mine = held.filter((one) => one.queue === queue);
    const far = mine.filter(({ etaMs, deliveredAtMs }) => {
      return etaMs !== null && etaMs > nowMs && etaMs - (deliveredAtMs ?? nowMs) > visibilityTimeoutMs;
    });
    const farthest = Math.max(...far.map(({ etaMs }) => etaMs ?? 0));
    if (far.length > 0) {
      const inMinutes = Math.round((farthest - nowMs) / minuteMs);
      risks.push({
        ...{ code: 'eta_past_visibility', severity: 'critical', subject: queue },
        words: `${far.length} tasks of ${queue} have an ETA beyond the visibility timeout of ${timeoutMinutes} min (the farthest in ${inMinutes} min): they will run more than once.`,
        values: { count: far.length, farthestMs: farthest - nowMs, visibilityTimeoutMs },
      });
    }
    const old = mine.filter(({ etaMs, deliveredAtMs }) => {
      return (etaMs === null || etaMs <= nowMs) && nowMs - (deliveredAtMs ?? nowMs) > visibilityTimeoutMs * nearRatio;
    });
    if (old.length > 0) {
      const oldestMs = Math.max(...old.map(({ deliveredAtMs }) => nowMs - (deliveredAtMs ?? nowMs)));
      risks.push({
        ...{ code: 'unacked_past_visibility', subject: queue },
        severity: oldestMs > visibilityTimeoutMs ? 'critical' : 'warning',
        words: `${old.length} tasks of ${queue} are unacknowledged for up to ${Math.round(oldestMs / minuteMs)} min; after ${timeoutMinutes} min they are delivered once more.`,
        values: { count: old.length, oldestMs, visibilityTimeoutMs },
      });
    }
  }
  return { risks, unchecked: heldIsCut ? [note('eta_past_visibility', 'too_many_held')] : [] };
}

function eviction({ maxMemoryPolicy, maxMemoryBytes }: RiskFacts): Judgement {
  if (maxMemoryPolicy === null) return { risks: [], unchecked: [note('evicting_policy', 'server_silent')] };
  // Keys of queues have no expiry, so policies that only look at volatile keys leave them alone.
  if (!maxMemoryPolicy.startsWith('allkeys-')) return none;
  const limited = (maxMemoryBytes ?? 0) > 0;
  const words = limited
    ? `Redis evicts any key when its memory is full (${maxMemoryPolicy}): whole queues can vanish.`
    : `Redis would evict any key (${maxMemoryPolicy}) as soon as somebody sets a memory limit.`;
  const risk: CeleryRisk = {
    ...{ code: 'evicting_policy', severity: limited ? 'critical' : 'warning', subject: null, words },
    values: { policy: maxMemoryPolicy, maxMemoryBytes },
  };
  return { risks: [risk], unchecked: [] };
}

function expiry({ results, resultExpires }: RiskFacts): Judgement {
  const { sampled, withoutExpiry } = results;
  if (withoutExpiry === 0 && resultExpires !== 'off') return none;
  const words =
    withoutExpiry > 0
      ? `${withoutExpiry} of ${sampled} results that were looked at never expire: memory grows for ever.`
      : 'Results are set to never expire (result_expires): memory grows for ever.';
  const risk: CeleryRisk = {
    ...{ code: 'results_without_expiry', severity: 'warning', subject: null, words },
    values: { sampled, withoutExpiry },
  };
  return { risks: [risk], unchecked: [] };
}

function leftovers({ replyBindings, replyLists }: RiskFacts): Judgement {
  if (replyBindings < manyReplies) return none;
  const risk: CeleryRisk = {
    ...{ code: 'leftover_replies', severity: 'warning', subject: null },
    words: `${replyBindings} reply queues are announced and ${replyLists} hold answers that nobody fetched: every answer of every worker reads the whole list of them.`,
    values: { bindings: replyBindings, lists: replyLists },
  };
  return { risks: [risk], unchecked: [] };
}

/** At least so many are nobody's: whoever listens to events is among all who listen. Source: kombu.transport.redis, fanout queues. */
function eventLeftovers({ eventBindings, listeningClients }: RiskFacts): Judgement {
  if (eventBindings < manyEventQueues) return none;
  if (listeningClients === null) return { risks: [], unchecked: [note('leftover_events', 'server_silent')] };
  const nobodys = eventBindings - listeningClients;
  if (nobodys < manyEventQueues) return none;
  const risk: CeleryRisk = {
    ...{ code: 'leftover_events', severity: 'warning', subject: null },
    words: `At least ${nobodys} of the ${eventBindings} event queues that are announced have nobody listening: monitors or workers were killed again and again.`,
    values: { bindings: eventBindings, nobodys },
  };
  return { risks: [risk], unchecked: [] };
}

function hoarding({ workers, workersComplete }: RiskFacts): Judgement {
  if (!workersComplete) return { risks: [], unchecked: [note('prefetch_hoarding', 'not_all_answered')] };
  const risks = workers.flatMap((worker): CeleryRisk[] => {
    const { node, slots, activeCount, reservedCount, queues } = worker;
    if (slots === null || activeCount < slots || reservedCount === 0) return [];
    const idle = workers.find((other) => {
      const shared = other.queues.some((queue) => queues.includes(queue));
      return (
        other.node !== node &&
        shared &&
        other.slots !== null &&
        other.activeCount < other.slots &&
        other.reservedCount === 0
      );
    });
    if (idle === undefined) return [];
    return [
      {
        ...{ code: 'prefetch_hoarding', severity: 'warning', subject: node },
        words: `${node} runs ${activeCount} tasks and holds back ${reservedCount} more, while ${idle.node} has free slots for the same queue. A lower prefetch multiplier shares them.`,
        values: { activeCount, reservedCount, idleNode: idle.node },
      },
    ];
  });
  return { risks, unchecked: [] };
}

function consumers({ queues }: RiskFacts): Judgement {
  const waiting = queues.filter(({ backlog }) => backlog > 0);
  const unclear = waiting.some((queue) => queue.consumers === null);
  const unchecked = unclear ? [note('queue_without_consumer', 'not_all_answered')] : [];
  const alone = waiting.filter((queue) => queue.consumers?.length === 0 && queue.waiting.count > 0);
  const unclaimed = waiting.filter(({ held }) => (held.unclaimed ?? 0) > 0);
  const risks = [
    ...alone.map(
      ({ name, waiting: { count } }): CeleryRisk => ({
        ...{ code: 'queue_without_consumer', severity: 'critical', subject: name },
        words: `${count} tasks wait in ${name}, and no worker takes from it.`,
        values: { count },
      }),
    ),
    ...unclaimed.map(
      ({ name, held }): CeleryRisk => ({
        ...{ code: 'unclaimed_messages', severity: 'warning', subject: name },
        words: `${held.unclaimed ?? 0} tasks of ${name} were delivered to a worker that does not have them any more; they come back after the visibility timeout.`,
        values: { count: held.unclaimed },
      }),
    ),
  ];
  return { risks, unchecked };
}

const none: Judgement = { risks: [], unchecked: [] };
const reasons: Readonly<Record<CeleryUncheckedReason, string>> = {
  no_settings: 'no worker told its settings',
  too_many_held: 'workers hold more messages than are looked at',
  server_silent: 'the server does not tell it',
  not_all_answered: 'not every worker answered',
};

function note(code: CeleryRiskCode, reason: CeleryUncheckedReason): CeleryRisks['unchecked'][number] {
  return { code, reason, why: reasons[reason] };
}
