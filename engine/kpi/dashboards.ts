/**
 * Answers dashboards at once from what is known, has the rest computed, and never lets a reader wait while a
 * usable value exists. Where jobs run is the queue's business, how values are kept the cache's.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { explained } from '../cache/answer.ts';
import type { CacheRead, SectionCache } from '../cache/cache.ts';
import type { DashboardView, SectionName, SectionPayload, SectionView, SourceInfo } from '../model/dashboard.ts';
import type { Filters } from '../model/filters.ts';
import type { RefreshPort, RefreshRequest } from './refresh-port.ts';
import type { RefreshTracker } from './refresh-tracker.ts';
import type { SectionComputer } from './section-computer.ts';
import type { View, Views } from './views.ts';

export interface DashboardsOptions {
  readonly packId: string;
  readonly views: Views;
  readonly cache: SectionCache;
  readonly computer: SectionComputer;
  readonly tracker: RefreshTracker;
  readonly refresh: RefreshPort;
  readonly sourceInfo: () => SourceInfo;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a reader of a cold view waits for the essentials before answering without them. */
  readonly essentialsDeadlineMs?: number;
}

interface Events {
  changed: { viewId: string; sections: SectionName[] };
}

export class Dashboards {
  readonly #options: Required<DashboardsOptions>;
  readonly #events = new Emitter<Events>();
  /** Views that this process computes itself because no worker's result could reach it. */
  readonly #direct = new Map<string, { readonly run: Promise<unknown>; readonly controller: AbortController }>();

  /** Views in which a reader found something old while a task was under way that may have begun before it grew old. */
  readonly #unmet = new Map<string, View>();

  constructor(options: DashboardsOptions) {
    this.#options = { essentialsDeadlineMs: 2_000, ...options };
  }

  on = this.#events.on.bind(this.#events);

  /**
   * The view as it is known now. Stale or missing sections are queued; missing essentials are computed here.
   * With `waitMs` it waits up to that long for every section to be fresh.
   * @throws EngineError FILTER_INVALID
   */
  async get(filters: Filters, waitMs = 0): Promise<DashboardView> {
    const view = this.#options.views.resolve(filters);
    let sections = await this.#read(view, true);
    if (sections.some(({ freshness }) => freshness.state !== 'fresh')) {
      sections = await this.#have(view, sections);
    }
    if (waitMs > 0) sections = await this.#awaitFresh(view, sections, waitMs);
    return this.#compose(view, sections);
  }

  /** Forces a computation of every section. @throws EngineError FILTER_INVALID, QUEUE_UNREACHABLE */
  async force(filters: Filters, requestedBy: string): Promise<{ taskId: string }> {
    const view = this.#options.views.resolve(filters);
    return this.#request(view, sectionNamesOf(view), true, requestedBy);
  }

  /** Told by the engine when an entry was stored anywhere in the fleet. */
  stored(viewId: string, section: SectionName): void {
    this.#events.emit('changed', { viewId, sections: [section] });
  }

  /** Told by the engine when the data behind entries changed anywhere in the fleet. */
  invalidated(tags: readonly string[]): void {
    for (const view of this.#options.views.recent()) {
      const sections = view.sections.filter(({ tags: own }) => tags.some((tag) => own.includes(tag)));
      if (sections.length === 0) continue;
      this.#events.emit('changed', { viewId: view.viewId, sections: sections.map(({ name }) => name) });
    }
  }

  /** Told by the engine when a task of a view ended or moved on without storing. */
  refreshMoved(viewId: string): void {
    this.#events.emit('changed', { viewId, sections: [] });
    void this.#followUp(viewId);
  }

  /** What a reader found old and the task that just ended did not mend is asked for again; a failed one is the next reader's. */
  async #followUp(viewId: string): Promise<void> {
    const { tracker } = this.#options;
    const view = this.#unmet.get(viewId);
    if (view === undefined || tracker.runningTaskOf(viewId) !== null) return;
    this.#unmet.delete(viewId);
    if (tracker.shouldWait(viewId)) return;
    const due = namesOfOld(await this.#read(view));
    if (due.length > 0 && !tracker.shouldWait(viewId)) await this.#queueOrCompute(view, due);
  }

  /** Every section of the views asked for lately, the latest view first; reads, but never queues. */
  async known(viewLimit: number): Promise<{ view: View; sections: SectionView[] }[]> {
    const views = this.#options.views.recent().slice(0, viewLimit);
    return Promise.all(views.map(async (view) => ({ view, sections: await this.#read(view) })));
  }

  /** @param counted true for what a reader asked; looking again on its behalf would distort the hit rate */
  async #read(view: View, counted = false): Promise<SectionView[]> {
    const keys = view.sections.map(({ key }) => key);
    const reads = await this.#options.cache.read<SectionPayload>(keys, { counted });
    if (counted) this.#renew(view, reads);
    const refresh = this.#options.tracker.statusOf(view.viewId);
    return view.sections.map(({ name }, index) => sectionView(name, reads[index], refresh));
  }

  /** Has what is read often computed anew before its time is over, so that nobody ever finds it stale. */
  #renew(view: View, reads: readonly CacheRead<SectionPayload>[]): void {
    const due = view.sections.filter((_section, index) => reads[index]?.renewDue).map(({ name }) => name);
    if (due.length === 0 || this.#options.tracker.shouldWait(view.viewId)) return;
    void this.#queueOrCompute(view, due, 'early');
  }

  /** Sees to it that what is not fresh gets computed, and waits only for what nobody can show yet. */
  async #have(view: View, sections: SectionView[]): Promise<SectionView[]> {
    const mustWait = this.#options.tracker.shouldWait(view.viewId);
    if (mustWait) this.#unmet.set(view.viewId, view);
    const requested = mustWait ? null : this.#queueOrCompute(view, namesOfOld(sections));
    const cold = sections.some(({ name, payload }) => name === 'essentials' && payload === null);
    if (!cold) return this.#refreshed(view, sections);
    await Promise.all([requested, this.#computeEssentials(view)]);
    return this.#read(view);
  }

  async #queueOrCompute(view: View, due: SectionName[], urgency: RefreshRequest['urgency'] = 'waited-for') {
    try {
      await this.#request(view, due, false, urgency === 'early' ? 'early refresh' : 'reader', urgency);
    } catch (error) {
      this.#options.logger.warn('A refresh could not be queued', { viewId: view.viewId, error: messageOf(error) });
      this.#computeDirectly(view, due, false);
    }
  }

  async #request(
    view: View,
    sections: SectionName[],
    force: boolean,
    requestedBy: string,
    urgency: RefreshRequest['urgency'] = 'waited-for',
  ): Promise<{ taskId: string }> {
    const { refresh, tracker } = this.#options;
    if (!refresh.available()) {
      return { taskId: this.#computeDirectly(view, sections, force) };
    }
    const { viewId, filters, asOf } = view;
    const { taskId } = await refresh.request({ viewId, filters, asOf, sections, force, urgency, requestedBy });
    tracker.started(viewId, taskId);
    this.refreshMoved(viewId);
    return { taskId };
  }

  /** Stops what the engine computes by itself, down to its query; false when it does not. Resolves when it has ended. */
  async cancelDirect(viewId: string): Promise<boolean> {
    const direct = this.#direct.get(viewId);
    if (!direct) return false;
    direct.controller.abort(new EngineError('SQL_CANCELLED', 'The computation was cancelled on request'));
    await direct.run;
    return true;
  }

  /** Without broker or cache the engine computes by itself, one view at a time, into its memory tier. */
  #computeDirectly(view: View, sections: SectionName[], force: boolean): string {
    const { computer, tracker } = this.#options;
    const taskId = `direct:${view.viewId}`;
    if (this.#direct.has(view.viewId)) return taskId;
    tracker.started(view.viewId, taskId);
    const earlier = [...this.#direct.values()].map(({ run }) => run);
    const controller = new AbortController();
    const { signal } = controller;
    const run = Promise.allSettled(earlier)
      .then(() =>
        computer.sections(view, sections, {
          force,
          renew: true,
          signal,
          onProgress: (_step, done, count) => tracker.progressed(taskId, count === 0 ? 1 : done / count),
        }),
      )
      .then(
        () => tracker.succeeded(taskId),
        (error: unknown) => (signal.aborted ? tracker.ended(taskId) : tracker.failed(taskId, messageOf(error))),
      )
      .finally(() => {
        this.#direct.delete(view.viewId);
        this.#events.emit('changed', { viewId: view.viewId, sections });
        void this.#followUp(view.viewId);
      });
    this.#direct.set(view.viewId, { run, controller });
    return taskId;
  }

  async #computeEssentials(view: View): Promise<void> {
    const essentials = view.sections.find(({ name }) => name === 'essentials');
    if (!essentials) return;
    const { computer, tracker, essentialsDeadlineMs: deadlineMs, logger } = this.#options;
    try {
      await computer.section(view, essentials, { deadlineMs, force: false });
    } catch (error) {
      logger.warn('Essentials could not be computed', { viewId: view.viewId, error: messageOf(error) });
      const timedOut = error instanceof EngineError && error.code === 'CACHE_LOADER_TIMEOUT';
      if (!timedOut && tracker.runningTaskOf(view.viewId) === null) tracker.failedView(view.viewId, messageOf(error));
    }
  }

  async #awaitFresh(view: View, sections: SectionView[], waitMs: number): Promise<SectionView[]> {
    const { clock, tracker } = this.#options;
    const untilMs = clock.monotonicMs() + waitMs;
    let current = sections;
    while (current.some(({ freshness }) => freshness.state !== 'fresh')) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      await this.#nextChange(view.viewId, leftMs);
      current = await this.#read(view);
      const open = current.some(({ freshness }) => freshness.state !== 'fresh');
      if (open && !tracker.shouldWait(view.viewId)) current = await this.#have(view, current);
    }
    return current;
  }

  /** Resolves at the view's next change, or after `longestMs`; a second at most, so that a lost event costs little. */
  #nextChange(viewId: string, longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        stop();
        disarm();
        resolve();
      };
      const stop = this.#events.on('changed', (change) => {
        if (change.viewId === viewId) finish();
      });
      const disarm = this.#options.clock.after(Math.min(longestMs, 1_000), finish);
    });
  }

  #refreshed(view: View, sections: SectionView[]): SectionView[] {
    const refresh = this.#options.tracker.statusOf(view.viewId);
    return sections.map((section) => withRefresh(section, refresh));
  }

  #compose(view: View, sections: SectionView[]): DashboardView {
    const { packId, views, tracker, sourceInfo } = this.#options;
    const freshnesses = sections.map(({ freshness }) => freshness);
    return {
      viewId: view.viewId,
      pack: packId,
      filters: view.filters,
      asOf: view.asOf,
      asOfFixed: views.asOfFixed,
      source: sourceInfo(),
      sections,
      oldestComputedAtMs: oldest(freshnesses.map(({ computedAtMs }) => computedAtMs)),
      oldestDataAsOfMs: oldest(freshnesses.map(({ dataAsOfMs }) => dataAsOfMs)),
      staleSectionCount: freshnesses.filter(({ state }) => state !== 'fresh').length,
      taskId: tracker.runningTaskOf(view.viewId),
    };
  }
}

function namesOfOld(sections: readonly SectionView[]): SectionName[] {
  return sections.filter(({ freshness }) => freshness.state !== 'fresh').map(({ name }) => name);
}

function sectionNamesOf(view: View): SectionName[] {
  return view.sections.map(({ name }) => name);
}

function sectionView(
  name: SectionName,
  read: CacheRead<SectionPayload> | undefined,
  refresh: SectionView['freshness']['refresh'],
): SectionView {
  if (!read) throw new EngineError('INTERNAL', `The cache gave no answer for section ${name}`);
  // What the queue knows of the view's task goes before what the cache knows of the entry's computation.
  const told = refresh.status === 'idle' ? read.refresh : refresh;
  const shown = read.state === 'fresh' ? refreshOfFresh(told, read.computedAtMs) : told;
  const { value: payload, renewDue: _chosen, meaning: _meaning, ...freshness } = explained({ ...read, refresh: shown });
  return { name, payload, freshness };
}

/** A fresh section has no failure to tell of; it is part of a running refresh only until it was computed by it. */
function refreshOfFresh(
  refresh: SectionView['freshness']['refresh'],
  computedAtMs: number | null,
): SectionView['freshness']['refresh'] {
  const stillToCome = refresh.status === 'running' && (computedAtMs ?? 0) < refresh.sinceMs;
  return stillToCome ? refresh : { status: 'idle' };
}

function withRefresh(section: SectionView, refresh: SectionView['freshness']['refresh']): SectionView {
  if (section.freshness.state === 'fresh' || refresh.status === 'idle') return section;
  return { ...section, freshness: { ...section.freshness, refresh } };
}

/** The least of the times; null when one of them is unknown. */
function oldest(times: (number | null)[]): number | null {
  return times.reduce<number | null>(
    (least, time) => (least === null || time === null ? null : Math.min(least, time)),
    Number.POSITIVE_INFINITY,
  );
}
