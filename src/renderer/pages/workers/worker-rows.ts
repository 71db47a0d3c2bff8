/** Workers of every kind as rows of one table: our own processes, those of other machines, foreign BullMQ clients, Celery nodes. */
import type { CallOutput } from '../../../shared/contract.ts';
import type { Address } from '../../state/address.ts';
import type { StateKind } from '../../ui/State.tsx';

type OwnWorker = CallOutput<'workers.list'>['workers'][number];
export type CeleryWorker = CallOutput<'celery.verdicts'>['workers'][number];
export type CeleryAnswers = CallOutput<'celery.worker'>;
type QueueWorker = CallOutput<'queues.workers'>['workers'][number];
export type Verdict = OwnWorker['verdict'];
export type WorkerKind = 'own' | 'fleet' | 'foreign' | 'celery';

export interface WorkerRow {
  readonly id: string;
  readonly kind: WorkerKind;
  readonly name: string;
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly queues: readonly string[];
  /** Jobs or tasks at once; null when it never told. */
  readonly slots: number | null;
  readonly activeCount: number | null;
  readonly active: readonly { readonly id: string; readonly name: string; readonly ageMs: number }[];
  readonly verdict: Verdict;
  /** What the verdict rests on, line by line. */
  readonly evidence: readonly string[];
  /** The verdict's evidence for every language; missing where only the English words are known. */
  readonly evidenceSaid?: OwnWorker['evidenceSaid'];
  /** What else is to know of a Celery node. */
  readonly flags: readonly CeleryWorker['flags'][number][];
  readonly processedCount: number | null;
  readonly failedCount: number | null;
  readonly recycledCount: number | null;
  readonly rssBytes: number | null;
  readonly cpuRatio: number | null;
  readonly loopDelayMs: number | null;
  readonly lastHeartbeatAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly clockSkewMs: number | null;
  readonly isRetiring: boolean;
  /** What only Celery's workers have; null for the others. */
  readonly celery: CeleryWorker | null;
}

export const verdicts = ['wedged', 'unknown', 'gone', 'busy', 'consuming'] as const satisfies Verdict[];

export const verdictKinds: Record<Verdict, StateKind> = {
  consuming: 'fresh',
  busy: 'refreshing',
  wedged: 'failed',
  unknown: 'unknown',
  gone: 'expired',
};

export const workerKinds = ['own', 'fleet', 'foreign', 'celery'] as const satisfies WorkerKind[];

export function rowsOfOwn(workers: readonly OwnWorker[]): WorkerRow[] {
  return workers.map((worker) => ({
    id: worker.workerId,
    kind: worker.own ? 'own' : 'fleet',
    name: worker.workerId,
    host: worker.host,
    pid: worker.pid,
    version: worker.version,
    queues: worker.queues.map((queue) => {
      const slots = worker.slotsByQueue[queue];
      return slots === undefined ? queue : `${queue} × ${slots}`;
    }),
    slots: worker.slots,
    activeCount: worker.activeJobCount,
    active: worker.activeJobs.map(({ taskId, job, ageMs }) => ({ id: taskId, name: job, ageMs })),
    verdict: worker.verdict,
    evidence: [worker.evidence],
    evidenceSaid: worker.evidenceSaid,
    flags: [],
    processedCount: worker.processedCount,
    failedCount: worker.failedCount,
    recycledCount: worker.recycledCount,
    rssBytes: worker.rssBytes,
    cpuRatio: worker.cpuRatio,
    loopDelayMs: worker.eventLoopDelayMs,
    lastHeartbeatAtMs: worker.lastHeartbeatAtMs,
    startedAtMs: worker.startedAtMs,
    clockSkewMs: worker.clockSkewMs,
    isRetiring: worker.retiring,
    celery: null,
  }));
}

/** Clients of other programs: known from the server's list of clients, so what they run and use cannot be told. */
export function rowsOfForeign(workers: readonly QueueWorker[]): WorkerRow[] {
  return workers
    .filter(({ kind }) => kind === 'foreign')
    .map((worker) => ({
      ...untold,
      id: worker.workerId,
      kind: 'foreign',
      name: worker.name ?? worker.workerId,
      host: worker.address,
      queues: worker.queues.map(({ prefix, name }) => `${prefix}:${name}`),
      verdict: worker.verdict,
      evidence: [worker.evidence],
      lastHeartbeatAtMs: worker.lastHeartbeatAtMs,
      startedAtMs: worker.connectedAtMs,
    }));
}

/** Celery's nodes; a pool process takes one task at a time, as a slot of ours one job. */
export function rowsOfCelery(workers: readonly CeleryWorker[], atMs: number): WorkerRow[] {
  return workers.map((worker) => ({
    ...untold,
    id: `${worker.brokerId}:${worker.node}`,
    kind: 'celery',
    name: worker.node,
    // `celery@host`, as Celery names its nodes.
    host: worker.node.split('@')[1] ?? null,
    pid: worker.pid,
    version: worker.version,
    queues: worker.queues,
    slots: worker.slots,
    activeCount: worker.activeCount,
    verdict: worker.verdict,
    evidence: [worker.words, ...worker.evidence.map(({ words }) => words)],
    flags: worker.flags,
    processedCount: worker.processedCount,
    lastHeartbeatAtMs: worker.heartbeatAgeMs === null ? null : atMs - worker.heartbeatAgeMs,
    clockSkewMs: worker.clockSkewMs,
    celery: worker,
  }));
}

const untold = {
  pid: null,
  version: null,
  slots: null,
  activeCount: null,
  active: [],
  flags: [],
  processedCount: null,
  failedCount: null,
  recycledCount: null,
  rssBytes: null,
  cpuRatio: null,
  loopDelayMs: null,
  lastHeartbeatAtMs: null,
  startedAtMs: null,
  clockSkewMs: null,
  isRetiring: false,
  celery: null,
} as const satisfies Partial<WorkerRow>;

export interface WorkerFilter {
  readonly text: string;
  readonly kind: WorkerKind | null;
  readonly verdict: Verdict | null;
}

export function filterOf(address: Address): WorkerFilter {
  return {
    text: address.text('text'),
    kind: workerKinds.find((kind) => kind === address.text('kind')) ?? null,
    verdict: verdicts.find((verdict) => verdict === address.text('verdict')) ?? null,
  };
}

export function matching(rows: readonly WorkerRow[], { text, kind, verdict }: WorkerFilter): WorkerRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (kind === null || row.kind === kind) &&
      (verdict === null || row.verdict === verdict) &&
      [row.name, row.host ?? '', String(row.pid ?? ''), ...row.queues].join(' ').toLowerCase().includes(wanted),
  );
}

/** Worst first, then by name. */
export function inOrder(rows: readonly WorkerRow[]): WorkerRow[] {
  return [...rows].sort(
    (left, right) =>
      verdicts.indexOf(left.verdict) - verdicts.indexOf(right.verdict) || left.name.localeCompare(right.name),
  );
}

export interface Tally {
  readonly workers: number;
  /** Slots of workers that consume or are busy: the guide's "workers". */
  readonly available: number;
  readonly active: number;
}

export function tally(rows: readonly WorkerRow[]): Tally {
  const here = rows.filter(({ verdict }) => verdict !== 'gone');
  const sound = here.filter(({ verdict }) => verdict === 'consuming' || verdict === 'busy');
  return {
    workers: here.length,
    available: sound.reduce((sum, { slots }) => sum + (slots ?? 1), 0),
    active: here.reduce((sum, { activeCount }) => sum + (activeCount ?? 0), 0),
  };
}
