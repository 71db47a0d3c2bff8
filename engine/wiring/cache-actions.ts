/** What people and programs do to the cache: invalidate, refresh, clear, clean up, tell of changed data. */
import { EngineError, messageOf } from '../base/errors.ts';
import { cleanUpEntries } from '../cache/clean-up.ts';
import { clearEntries } from '../cache/clear.ts';
import { ownTag } from '../cache/own-tag.ts';
import { parseReport, readReport } from '../cache/reports.ts';
import type { LayeredCache } from '../cache/section-cache.ts';
import type { IndexedEntry } from '../cache/survey/indexed-entry.ts';
import { normalTags } from '../cache/tags.ts';
import type { Dashboards } from '../kpi/dashboards.ts';
import type { KpiPack } from '../kpi/pack.ts';
import {
  type CacheCleanUpReport,
  type CacheClearReport,
  type CacheInvalidation,
  type CacheTarget,
  cacheCleanUpReportSchema,
  type DataChange,
  type InvalidateMode,
} from '../model/cache-actions.ts';
import type { CacheReach } from '../model/cache-entries.ts';
import type { LayerName } from '../model/freshness.ts';
import { parseEntryName } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Store } from '../store/store.ts';
import { reachOf } from './cache-reach.ts';
import type { CacheSurvey } from './cache-survey.ts';
import type { Foundation } from './foundation.ts';
import { orphanTest } from './orphans.ts';

export interface ActionParts {
  readonly cache: LayeredCache;
  readonly survey: CacheSurvey;
  readonly link: RedisLink;
  readonly pack: KpiPack;
  readonly dashboards: Dashboards;
  readonly store: Store;
  readonly onDone: (what: 'invalidated' | 'cleared' | 'cleaned') => void;
}

type LayerOrAll = LayerName | 'all';
type Order = CacheTarget & { readonly mode: InvalidateMode; readonly reason: string };

const reportKey = 'cache.clean-up-report';

export class CacheActions {
  readonly #parts: ActionParts;
  readonly #foundation: Foundation;
  #lastCleanUp: CacheCleanUpReport | null;

  constructor(parts: ActionParts, foundation: Foundation) {
    this.#parts = parts;
    this.#foundation = foundation;
    this.#lastCleanUp = parseReport(parts.store.settings.get(reportKey) ?? '', cacheCleanUpReportSchema);
  }

  get lastCleanUp(): CacheCleanUpReport | null {
    return this.#lastCleanUp;
  }

  /** @throws EngineError CACHE_TARGET_EMPTY, CACHE_TAG_INVALID, CACHE_ENTRY_NOT_OURS */
  reachOf(target: CacheTarget): Promise<CacheReach> {
    const tags = new Set(this.#tagsOf(target));
    return this.#reach((entry) => entry.tags.some((tag) => tags.has(tag)) || tags.has(ownTag(entry.key)));
  }

  /** @throws EngineError CACHE_TARGET_EMPTY, CACHE_TAG_INVALID, CACHE_ENTRY_NOT_OURS, REDIS_* */
  async invalidate(order: Order): Promise<CacheInvalidation> {
    const { clock } = this.#foundation;
    const tags = this.#tagsOf(order);
    const startMs = clock.monotonicMs();
    await this.#parts.cache.invalidate(tags, order.mode, order.reason);
    const tookMs = clock.monotonicMs() - startMs;
    this.#parts.survey.index.forgetSums();
    this.#parts.onDone('invalidated');
    // Counted when it is done: looking through a large index is nothing that the readers should wait for.
    const reach = await this.reachOf(order);
    return {
      atMs: clock.now(),
      mode: order.mode,
      tags: [...normalTags(order.tags)],
      keyCount: order.keys.length,
      entryCount: reach.entryCount,
      sizeBytes: reach.sizeBytes,
      tookMs,
      reason: order.reason,
    };
  }

  /** @throws EngineError CACHE_CHANGE_UNKNOWN, REDIS_* */
  async dataChanged({ type, subject }: DataChange): Promise<CacheInvalidation> {
    const { pack } = this.#parts;
    const tags = pack.changeTags(type, subject);
    if (tags === null) {
      const known = pack.changeTypes.join(', ');
      throw new EngineError(
        'CACHE_CHANGE_UNKNOWN',
        `The pack "${pack.id}" knows no change "${type.slice(0, 60)}"; it knows ${known}`,
      );
    }
    return this.invalidate({ tags: [...tags], keys: [], mode: 'stale', reason: type });
  }

  /** @throws EngineError CACHE_ENTRY_NOT_FOUND, CACHE_ENTRY_NOT_OURS, QUEUE_UNREACHABLE */
  async refresh(key: string, who: string): Promise<{ taskId: string }> {
    const { survey, dashboards } = this.#parts;
    await survey.surveyor.look([key]).catch((error: unknown) => {
      // A refresh may be what mends it; what the index knows is enough to ask for one.
      this.#foundation.logger.debug('An entry could not be looked at', { key, error: messageOf(error) });
    });
    const entry = survey.index.get(key);
    if (!entry) throw new EngineError('CACHE_ENTRY_NOT_FOUND', `There is no entry under "${key.slice(0, 200)}"`);
    const row = survey.rowOf(entry, this.#foundation.clock.now());
    const filters = survey.words.describe(entry.view).normalized;
    if (!row.refreshable || filters === null) {
      throw new EngineError(
        'CACHE_ENTRY_NOT_OURS',
        `"${key.slice(0, 200)}" is of another program, pack version, source or day, so it cannot be computed here`,
      );
    }
    return dashboards.force({ ...filters }, who);
  }

  reachOfLayer(layer: LayerOrAll): Promise<CacheReach> {
    return this.#reach((entry) => layer === 'all' || entry.layer === layer);
  }

  /** @throws EngineError CACHE_CONFIRMATION_WRONG, REDIS_* */
  async clear({ layer, confirm }: { layer: LayerOrAll; confirm: string }): Promise<CacheClearReport> {
    if (confirm !== layer) {
      throw new EngineError(
        'CACHE_CONFIRMATION_WRONG',
        `To clear ${layer === 'all' ? 'every layer' : `the layer ${layer}`} the confirmation must be "${layer}", not "${confirm.slice(0, 40)}"`,
      );
    }
    const { link, survey, onDone } = this.#parts;
    const report = await clearEntries({ link, clock: this.#foundation.clock }, layer);
    survey.surveyor.changed(null);
    onDone('cleared');
    return report;
  }

  /** @throws EngineError REDIS_* */
  async cleanUp(requestedBy: string, remove: boolean): Promise<CacheCleanUpReport> {
    const { link, pack, survey, cache } = this.#parts;
    const isOrphan = orphanTest({ pack, words: survey.words, layers: () => cache.layers() }, this.#foundation);
    const report = await cleanUpEntries({ link, clock: this.#foundation.clock, isOrphan, remove, requestedBy });
    if (!remove) return report;
    this.#keep(report);
    survey.surveyor.changed(null);
    return report;
  }

  /** A worker has cleaned up: what it left as its report is kept. Never throws. */
  async learnCleanUp(): Promise<void> {
    try {
      const report = await readReport(this.#parts.link, 'clean-up', cacheCleanUpReportSchema);
      if (report && report.startedAtMs > (this.#lastCleanUp?.startedAtMs ?? 0)) this.#keep(report);
    } catch (error) {
      this.#foundation.logger.warn('The report of a clean-up could not be read', { error: messageOf(error) });
    }
  }

  #keep(report: CacheCleanUpReport): void {
    this.#lastCleanUp = report;
    this.#parts.store.settings.set(reportKey, JSON.stringify(report));
    this.#parts.onDone('cleaned');
  }

  #reach(isMeant: (entry: IndexedEntry) => boolean): Promise<CacheReach> {
    const { survey } = this.#parts;
    const { index, rowOf } = survey;
    const { clock } = this.#foundation;
    return reachOf({ index, rowOf, clock, complete: survey.complete() }, isMeant);
  }

  /** The tags named, and for each key the tag that stands for that entry alone. */
  #tagsOf({ tags, keys }: CacheTarget): readonly string[] {
    if (tags.length + keys.length === 0)
      throw new EngineError('CACHE_TARGET_EMPTY', 'Nothing was named that could be invalidated');
    const own = keys.map((key) => {
      if (parseEntryName(key) === null)
        throw new EngineError('CACHE_ENTRY_NOT_OURS', `"${key.slice(0, 200)}" is no entry of ours and is left alone`);
      return ownTag(key);
    });
    return [...normalTags(tags), ...own];
  }
}
