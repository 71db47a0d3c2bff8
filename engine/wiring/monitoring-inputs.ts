/** What the monitoring is given: the rooms that it looks at. */
import type { AlertEngine } from '../alerts/alert-engine.ts';
import type { Settings } from '../config/settings.ts';
import type { SchedulePort, WatchedQueuesPort } from '../health/ports.ts';
import type { ResponseTimes } from '../health/response-times.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import type { Store } from '../store/store.ts';
import type { FigureInputs } from './alert-figures.ts';
import type { CeleryEvents } from './celery-events.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';
import type { WatchedQueues } from './queues.ts';
import type { TimelineRoom } from './timeline.ts';

export interface MonitoringInputs {
  readonly settings: Pick<Settings, 'backlogMs'>;
  readonly links: Links;
  readonly kpis: KpiParts;
  readonly queues: JobQueues;
  readonly sightings: WorkerSightings;
  /** None of this console's workers has had the time to show itself. */
  readonly workersStarting: () => boolean;
  readonly celery: Pick<CeleryEvents, 'workerViews'>;
  readonly holder: SourceHolder;
  readonly store: Store;
  /** Latencies of reads as their callers saw them, and of the source's queries. */
  readonly responses: ResponseTimes;
  readonly sourceQueries: ResponseTimes;
  readonly schedules: SchedulePort & Pick<FigureInputs, 'missedRuns'>;
  readonly watchedQueues: WatchedQueuesPort & Pick<WatchedQueues, 'own'>;
  readonly alerts: AlertEngine;
  /** As {@link alertFigures} has it. */
  readonly unproved: () => number | null;
  readonly happened: Pick<TimelineRoom, 'timeline' | 'workersSeen' | 'notObserved'>;
}
