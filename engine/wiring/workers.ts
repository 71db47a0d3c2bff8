/** The worker processes of this machine: started, limited, replaced, and shown. */
import type { JobVerbParts } from '../api/job-verbs.ts';
import type { Stop } from '../base/clock.ts';
import type { Settings } from '../config/settings.ts';
import { type JobName, jobNameSchema } from '../model/task.ts';
import type { SupervisorView } from '../model/worker.ts';
import type { BrokerConnection } from '../queue/broker.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import { JobRescue } from '../queue/job-rescue.ts';
import type { ChildSettings } from '../queue/worker-channel.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import { WorkerSupervisor } from '../queue/worker-supervisor.ts';
import type { Foundation } from './foundation.ts';

export interface WorkersInputs {
  readonly settings: Settings;
  readonly connection: BrokerConnection;
  /** What the processes work with, servers included. */
  readonly childSettings: ChildSettings;
  /** The program of a worker process; it calls `runWorkerProcess`. */
  readonly entryPath: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long jobs may go on after a stop; by default as long as a console takes to close. */
  readonly drainMs?: number;
}

export interface Workers {
  readonly supervisor: WorkerSupervisor;
  view(): SupervisorView;
  /** The verbs' way to the processes here and, through the broker, everywhere. */
  verbs(queues: Pick<JobQueues, 'recycle'>, sightings: WorkerSightings): JobVerbParts['workers'];
  /** The console began a moment ago, and none of its processes has ended: who is not seen is still starting. */
  isStarting(): boolean;
  /** Ids of the processes that listen to their queues. */
  ids(): ReadonlySet<string>;
  /** Told when a process is ready, retires or ends. */
  onChanged(listener: (workerId: string | null) => void): Stop;
  stop(): Promise<void>;
}

/** On top of the drain: for giving jobs back, saying goodbye, and cleaning up. */
const allowanceMs = 1_400;

/** A process needs some seconds on a busy machine; demo data is made before the first is started. */
const startingMs = 30_000;

export function openWorkers(inputs: WorkersInputs, foundation: Foundation): Workers {
  const { settings, connection, childSettings, entryPath, env, drainMs } = inputs;
  const { clock, logger } = foundation;
  const openedMs = clock.monotonicMs();
  const rescue = new JobRescue({ connection, clock, logger });
  const supervisor = new WorkerSupervisor({
    entryPath,
    ...(env ? { env } : {}),
    settings: childSettings,
    ...(drainMs === undefined ? {} : { drainMs, graceMs: drainMs + allowanceMs }),
    processCount: settings.workerProcesses,
    rescue,
    hardLimitMs: (job) => limitOf(settings, job)?.hardMs ?? null,
    silenceMs: Math.min(...Object.values(settings.jobLimits).map(({ hardMs }) => hardMs)),
    clock,
    logger,
  });
  return {
    supervisor,
    view: () => viewOf(settings, supervisor),
    verbs: (queues, sightings) => ({
      list: () => sightings.list(),
      supervisor: () => viewOf(settings, supervisor),
      recycle: (workerId) => queues.recycle(workerId),
      scale: (processCount) => supervisor.scale(processCount),
    }),
    isStarting: () => supervisor.isUntried && clock.monotonicMs() - openedMs < startingMs,
    ids: () => new Set(supervisor.processes().flatMap(({ workerId }) => workerId ?? [])),
    onChanged(listener) {
      const stops = [
        supervisor.onChanged(({ workerId }) => listener(workerId)),
        supervisor.onExit(({ workerId }) => listener(workerId)),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    async stop() {
      await supervisor.stop();
      await rescue.close();
    },
  };
}

/** Null for a job that this version does not know. */
export function limitOf(
  { jobLimits }: Pick<Settings, 'jobLimits'>,
  job: string,
): Settings['jobLimits'][JobName] | null {
  const known = jobNameSchema.safeParse(job);
  return known.success ? jobLimits[known.data] : null;
}

function viewOf(settings: Settings, supervisor: WorkerSupervisor): SupervisorView {
  return {
    processCount: supervisor.processCount,
    concurrency: settings.workerConcurrency,
    queues: [...settings.workerQueues],
    maxJobsPerChild: settings.maxJobsPerChild,
    memoryCeilingBytes: settings.workerMemoryBytes,
    processes: supervisor.processes(),
    exits: supervisor.exits().map(({ atMs, pid, workerId, reason, why, uptimeMs, restartInMs }) => ({
      atMs,
      pid,
      workerId,
      reason,
      why,
      uptimeMs,
      restartInMs,
    })),
  };
}
