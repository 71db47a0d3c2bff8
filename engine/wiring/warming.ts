/** Decides what is warmed and when: the pack's variants and the learned ones, on start, on schedule and on request. */

import type { Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { parseReport, readReport } from '../cache/reports.ts';
import type { Settings } from '../config/settings.ts';
import type { KpiPack, NormalizedFilters } from '../kpi/pack.ts';
import type { Views } from '../kpi/views.ts';
import { type CacheWarming, type LearnedVariant, type WarmReport, warmReportSchema } from '../model/cache-actions.ts';
import type { Filters } from '../model/filters.ts';
import { type Said, said } from '../model/said.ts';
import type { TaskStatus } from '../model/task.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { JobData } from '../queue/jobs.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';
import type { Links } from './links.ts';

export interface WarmingParts {
  readonly settings: Pick<Settings, 'warming' | 'warmLearnedCount'>;
  readonly pack: KpiPack;
  readonly views: Views;
  readonly links: Pick<Links, 'cache' | 'broker'>;
  readonly queues: Pick<JobQueues, 'enqueue' | 'onTaskChanged'>;
  readonly store: Pick<Store, 'settings' | 'learnedVariants' | 'notices'>;
  readonly onChanged: () => void;
}

const halfLifeMs = 7 * 24 * 60 * 60_000;
/** A console asks again by itself all the time; that is one use. */
const sameUseMs = 5 * 60_000;
const rememberedUses = 1_000;
/** Used less than this is not worth a worker's time. */
const leastScore = 0.5;
/** After giving way it is tried again. */
const resumeMs = 60_000;
/** A console that is restarted does not warm what was warmed just now. */
const recentMs = 5 * 60_000;
const reportKey = 'cache.warm-report';
const noticeId = 'cache-warming-failed';

export class Warming {
  readonly #parts: WarmingParts;
  readonly #foundation: Foundation;
  readonly #uses = new Map<string, number>();
  readonly #stops: Stop[] = [];
  #task: TaskStatus | null = null;
  #unproved: number | null = null;
  #report: WarmReport | null;
  /** Why the last warm-up came to nothing; null when it came to a report. */
  #failure: string | null = null;
  #resume: Stop = () => undefined;
  #resumesAtMs: number | null = null;

  constructor(parts: WarmingParts, foundation: Foundation) {
    this.#parts = parts;
    this.#foundation = foundation;
    this.#report = parseReport(parts.store.settings.get(reportKey) ?? '', warmReportSchema);
    this.#count();
    this.#stops.push(parts.queues.onTaskChanged((status) => this.#followed(status)));
  }

  /** Once the links are up. Never throws. */
  async start(): Promise<void> {
    const { links, settings } = this.#parts;
    const { clock, logger } = this.#foundation;
    try {
      await Promise.all([links.broker.whenReady(recentMs), links.cache.whenReady(recentMs)]);
      await this.#readReport();
      const sinceMs = clock.now() - (this.#report?.finishedAtMs ?? 0);
      if (settings.warming && sinceMs > recentMs) await this.request('start');
    } catch (error) {
      logger.debug('Nothing is warmed on start', { error: messageOf(error) });
    }
  }

  stop(): void {
    this.#resume();
    for (const stop of this.#stops) stop();
  }

  /** Somebody asked for this view. Never throws. */
  used(filters: Filters): void {
    const { pack, store } = this.#parts;
    const { clock, logger } = this.#foundation;
    try {
      const canonical = canonicalText(pack.normalizeFilters(filters));
      const nowMs = clock.now();
      const lastMs = this.#uses.get(canonical);
      if (lastMs !== undefined && nowMs - lastMs < sameUseMs && nowMs >= lastMs) return;
      this.#uses.delete(canonical);
      this.#uses.set(canonical, nowMs);
      const oldest = this.#uses.keys().next();
      if (this.#uses.size > rememberedUses && !oldest.done) this.#uses.delete(oldest.value);
      store.learnedVariants.note(pack.id, canonical, nowMs, halfLifeMs);
    } catch (error) {
      logger.debug('A use of filters was not noted', { error: messageOf(error) });
    }
  }

  /** What a warm-up is to compute; empty where warming is off. */
  scheduled(): JobData['precompute'] {
    return { variants: this.#parts.settings.warming ? this.#variants() : [], requestedBy: 'schedule:precompute' };
  }

  /** Queues a warm-up, or joins the one that waits or runs. @throws EngineError QUEUE_UNREACHABLE */
  async request(requestedBy: string): Promise<{ taskId: string; joined: boolean }> {
    return this.#enqueue({ variants: this.#variants(), requestedBy });
  }

  /** Keys that the last warm-up which tried any left without a hit, at least 1 when one failed as a whole; null before the first. */
  get unprovedCount(): number | null {
    return this.#failure === null ? this.#unproved : Math.max(1, this.#unproved ?? 0);
  }

  view(): CacheWarming {
    const { settings, pack } = this.#parts;
    const task = this.#task;
    const running = task?.state === 'STARTED' || task?.state === 'PROGRESS';
    const waits = task !== null && !running;
    return {
      enabled: settings.warming,
      state: running ? 'running' : waits || this.#resumesAtMs !== null ? 'waiting' : 'idle',
      reason: this.#resumesAtMs === null ? null : (this.#report?.gaveWay ?? null),
      task: task && { taskId: task.taskId, state: task.state, ratio: task.progress.ratio },
      learned: this.#learned().map((variant) => ({ ...variant, shown: pack.explainFilters(variant.filters) })),
      staticCount: pack.staticVariants.length,
      learnedLimit: settings.warmLearnedCount,
      halfLifeMs,
      failure: this.#failure,
      lastReport: this.#report && {
        ...this.#report,
        variants: this.#report.variants.map((variant) => ({ ...variant, shown: pack.explainFilters(variant.filters) })),
      },
    };
  }

  async #enqueue(data: JobData['precompute']): Promise<{ taskId: string; joined: boolean }> {
    const queued = await this.#parts.queues.enqueue('precompute', data);
    this.#parts.onChanged();
    return queued;
  }

  #variants(): NonNullable<JobData['precompute']['variants']> {
    const { pack } = this.#parts;
    const named = pack.staticVariants.map((filters) => ({
      filters: pack.normalizeFilters(filters),
      origin: 'static' as const,
    }));
    const learned = this.#learned().map(({ filters }) => ({ filters, origin: 'learned' as const }));
    return [...named, ...learned].map(({ filters, origin }) => ({ filters: { ...filters }, origin }));
  }

  /** Without those that the pack names, and those that it does not understand any more. */
  #learned(): LearnedVariant[] {
    const { pack, store, settings } = this.#parts;
    const named = new Set(pack.staticVariants.map((filters) => canonicalText(pack.normalizeFilters(filters))));
    const wanted = settings.warmLearnedCount + named.size;
    const used = store.learnedVariants.top(pack.id, wanted, this.#foundation.clock.now(), halfLifeMs);
    return used
      .filter(({ filters, score }) => !named.has(filters) && score >= leastScore)
      .flatMap(({ filters, score, lastUsedAtMs }) => {
        const normalized = this.#normalized(filters);
        return normalized === null ? [] : [{ filters: { ...normalized }, score, lastUsedAtMs }];
      })
      .slice(0, settings.warmLearnedCount);
  }

  #normalized(filters: string): NormalizedFilters | null {
    try {
      return this.#parts.pack.normalizeFilters(JSON.parse(filters) as Filters);
    } catch {
      // Of an older version of the pack: nobody can ask for it any more.
      return null;
    }
  }

  #followed(status: TaskStatus): void {
    if (status.job !== 'precompute') return;
    const ended = ['SUCCESS', 'FAILURE', 'REVOKED'].includes(status.state);
    if (!ended) this.#task = status;
    else if (this.#task === null || this.#task.taskId === status.taskId) this.#task = null;
    if (status.state === 'SUCCESS') void this.#finished();
    if (status.state === 'FAILURE') {
      this.#failure = status.error ?? 'no reason given';
      this.#tell(`The warm-up failed: ${this.#failure}`, said('notice_warm_failed', { problem: this.#failure }));
    }
    this.#parts.onChanged();
  }

  async #finished(): Promise<void> {
    const { logger } = this.#foundation;
    try {
      await this.#readReport();
    } catch (error) {
      logger.warn('The report of a warm-up could not be read', { error: messageOf(error) });
    }
    this.#failure = null;
    const report = this.#report;
    if (report) this.#judge(report);
    this.#parts.onChanged();
  }

  async #readReport(): Promise<void> {
    const { links, store } = this.#parts;
    const report = await readReport(links.cache, 'warm-up', warmReportSchema);
    if (report === null || report.finishedAtMs <= (this.#report?.finishedAtMs ?? 0)) return;
    this.#report = report;
    this.#count();
    store.settings.set(reportKey, JSON.stringify(report));
  }

  /** A warm-up that gave way before its first key proves nothing, and takes nothing back. */
  #count(): void {
    if (this.#report !== null && this.#report.keyCount > 0) this.#unproved = this.#report.failedCount;
  }

  #judge({ failedCount, keyCount, gaveWay, variants }: WarmReport): void {
    const failed = variants.flatMap(({ proofs }) => proofs).find(({ outcome }) => outcome !== 'hit');
    if (failed) {
      const first = `${failed.section} (${failed.outcome}: ${failed.problem ?? ''}, ${failed.key})`;
      const { section } = failed;
      const figures = { failed: failedCount, count: keyCount, section, problem: failed.problem ?? failed.outcome };
      this.#tell(
        `${failedCount} of ${keyCount} warmed keys are no hit when read back; the first: ${first}`,
        said('notice_warm_missed', figures),
      );
    } else if (keyCount > 0) this.#parts.store.notices.remove(noticeId);
    if (gaveWay !== null) this.#resumeLater(variants);
  }

  #resumeLater(variants: WarmReport['variants']): void {
    // Those that failed as well: else the rest alone would pass for the proof of all.
    const left = variants.filter(({ outcome }) => outcome !== 'proved');
    const { clock, logger } = this.#foundation;
    this.#resume();
    this.#resumesAtMs = clock.now() + resumeMs;
    this.#resume = clock.after(resumeMs, () => {
      this.#resumesAtMs = null;
      const rest = left.map(({ filters, origin }) => ({ filters, origin }));
      this.#enqueue({ variants: rest, requestedBy: 'resume' }).catch((error: unknown) =>
        logger.debug('A warm-up could not be resumed', { error: messageOf(error) }),
      );
    });
  }

  /** One notice, the latest, until a warm-up is proved again. */
  #tell(message: string, inAll: Said): void {
    const { store } = this.#parts;
    const { clock, logger } = this.#foundation;
    logger.warn('A warm-up did not warm', { message });
    store.notices.remove(noticeId);
    store.notices.add({ id: noticeId, level: 'warning', message, said: inAll, atMs: clock.now() });
  }
}

function canonicalText(filters: NormalizedFilters): string {
  return JSON.stringify(Object.fromEntries(Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
