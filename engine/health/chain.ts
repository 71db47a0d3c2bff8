/** The five links from the source to the screen, each judged by itself, each with a sentence for when it is the worst. */
import type { ChainNode, HealthState, RedisRole } from '../model/health.ts';
import { linkCause, wordsOf, workersRoot } from './causes/roots.ts';
import type { OverviewFacts } from './overview-facts.ts';
import { availableSlots, hitRatio } from './readings.ts';
import { bytesWords, countWords, durationWords, latencyWords, percentWords, plural, rateWords } from './wording.ts';

export interface JudgedNode extends ChainNode {
  /** What is wrong, in one sentence; null when nothing is. */
  readonly sentence: string | null;
}

interface Verdict {
  readonly state: HealthState;
  readonly word: string;
  readonly sentence: string | null;
}

/** Waiting longer than this is a backlog. */
const backlogMs = 30_000;
const well: Verdict = { state: 'well', word: 'well', sentence: null };

export function judgeChain(facts: OverviewFacts): JudgedNode[] {
  return [sourceNode(facts), workersNode(facts), brokerNode(facts), cacheNode(facts), kpisNode(facts)];
}

function sourceNode({ source, flows, sourceQueryP95Ms }: OverviewFacts): JudgedNode {
  const problem = source.problem === null ? '' : `: ${source.problem}`;
  const verdict: Verdict = source.reachable
    ? well
    : { state: 'failed', word: 'unreachable', sentence: `The source ${source.label} is unreachable${problem}` };
  const rows = source.rowCount === null ? '' : ` · ${countWords(source.rowCount)} rows`;
  const facts = [`${source.label}${rows}`];
  if (!source.reachable && source.problem !== null) facts.push(source.problem);
  else if (sourceQueryP95Ms !== null) facts.push(`queries p95 ${latencyWords(sourceQueryP95Ms)}`);
  return { id: 'source', ...verdict, facts, flow: rateWords(flows.queries, 'queries') };
}

function workersNode(facts: OverviewFacts): JudgedNode {
  const flow = rateWords(facts.flows.jobs, 'jobs');
  const oldest = oldestWaitingMs(facts);
  const lines = oldest === null ? [] : [`oldest job waits ${durationWords(oldest)}`];
  const workers = (facts.workers ?? []).filter((worker) => worker.verdict !== 'gone');
  const counts = (['consuming', 'busy', 'wedged', 'unknown'] as const)
    .map((verdict) => ({ verdict, count: workers.filter((worker) => worker.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  if (counts.length > 0) lines.unshift(counts.join(' · '));
  return { id: 'workers', ...workersVerdict(facts), facts: lines.slice(0, 2), flow };
}

function workersVerdict(facts: OverviewFacts): Verdict {
  const sentence = `Workers: ${wordsOf(workersRoot(facts)).join('; ')}`;
  if (facts.workers === null) return { state: 'unknown', word: 'not seen', sentence };
  const available = availableSlots(facts.workers);
  const known = facts.workers.filter((worker) => worker.verdict !== 'gone');
  const slots = known.reduce((sum, worker) => sum + worker.slots, 0);
  if (known.length === 0) return { state: 'failed', word: 'none', sentence: 'No worker runs, so nothing is refreshed' };
  if (available === null) return { state: 'unknown', word: 'not judged', sentence };
  const word = `${available} of ${slots}`;
  if (available === 0) return { state: 'failed', word, sentence };
  if (available === slots) return well;
  return { state: 'warning', word, sentence: `${available} of ${slots} worker slots take jobs` };
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
  return { id: 'broker', ...brokerVerdict(facts), facts: lines, flow: rateWords(facts.flows.writes, 'writes') };
}

function brokerVerdict(facts: OverviewFacts): Verdict {
  const link = linkVerdict('broker', facts);
  if (link !== null) return link;
  if (facts.queues === null) return { state: 'unknown', word: 'not seen', sentence: 'The queues cannot be seen' };
  const policy = facts.memory.broker?.policy ?? null;
  if (policy !== null && policy !== 'noeviction') {
    return {
      state: 'warning',
      word: 'may evict',
      sentence: `The broker's policy is ${policy}, so Redis may delete jobs; set maxmemory-policy noeviction`,
    };
  }
  const oldest = oldestWaitingMs(facts);
  if (oldest === null || oldest < backlogMs) return well;
  return { state: 'warning', word: 'backlog', sentence: `The oldest job waits for ${durationWords(oldest)}` };
}

function cacheNode(facts: OverviewFacts): JudgedNode {
  const { cache, memory, flows } = facts;
  const lines: string[] = [];
  const ratio = cache === null ? null : hitRatio(cache);
  const used = memory.cache === null ? null : bytesWords(memory.cache.usedBytes);
  const first = [ratio === null ? null : `hit rate ${percentWords(ratio)}`, used].filter((part) => part !== null);
  if (first.length > 0) lines.push(first.join(' · '));
  if (cache !== null && cache.entryCount !== null) {
    lines.push(cache.entryCount === 1 ? '1 entry' : `${countWords(cache.entryCount)} entries`);
  }
  return { id: 'cache', ...cacheVerdict(facts), facts: lines, flow: rateWords(flows.reads, 'reads') };
}

function cacheVerdict(facts: OverviewFacts): Verdict {
  const link = linkVerdict('cache', facts);
  if (link !== null) return link;
  return facts.cache === null ? { state: 'unknown', word: 'not seen', sentence: 'The cache cannot be seen' } : well;
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
  return { state: states[link.state], word: link.state, sentence: linkCause(role, facts) };
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
  return { id: 'kpis', ...kpisVerdict(facts), facts: lines, flow: null };
}

function kpisVerdict({ values }: OverviewFacts): Verdict {
  const count = (...states: string[]): number =>
    values.filter(({ freshness }) => states.includes(freshness.state)).length;
  const failing = values.filter(({ freshness }) => freshness.refresh.status === 'failed').length;
  const [stale, expired, missing] = [count('stale'), count('expired'), count('missing')];
  if (values.length === 0 || missing === values.length) {
    return { state: 'unknown', word: 'none yet', sentence: 'Nothing has been computed yet' };
  }
  if (expired > 0) {
    return {
      state: 'failed',
      word: `${expired} last known`,
      sentence: `${plural(expired, 'value')} too old to be served as current`,
    };
  }
  if (failing > 0) {
    return {
      state: 'warning',
      word: `${failing} failing`,
      sentence: `The refresh of ${plural(failing, 'value')} fails`,
    };
  }
  if (stale + missing === 0) return well;
  const word = stale > 0 ? `${stale} stale` : `${missing} missing`;
  return { state: 'warning', word, sentence: `${stale + missing} of ${plural(values.length, 'value')} not fresh` };
}
