/** The worker processes as they can be seen from here, each with a verdict and the evidence for it. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { QueueCounts, WorkerView } from '../model/task.ts';
import type { WorkerReport } from './fleet.ts';
import type { JobQueues } from './job-queues.ts';
import { heardAtMs, judgeWorker } from './judge-worker.ts';

export interface WorkerSightingsOptions {
  readonly queues: Pick<JobQueues, 'workerReports' | 'counts'>;
  readonly clock: Clock;
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
      return reports.map((report) => viewOf(report, queues, brokerNowMs));
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'QUEUE_UNREACHABLE') throw error;
      return this.#lastReports.map((report) => this.#unseen(report));
    }
  }

  #unseen(report: WorkerReport): WorkerView {
    const ageMs = Math.max(0, this.#options.clock.now() - heardAtMs(report));
    const evidence = `the broker cannot be reached; last heartbeat seen ${Math.round(ageMs / 1_000)} s ago`;
    return { ...factsOf(report), verdict: 'unknown', evidence };
  }
}

function viewOf(report: WorkerReport, queues: readonly QueueCounts[], brokerNowMs: number): WorkerView {
  return { ...factsOf(report), ...judgeWorker({ report, queues, brokerNowMs }) };
}

function factsOf(report: WorkerReport): Omit<WorkerView, 'verdict' | 'evidence'> {
  return {
    workerId: report.workerId,
    host: report.host,
    pid: report.pid,
    slots: report.concurrency,
    activeJobCount: report.activeJobs.length,
    lastHeartbeatAtMs: heardAtMs(report),
    rssBytes: report.rssBytes,
  };
}
