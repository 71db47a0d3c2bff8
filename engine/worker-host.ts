/** Worker processes without a console: what `vigia worker` runs on any machine that reaches the broker. */
import { z } from 'zod';
import type { Stop } from './base/clock.ts';
import { systemClock } from './base/clock.ts';
import { EngineError } from './base/errors.ts';
import { systemIds, systemRandom } from './base/ids.ts';
import type { Logger } from './base/logger.ts';
import type { Settings } from './config/settings.ts';
import type { SupervisorView } from './model/worker.ts';
import { brokerAt } from './queue/broker.ts';
import { parseRedisUrl } from './redis/address.ts';
import { openWorkers } from './wiring/workers.ts';
import type { WorkerSettings } from './worker.ts';

export interface WorkerHostOptions {
  readonly settings: Settings;
  /** The program of a worker process; it calls `runWorkerProcess`. */
  readonly workerEntry: string;
  readonly logger: Logger;
  /** How long jobs may go on after a stop before they are given back. */
  readonly drainMs: number;
}

export interface WorkerHost {
  /** Where the jobs come from, without credentials. */
  readonly broker: string;
  view(): SupervisorView;
  /** Told when a process is ready, retires or ends. */
  onChanged(listener: () => void): Stop;
  /** Takes no new job, lets the active ones finish, gives back what takes longer. */
  stop(): Promise<void>;
}

/** @throws EngineError CONFIG_INVALID without a server to work for; REDIS_URL_INVALID */
export function startWorkerHost({ settings, workerEntry, logger, drainMs }: WorkerHostOptions): WorkerHost {
  const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger };
  const cacheUrl = settings.cacheUrl ?? settings.brokerUrl;
  const brokerUrl = settings.brokerUrl ?? settings.cacheUrl;
  if (cacheUrl === null || brokerUrl === null) {
    throw new EngineError(
      'CONFIG_INVALID',
      'A worker needs the servers of the console that it works for: --redis (REDIS_URL), --broker (CELERY_BROKER_URL) or both',
    );
  }
  const connection = brokerAt(parseRedisUrl(brokerUrl));
  const own: WorkerSettings = { ...settings, cacheUrl, brokerUrl };
  const workers = openWorkers(
    {
      settings,
      connection,
      childSettings: z.json().parse(own),
      entryPath: workerEntry,
      env: { VIGIA_LOG_LEVEL: settings.logLevel },
      drainMs,
    },
    foundation,
  );
  workers.supervisor.start();
  return {
    broker: connection.address,
    view: workers.view,
    onChanged: (listener) => workers.onChanged(() => listener()),
    async stop() {
      await workers.stop();
      connection.close();
    },
  };
}
