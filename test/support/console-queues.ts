/** Made-up BullMQ queues and jobs for tests of the Queues page; what is pressed there changes them. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

export type Queue = CallOutput<'queues.list'>['queues'][number];
type QueueId = Queue['id'];
export type Job = CallOutput<'jobs.list'>['rows'][number];
type Run = CallOutput<'queueActions.get'>;
type Plan = CallOutput<'queueActions.plan'>;

const minuteMs = 60_000;

export interface QueuesScript {
  queues: Queue[];
  jobs: Job[];
  plans: Plan[];
  runs: Run[];
  /** Of the job's list: its search inside the records is not over. */
  searchedCount: number | null;
}

export function queuesScript(nowMs: number): QueuesScript {
  const kpis = id('kpis', '{vigia}');
  const mail = id('mail');
  return {
    queues: [
      queue(nowMs, kpis, { own: true }),
      queue(nowMs, mail, {
        counts: { ...counts, waiting: 18, failed: 240, completed: 1_000_000 },
        oldestWaitingMs: 43_000,
        forecast: { trend: 'growing', clearsAtMs: null },
        workerCount: 0,
        concerns: [
          {
            code: 'no_workers',
            severity: 'failed',
            sinceMs: nowMs - minuteMs,
            evidence: '18 jobs wait, no worker is connected',
          },
        ],
      }),
      queue(nowMs, id('reports'), { writable: false, paused: true, workerCount: null }),
    ],
    jobs: [
      ...Array.from({ length: 240 }, (_, index) => job(nowMs, mail, index)),
      job(nowMs, kpis, 900, { state: 'completed', error: null, name: 'refresh-kpis' }),
    ],
    plans: [],
    runs: [],
    searchedCount: null,
  };
}

const id = (name: string, prefix = 'bull'): QueueId => ({ connectionId: 'broker', prefix, name });
const same = (left: QueueId, right: QueueId): boolean => left.name === right.name && left.prefix === right.prefix;
const counts = { waiting: 0, prioritized: 0, active: 1, delayed: 2, 'waiting-children': 0, completed: 812, failed: 0 };
const quantiles = { p50Ms: 80, p95Ms: 410, p99Ms: 900 };

function queue(nowMs: number, queueId: QueueId, change: Partial<Queue>): Queue {
  return {
    id: queueId,
    own: false,
    maker: { version: 'bullmq:5.81.5', major: 5 },
    writable: true,
    seenAtMs: nowMs,
    counts,
    rates: { windowMs: minuteMs, addedPerS: 1.4, startedPerS: 1.3, finishedPerS: 1.3, failedPerS: 0, estimated: false },
    latencies: { sampleCount: 200, windowMs: 10 * minuteMs, wait: quantiles, run: { ...quantiles, p95Ms: 1_830 } },
    oldestWaitingMs: null,
    oldestActiveMs: 1_200,
    nextDelayedAtMs: nowMs + minuteMs,
    forecast: { trend: 'clear', clearsAtMs: null },
    paused: false,
    concurrency: null,
    rateLimit: null,
    limitedUntilMs: null,
    workerCount: 1,
    size: { bytes: 3_400_000, sampledJobs: 20, atMs: nowMs },
    concerns: [],
    ...change,
  };
}

function job(nowMs: number, queueId: QueueId, index: number, change: Partial<Job> = {}): Job {
  const finishedAtMs = nowMs - index * 1_500;
  return {
    queue: queueId,
    jobId: String(5_000 - index),
    state: 'failed',
    missing: false,
    name: index % 2 === 0 ? 'send-mail' : 'send-receipt',
    createdAtMs: finishedAtMs - 4_000,
    startedAtMs: finishedAtMs - 300,
    finishedAtMs,
    dueAtMs: null,
    attemptsMade: 3,
    maxAttempts: 3,
    priority: 0,
    progress: null,
    error: index % 2 === 0 ? `connect ECONNREFUSED 10.0.0.${index % 250}:25` : `Template ${index} is missing`,
    dataPreview: '{"to":"someone"}',
    dataSizeBytes: 120,
    ...change,
  };
}

export function queuesHandlers(script: QueuesScript): Partial<Handlers> {
  return { ...readHandlers(script), ...actionHandlers(script) };
}

function readHandlers(script: QueuesScript): Partial<Handlers> {
  return {
    'queues.list': async () => ({
      atMs: Date.now(),
      queues: script.queues,
      discovery: [
        {
          connectionId: 'broker',
          state: 'searching',
          keysWalked: 41_000,
          keyCount: 100_000,
          completedAtMs: null,
          problem: null,
        },
      ],
      historySizeBytes: 120_000,
    }),
    'queues.history': async ({ fromMs, toMs }) => {
      const endMs = Math.min(toMs, Date.now());
      const stepMs = Math.max(minuteMs, Math.round((endMs - fromMs) / 60));
      const points = Array.from({ length: 60 }, (_, index) => historyPoint(fromMs + (index + 1) * stepMs, index));
      return { tier: 'minute', stepMs, points: points.filter(({ atMs }) => atMs <= endMs) };
    },
    'jobs.list': async ({ queues, states, filter, cursor, limit }) => {
      const matching = script.jobs.filter(
        (each) =>
          queues.some((queueId) => same(queueId, each.queue)) &&
          states.includes(each.state) &&
          (filter?.id === undefined || each.jobId === filter.id) &&
          (filter?.name === undefined || (each.name ?? '').includes(filter.name)) &&
          (filter?.error === undefined || (each.error ?? '').includes(filter.error)) &&
          (filter?.failureGroup === undefined || groupOf(each) === filter.failureGroup),
      );
      const from = Number(cursor ?? 0);
      const page = matching.slice(from, from + limit);
      const next = from + page.length < matching.length ? String(from + page.length) : null;
      const of = script.jobs.length;
      return {
        rows: page,
        nextCursor: next,
        totalCount: matching.length,
        searched: { count: script.searchedCount ?? of, of, complete: script.searchedCount === null },
        missing: null,
      };
    },
    'jobs.failures': async ({ queues }) => {
      const failed = script.jobs.filter(
        (each) => each.error !== null && queues.some((queueId) => same(queueId, each.queue)),
      );
      const groups = Map.groupBy(failed, groupOf);
      return {
        groups: [...groups].map(([group, members]) => ({
          group,
          pattern: group === 'refused' ? 'connect ECONNREFUSED <address>' : 'Template <number> is missing',
          example: members[0]?.error ?? '',
          count: members.length,
          jobNames: [...new Set(members.map(({ name }) => name ?? ''))],
          queues: [id('mail')],
          firstAtMs: members.at(-1)?.finishedAtMs ?? 0,
          lastAtMs: members[0]?.finishedAtMs ?? 0,
          newestJobs: [],
        })),
        searched: { count: failed.length, of: failed.length, complete: true },
      };
    },
    'jobs.get': async ({ queue: queueId, jobId }) => {
      const found = script.jobs.find((each) => same(each.queue, queueId) && each.jobId === jobId);
      if (!found)
        return {
          job: null,
          missing: {
            count: 1,
            cause: 'evicted',
            evictionPolicy: 'allkeys-lru',
            evictedKeyCount: 12,
            evidence: 'Redis evicted 12 keys under allkeys-lru',
          },
        };
      return { job: detailOf(found), missing: null };
    },
    'jobs.flow': async ({ queue: queueId, jobId }) => ({
      truncated: false,
      root: {
        ...flowNode(queueId, 'root', 'campaign'),
        children: [{ ...flowNode(queueId, jobId, 'send-mail'), asked: true }],
      },
    }),
  };
}

const groupOf = ({ error }: Job): string => (error?.startsWith('connect') === true ? 'refused' : 'template');

function flowNode(queueId: QueueId, jobId: string, name: string): CallOutput<'jobs.flow'>['root'] {
  return {
    queue: queueId,
    jobId,
    name,
    state: 'failed',
    missing: false,
    error: null,
    asked: false,
    children: [],
    hiddenChildCount: 0,
  };
}

function historyPoint(atMs: number, index: number): CallOutput<'queues.history'>['points'][number] {
  const wave = Math.round(20 + 12 * Math.sin(index / 5));
  // Nobody looked for a while.
  const isGap = index > 30 && index < 36;
  const seen = <Value>(value: Value): Value | null => (isGap ? null : value);
  return {
    atMs,
    waiting: seen(wave),
    active: seen(4),
    delayed: seen(2),
    failed: seen(index),
    addedJobs: seen(wave * 3),
    startedJobs: seen(wave * 3),
    finishedJobs: seen(wave * 2),
    failedJobs: seen(index % 7),
    oldestWaitingMs: seen(wave * 1_000),
    waitP95Ms: seen(wave * 20),
    runP95Ms: seen(410),
    workers: seen(1),
    sizeBytes: seen(3_000_000),
  };
}

function detailOf(row: Job): NonNullable<CallOutput<'jobs.get'>['job']> {
  const text = (value: unknown): { text: string; sizeBytes: number; truncated: boolean } => {
    const json = JSON.stringify(value);
    return { text: json, sizeBytes: json.length, truncated: false };
  };
  return {
    queue: row.queue,
    jobId: row.jobId,
    state: row.state,
    name: row.name ?? '',
    data: text({ to: 'someone', customer: { id: 12, tags: ['a', 'b'] } }),
    options: text({ attempts: 3, backoff: { type: 'exponential', delay: 60_000 } }),
    progress: null,
    returnValue: null,
    error: row.error,
    failureGroup: groupOf(row),
    stack: ['Error: connect ECONNREFUSED\n    at first', 'Error: connect ECONNREFUSED\n    at second'],
    logs: { lines: ['opening the connection', 'refused'], count: 2 },
    attempts: { made: 3, started: 3, max: 3, stalled: 0 },
    createdAtMs: row.createdAtMs,
    startedAtMs: row.startedAtMs,
    finishedAtMs: row.finishedAtMs,
    dueAtMs: null,
    delayMs: 0,
    priority: 0,
    position: 3,
    processedBy: 'mailer-1',
    deduplicationId: null,
    schedulerId: null,
    lockTtlMs: null,
    parent: { queueKey: 'bull:campaigns', jobId: 'root' },
    childCount: 0,
    timeline: [
      { kind: 'created', atMs: row.createdAtMs ?? 0, note: null },
      { kind: 'started', atMs: row.startedAtMs ?? 0, note: 'mailer-1' },
      { kind: 'failed', atMs: row.finishedAtMs ?? 0, note: row.error },
    ],
    actions: ['retry', 'remove', 'duplicate'],
  };
}

function actionHandlers(script: QueuesScript): Partial<Handlers> {
  return {
    'queueActions.plan': async ({ request }) => {
      const target = 'target' in request ? request.target : null;
      const jobCount = target === null ? 1 : target.kind === 'jobs' ? target.jobs.length : script.jobs.length - 1;
      const plan: Plan = {
        planId: `plan-${script.plans.length}`,
        request,
        queues: 'queue' in request ? [request.queue] : [id('mail')],
        jobCount,
        exact: true,
        cost: { steps: Math.ceil(jobCount / 50), commandCount: jobCount * 4, estimatedMs: jobCount * 2 },
        warnings: request.action === 'retry' ? ['They run again with all their side effects'] : [],
        confirmation: request.action === 'obliterate' ? request.queue.name : null,
        refused: null,
        expiresAtMs: Date.now() + 5 * minuteMs,
      };
      script.plans.push(plan);
      return plan;
    },
    'queueActions.run': async ({ planId, request, confirmation }) => {
      const plan = script.plans.find((each) => each.planId === planId);
      if (!plan || (plan.confirmation !== null && plan.confirmation !== confirmation))
        throw new EngineError('CALL_INPUT_INVALID', 'The confirmation does not match');
      const run: Run = {
        runId: `run-${script.runs.length}`,
        request,
        queues: plan.queues,
        who: 'console',
        state: 'running',
        startedAtMs: Date.now(),
        endedAtMs: null,
        seenCount: Math.floor(plan.jobCount / 2),
        totalCount: plan.jobCount,
        doneCount: Math.floor(plan.jobCount / 2),
        skippedCount: 0,
        skipped: [],
        createdJobIds: [],
        longestStepMs: 1.8,
        error: null,
      };
      script.runs = [run, ...script.runs];
      return run;
    },
    'queueActions.cancel': async ({ runId }) => {
      script.runs = script.runs.map((each) =>
        each.runId === runId ? { ...each, state: 'cancelled', endedAtMs: Date.now() } : each,
      );
      const found = script.runs.find((each) => each.runId === runId);
      if (!found) throw new EngineError('CALL_INPUT_INVALID', `There is no run ${runId}`);
      return found;
    },
    'queueActions.list': async () => ({ runs: script.runs }),
  };
}
