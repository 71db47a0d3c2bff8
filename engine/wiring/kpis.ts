/** The way of a KPI: source, cache, views, queues and the dashboards that are read from them. */
import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createSectionCache, type LayeredCache } from '../cache/section-cache.ts';
import type { Settings } from '../config/settings.ts';
import { Dashboards } from '../kpi/dashboards.ts';
import { FilterOptions } from '../kpi/filter-options.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { RefreshPort } from '../kpi/refresh-port.ts';
import { RefreshTracker } from '../kpi/refresh-tracker.ts';
import { SectionComputer } from '../kpi/section-computer.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import { Views } from '../kpi/views.ts';
import { type SectionName, sectionNameSchema } from '../model/dashboard.ts';
import type { TaskStatus } from '../model/task.ts';
import type { EnqueueOptions, JobQueues } from '../queue/job-queues.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';
import type { Links } from './links.ts';
import { keepSnapshots, snapshotPort } from './snapshots.ts';
import { basisOf } from './source.ts';

export interface KpiParts {
  readonly cache: LayeredCache;
  readonly views: Views;
  readonly tracker: RefreshTracker;
  readonly dashboards: Dashboards;
  readonly filterOptions: FilterOptions;
  close(): Promise<void>;
}

export interface KpiInputs {
  readonly settings: Settings;
  readonly pack: KpiPack;
  readonly links: Links;
  readonly queues: JobQueues;
  readonly holder: SourceHolder;
  readonly store: Store;
}

/** Events may be lost with the broker's connection; running tasks are asked for this often. */
const taskCheckMs = 5_000;

export function openKpis(inputs: KpiInputs, foundation: Foundation): KpiParts {
  const { settings, pack, links, queues, holder, store } = inputs;
  const { clock, logger } = foundation;
  const basis = basisOf(settings);
  const views = new Views({ pack, basis, asOf: settings.asOf, clock });
  const cache = createSectionCache({
    link: links.cache,
    snapshots: snapshotPort(store, views),
    layers: settings.layers,
    memoryBytes: settings.memoryTierBytes,
    ...foundation,
  });
  const tracker = new RefreshTracker(clock);
  const computing = { pack, cache, source: holder.get, queryDeadlineMs: settings.queryDeadlineMs };
  const dashboards = new Dashboards({
    packId: pack.id,
    views,
    cache,
    computer: new SectionComputer({ ...computing, settings: settings.kpis }),
    tracker,
    refresh: refreshPort(pack, links, queues, cache),
    sourceInfo: () => holder.info(),
    clock,
    logger,
  });
  const stops = [
    keepSnapshots({ store, cache, views, logger }, ({ viewId, section }) => {
      const known = sectionNameSchema.safeParse(section);
      if (known.success) dashboards.stored(viewId, known.data);
    }),
    cache.onInvalidated((marks) => dashboards.invalidated(marks.map(({ tag }) => tag))),
    followTasks({ queues, tracker, dashboards }, foundation),
  ];
  return {
    cache,
    views,
    tracker,
    dashboards,
    filterOptions: new FilterOptions({ ...computing, basis, logger }),
    async close() {
      for (const stop of stops) stop();
      await cache.close();
    },
  };
}

function refreshPort(pack: KpiPack, links: Links, queues: JobQueues, cache: Pick<LayeredCache, 'layers'>): RefreshPort {
  /** Of what nobody waits for yet: the order that its layers have, and never joined by somebody who waits. */
  const early = (viewId: string, sections: readonly SectionName[]): EnqueueOptions => {
    const layers = pack.sections
      .filter(({ name }) => sections.includes(name))
      .map(({ layer }) => cache.layers()[layer]);
    const order = Math.min(...layers.map(({ priority }) => priority));
    return { priority: 'scheduled', order, deduplicationKey: `refresh-dashboard.${viewId}.early` };
  };
  return {
    available: () => links.cache.isReady && links.broker.isReady,
    request: (request) => {
      const { viewId, filters, asOf, force, urgency, requestedBy } = request;
      const sections = request.sections.map((section): SectionName => sectionNameSchema.parse(section));
      const data = { pack: pack.id, viewId, filters: { ...filters }, asOf, sections, force, requestedBy };
      return queues.enqueue('refresh-dashboard', data, urgency === 'early' ? early(viewId, sections) : {});
    },
  };
}

/** Lets the tracker know how the tasks of its views fare, by events and, for those that were lost, by asking. */
function followTasks(
  parts: { queues: JobQueues; tracker: RefreshTracker; dashboards: Dashboards },
  { clock, logger }: Foundation,
): Stop {
  const { queues, tracker, dashboards } = parts;
  const note = (status: TaskStatus): void => {
    const viewId = tracker.viewOf(status.taskId);
    if (viewId === null) return;
    noteTask(tracker, status);
    dashboards.refreshMoved(viewId);
  };
  const stopListening = queues.onTaskChanged(note);
  const stopAsking = clock.every(taskCheckMs, () => {
    for (const { taskId, sinceMs } of tracker.runningTasks()) {
      if (taskId.startsWith('direct:') || clock.now() - sinceMs < taskCheckMs) continue;
      queues.status(taskId).then(note, (error: unknown) => {
        logger.debug('A running task could not be asked for', { taskId, error: messageOf(error) });
        if (!isUnreachable(error)) tracker.ended(taskId);
      });
    }
  });
  return () => {
    stopListening();
    stopAsking();
  };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'QUEUE_UNREACHABLE';
}

function noteTask(tracker: RefreshTracker, { taskId, state, progress, error }: TaskStatus): void {
  switch (state) {
    case 'PENDING':
    case 'STARTED':
    case 'PROGRESS':
      tracker.progressed(taskId, progress.ratio);
      return;
    case 'SUCCESS':
      tracker.succeeded(taskId);
      return;
    case 'FAILURE':
    case 'RETRY':
      tracker.failed(taskId, error ?? 'the task failed');
      return;
    case 'REVOKED':
      tracker.ended(taskId);
      return;
  }
}
