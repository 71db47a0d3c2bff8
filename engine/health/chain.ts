/** The five links from the source to the screen, each judged by itself, each with a sentence for when it is the worst. */
import type { ChainNode, HealthState, RedisRole } from '../model/health.ts';
import { type Said, type SaidCode, said } from '../model/said.ts';
import { wordsOf } from './causes/link.ts';
import { linkCause } from './causes/redis-root.ts';
import { areStarting, workersRoot } from './causes/workers-root.ts';
import type { OverviewFacts } from './overview-facts.ts';
import { availableSlots, judgedHitRatio } from './readings.ts';
import { sourceLabelSaid } from './source-label.ts';
import { bytesWords, countWords, durationWords, latencyWords, percentWords, plural, rateWords } from './wording.ts';

export interface JudgedNode extends ChainNode {
  /** What is wrong, in one sentence; null when nothing is. */
  readonly sentence: string | null;
  readonly sentenceSaid: Said | null;
}

interface Verdict {
  readonly state: HealthState;
  readonly word: string;
  readonly wordSaid?: Said;
  readonly sentence: string | null;
  /** Missing where it is only known in English. */
  readonly sentenceSaid?: Said;
}

const well: Verdict = { state: 'well', word: 'well', sentence: null };

/** A verdict with what is said of it in every language, or null. */
function spoken({
  wordSaid,
  sentenceSaid,
  ...verdict
}: Verdict): Omit<JudgedNode, 'id' | 'facts' | 'said' | 'flow' | 'flowSaid'> {
  return { ...verdict, wordSaid: wordSaid ?? null, sentenceSaid: sentenceSaid ?? null };
}

function flowSaid(code: SaidCode, perS: number | null): Said | null {
  return perS === null ? null : said(code, { perS });
}

export function judgeChain(facts: OverviewFacts): JudgedNode[] {
  return [sourceNode(facts), workersNode(facts), brokerNode(facts), cacheNode(facts), kpisNode(facts)];
}

function sourceNode({ source, flows, sourceQueryP95Ms }: OverviewFacts): JudgedNode {
  const problem = source.problem === null ? '' : `: ${source.problem}`;
  const verdict: Verdict = source.reachable
    ? well
    : {
        state: 'failed',
        word: 'unreachable',
        sentence: `The source ${source.label} is unreachable${problem}`,
        sentenceSaid: said('source_unreachable', { label: sourceLabelSaid(source) }),
      };
  const rows = source.rowCount === null ? '' : ` · ${countWords(source.rowCount)} rows`;
  const facts = [`${source.label}${rows}`];
  if (!source.reachable && source.problem !== null) facts.push(source.problem);
  else if (sourceQueryP95Ms !== null) facts.push(`queries p95 ${latencyWords(sourceQueryP95Ms)}`);
  const lines = [
    said('source_label', { label: sourceLabelSaid(source) }),
    ...(source.rowCount === null ? [] : [said('rows', { count: source.rowCount })]),
    ...(!source.reachable && source.problem !== null ? [said('problem', { problem: source.problem })] : []),
    ...(source.reachable && sourceQueryP95Ms !== null ? [said('queries_p95', { p95LatencyMs: sourceQueryP95Ms })] : []),
  ];
  return {
    ...{ id: 'source', ...spoken(verdict), facts, said: lines },
    ...{ flow: rateWords(flows.queries, 'queries'), flowSaid: flowSaid('flow_queries', flows.queries) },
  };
}

function workersNode(facts: OverviewFacts): JudgedNode {
  const flow = rateWords(facts.flows.jobs, 'jobs');
  const oldest = oldestWaitingMs(facts);
  const lines = oldest === null ? [] : [`oldest job waits ${durationWords(oldest)}`];
  const workers = (facts.workers ?? []).filter((worker) => worker.verdict !== 'gone');
  const counts = (['consuming', 'busy', 'wedged', 'unknown'] as const)
    .map((verdict) => ({ verdict, count: workers.filter((worker) => worker.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  if (counts.length > 0) lines.unshift(counts.map(({ verdict, count }) => `${count} ${verdict}`).join(' · '));
  const spokenLines = [
    ...counts.map(({ verdict, count }) => said(`workers_${verdict}`, { count })),
    ...(oldest === null ? [] : [said('oldest_job_waits', { oldestMs: oldest })]),
  ];
  return {
    ...{ id: 'workers', ...spoken(workersVerdict(facts)), facts: lines.slice(0, 2), said: spokenLines.slice(0, 3) },
    ...{ flow, flowSaid: flowSaid('flow_jobs', facts.flows.jobs) },
  };
}

function workersVerdict(facts: OverviewFacts): Verdict {
  const root = workersRoot(facts);
  const told = {
    sentence: `Workers: ${wordsOf(root).join('; ')}`,
    sentenceSaid: said('cause_workers', {
      workers: root.map((each) => each.said ?? said('problem', { problem: each.words })),
    }),
  };
  if (facts.workers === null) return { state: 'unknown', word: 'not seen', ...told };
  if (areStarting(facts))
    return {
      state: 'unknown',
      word: 'starting',
      sentence: 'The workers are starting',
      sentenceSaid: said('workers_starting'),
    };
  const available = availableSlots(facts.workers);
  const known = facts.workers.filter((worker) => worker.verdict !== 'gone');
  const slots = known.reduce((sum, worker) => sum + worker.slots, 0);
  if (known.length === 0)
    return {
      state: 'failed',
      word: 'none',
      sentence: 'No worker runs, so nothing is refreshed',
      sentenceSaid: said('no_worker_runs'),
    };
  if (available === null) return { state: 'unknown', word: 'not judged', ...told };
  const word = `${available} of ${slots}`;
  const wordSaid = said('word_available', { available, slots });
  if (available === 0) return { state: 'failed', word, wordSaid, ...told };
  if (available === slots) return well;
  const partly = {
    sentence: `${available} of ${slots} worker slots take jobs`,
    sentenceSaid: said('slots_partly', { available, slots }),
  };
  return { state: 'warning', word, wordSaid, ...partly };
}

function oldestWaitingMs({ queues }: OverviewFacts): number | null {
  const waits = (queues ?? []).flatMap((queue) => (queue.oldestWaitingMs === null ? [] : [queue.oldestWaitingMs]));
  return waits.length === 0 ? null : Math.max(...waits);
}

function brokerNode(facts: OverviewFacts): JudgedNode {
  const waiting = (facts.queues ?? []).filter((queue) => queue.waiting > 0);
  const lines: string[] = [];
  if (facts.queues !== null) {
    const backlog = waiting.map((queue) => `${queue.queue} ${countWords(queue.waiting)}`).join(' · ');
    lines.push(backlog === '' ? 'nothing waits' : backlog);
    const failed = facts.queues.reduce((sum, queue) => sum + queue.failed, 0);
    if (failed > 0) lines.push(`${plural(failed, 'job')} failed`);
  }
  return {
    ...{ id: 'broker', ...spoken(brokerVerdict(facts)), facts: lines, said: brokerSaid(facts) },
    ...{ flow: rateWords(facts.flows.writes, 'writes'), flowSaid: flowSaid('flow_writes', facts.flows.writes) },
  };
}

function brokerSaid({ queues }: OverviewFacts): Said[] {
  if (queues === null) return [];
  const waiting = queues.filter((queue) => queue.waiting > 0);
  const failed = queues.reduce((sum, queue) => sum + queue.failed, 0);
  return [
    ...(waiting.length === 0
      ? [said('nothing_waits')]
      : waiting.map(({ queue, waiting: count }) => said('queue_waits', { queue, count }))),
    ...(failed > 0 ? [said('jobs_failed', { count: failed })] : []),
  ];
}

function brokerVerdict(facts: OverviewFacts): Verdict {
  const link = linkVerdict('broker', facts);
  if (link !== null) return link;
  if (facts.queues === null)
    return {
      state: 'unknown',
      word: 'not seen',
      sentence: 'The queues cannot be seen',
      sentenceSaid: said('queues_unseen'),
    };
  const policy = facts.memory.broker?.policy ?? null;
  if (policy !== null && policy !== 'noeviction') {
    return {
      state: 'warning',
      word: 'may evict',
      sentence: `The broker's policy is ${policy}, so Redis may delete jobs; set maxmemory-policy noeviction`,
      sentenceSaid: said('may_evict', { policy }),
    };
  }
  const oldest = oldestWaitingMs(facts);
  if (oldest === null || oldest < facts.backlogMs) return well;
  return {
    ...{ state: 'warning', word: 'backlog', sentence: `The oldest job waits for ${durationWords(oldest)}` },
    sentenceSaid: said('oldest_job_is_old', { oldestMs: oldest }),
  };
}

function cacheNode(facts: OverviewFacts): JudgedNode {
  const { cache, memory, flows, minimumCount } = facts;
  const lines: string[] = [];
  const ratio = cache === null ? null : judgedHitRatio(cache, minimumCount);
  const used = memory.cache === null ? null : bytesWords(memory.cache.usedBytes);
  const first = [ratio === null ? null : `hit rate ${percentWords(ratio)}`, used].filter((part) => part !== null);
  if (first.length > 0) lines.push(first.join(' · '));
  if (cache !== null && cache.entryCount !== null) {
    lines.push(cache.entryCount === 1 ? '1 entry' : `${countWords(cache.entryCount)} entries`);
  }
  const spokenLines = [
    ...(ratio === null ? [] : [said('hit_rate', { hitRatio: ratio })]),
    ...(memory.cache === null ? [] : [said('memory_used', { usedBytes: memory.cache.usedBytes })]),
    ...(cache === null || cache.entryCount === null ? [] : [said('entries', { count: cache.entryCount })]),
  ];
  return {
    ...{ id: 'cache', ...spoken(cacheVerdict(facts)), facts: lines, said: spokenLines },
    ...{ flow: rateWords(flows.reads, 'reads'), flowSaid: flowSaid('flow_reads', flows.reads) },
  };
}

function cacheVerdict(facts: OverviewFacts): Verdict {
  const link = linkVerdict('cache', facts);
  if (link !== null) return link;
  return facts.cache === null
    ? { state: 'unknown', word: 'not seen', sentence: 'The cache cannot be seen', sentenceSaid: said('cache_unseen') }
    : well;
}

/** Null when the link is ready. */
function linkVerdict(role: RedisRole, facts: OverviewFacts): Verdict | null {
  const link = facts.links.find((candidate) => candidate.role === role);
  if (!link) return { state: 'unknown', word: 'not seen', sentence: `Redis (${role}) is not observed` };
  if (link.state === 'ready') return null;
  const states = {
    connecting: 'unknown',
    degraded: 'warning',
    unreachable: 'failed',
    refused: 'failed',
    closed: 'failed',
  } as const;
  const cause = linkCause(role, facts);
  const verdict: Verdict = { state: states[link.state], word: link.state, sentence: cause?.words ?? null };
  return cause?.said === undefined ? verdict : { ...verdict, sentenceSaid: cause.said };
}

function kpisNode(facts: OverviewFacts): JudgedNode {
  const { values, atMs } = facts;
  const computed = values.flatMap(({ freshness }) => freshness.computedAtMs ?? []);
  const reaches = values.flatMap(({ freshness }) => freshness.dataAsOfMs ?? []);
  const lines: string[] = [];
  if (computed.length > 0) {
    lines.push(`${plural(values.length, 'value')}, oldest ${durationWords(atMs - Math.min(...computed))}`);
  }
  if (reaches.length > 0) lines.push(`data to ${new Date(Math.min(...reaches)).toISOString().slice(0, 10)}`);
  const spokenLines = [
    ...(computed.length === 0
      ? []
      : [said('values', { count: values.length }), said('oldest_value', { oldestMs: atMs - Math.min(...computed) })]),
    ...(reaches.length === 0 ? [] : [said('data_to', { dataAtMs: Math.min(...reaches) })]),
  ];
  return { id: 'kpis', ...spoken(kpisVerdict(facts)), facts: lines, said: spokenLines, flow: null, flowSaid: null };
}

function kpisVerdict({ values }: OverviewFacts): Verdict {
  const count = (...states: string[]): number =>
    values.filter(({ freshness }) => states.includes(freshness.state)).length;
  const failing = values.filter(({ freshness }) => freshness.refresh.status === 'failed').length;
  const [stale, expired, missing] = [count('stale'), count('expired'), count('missing')];
  if (values.length === 0 || missing === values.length) {
    return {
      state: 'unknown',
      word: 'none yet',
      sentence: 'Nothing has been computed yet',
      sentenceSaid: said('nothing_computed'),
    };
  }
  if (expired > 0) {
    return {
      state: 'failed',
      word: `${expired} last known`,
      wordSaid: said('word_last_known', { count: expired }),
      sentence: `${plural(expired, 'value')} too old to be served as current`,
      sentenceSaid: said('values_expired', { count: expired }),
    };
  }
  if (failing > 0) {
    return {
      state: 'warning',
      word: `${failing} failing`,
      wordSaid: said('word_failing', { count: failing }),
      sentence: `The refresh of ${plural(failing, 'value')} fails`,
      sentenceSaid: said('values_failing', { count: failing }),
    };
  }
  if (stale + missing === 0) return well;
  const word = stale > 0 ? `${stale} stale` : `${missing} missing`;
  return {
    ...{
      state: 'warning',
      word,
      wordSaid: stale > 0 ? said('word_stale', { count: stale }) : said('word_missing', { count: missing }),
    },
    sentence: `${stale + missing} of ${plural(values.length, 'value')} not fresh`,
    sentenceSaid: said('values_not_fresh', { notFresh: stale + missing, count: values.length }),
  };
}
