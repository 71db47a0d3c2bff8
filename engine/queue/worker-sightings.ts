/** The worker processes as they can be seen from here, each with a verdict and the evidence for it. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import { said } from '../model/said.ts';
import type { WorkerView } from '../model/worker.ts';
import type { WorkerReport } from './fleet.ts';
import type { JobQueues } from './job-queues.ts';
import { heardAtMs, judgeWorker, type QueueMovement } from './judge-worker.ts';

export interface WorkerSightingsOptions {
  readonly queues: Pick<JobQueues, 'workerReports' | 'counts'>;
  readonly clock: Clock;
  /** Ids of the processes that this program keeps itself. */
  readonly own?: () => ReadonlySet<string>;
  /** What holds the queues back, and how long their jobs usually take. */
  readonly movement?: () => QueueMovement;
}

export class WorkerSightings {
  readonly #options: WorkerSightingsOptions;
  #lastReports: readonly WorkerReport[] = [];

  constructor(options: WorkerSightingsOptions) {
    this.#options = options;
  }

  /** Every worker heard of lately. Without a broker: those known before, as `unknown`. Never throws for an absent broker. */
  async list(): Promise<WorkerView[]> {
    try {
      const [{ reports, brokerNowMs }, queues] = await Promise.all([
        this.#options.queues.workerReports(),
        this.#options.queues.counts(),
      ]);
      this.#lastReports = reports;
      const own = this.#own();
      const movement = this.#options.movement?.() ?? {};
      return reports.map((report) => ({
        ...factsOf(report, brokerNowMs, own),
        ...judgeWorker({ report, queues, brokerNowMs, movement }),
      }));
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'QUEUE_UNREACHABLE') throw error;
      return this.#lastReports.map((report) => this.#unseen(report));
    }
  }

  #own(): ReadonlySet<string> {
    return this.#options.own?.() ?? new Set();
  }

  #unseen(report: WorkerReport): WorkerView {
    const ageMs = Math.max(0, this.#options.clock.now() - heardAtMs(report));
    const evidence = `the broker cannot be reached; last heartbeat seen ${Math.round(ageMs / 1_000)} s ago`;
    const atMs = this.#options.clock.now();
    return {
      ...factsOf(report, atMs, this.#own()),
      verdict: 'unknown',
      evidence,
      evidenceSaid: said('broker_away', { agoMs: ageMs }),
    };
  }
}

/** @param nowMs of the broker's clock: ages count from what the worker said last, whatever its own clock shows */
function factsOf(
  report: WorkerReport,
  nowMs: number,
  own: ReadonlySet<string>,
): Omit<WorkerView, 'verdict' | 'evidence' | 'evidenceSaid'> {
  const silentMs = report.goodbye ? 0 : Math.max(0, nowMs - heardAtMs(report));
  const sinceMs = (atMs: number): number => Math.max(0, report.sentAtMs - atMs) + silentMs;
  return {
    workerId: report.workerId,
    host: report.host,
    pid: report.pid,
    version: report.version,
    queues: report.queues,
    slots: report.concurrency,
    slotsByQueue: report.slots,
    activeJobCount: report.activeJobs.length,
    activeJobs: report.activeJobs.map(({ taskId, job, startedAtMs }) => ({ taskId, job, ageMs: sinceMs(startedAtMs) })),
    startedAtMs: report.startedAtMs - report.clockSkewMs,
    uptimeMs: sinceMs(report.startedAtMs),
    lastHeartbeatAtMs: heardAtMs(report),
    processedCount: report.processedCount,
    failedCount: report.failedCount,
    recycledCount: report.recycledCount,
    rssBytes: report.rssBytes,
    cpuRatio: report.cpuRatio,
    eventLoopDelayMs: report.eventLoopDelayMs,
    clockSkewMs: report.clockSkewMs,
    retiring: report.retiring,
    own: own.has(report.workerId),
  };
}
