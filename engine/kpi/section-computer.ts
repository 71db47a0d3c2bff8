/** Computes sections of a view through the cache: once for the whole fleet, stored where every reader finds them. */
import type { CacheRead, SectionCache } from '../cache/cache.ts';
import type { KpiSettings } from '../config/settings.ts';
import type { SectionPayload } from '../model/dashboard.ts';
import type { SqlSource } from '../sources/source.ts';
import type { KpiPack } from './pack.ts';
import type { View, ViewSection } from './views.ts';

export interface SectionComputerOptions {
  readonly pack: KpiPack;
  readonly cache: SectionCache;
  /** Opens the source on first use and again after it was lost. @throws EngineError SOURCE_* */
  readonly source: () => Promise<SqlSource>;
  readonly settings: KpiSettings;
  readonly queryDeadlineMs: number;
}

export interface ComputeRun {
  /** Compute also what is fresh. */
  readonly force: boolean;
  /** Compute also what is about to end. */
  readonly renew?: boolean;
  readonly signal?: AbortSignal;
  /** Called before each section and once after the last. */
  readonly onProgress?: (step: string | null, done: number, count: number) => void;
  readonly onFailed?: (step: string) => void;
}

export class SectionComputer {
  readonly #options: SectionComputerOptions;

  constructor(options: SectionComputerOptions) {
    this.#options = options;
  }

  /** One section within `deadlineMs`. @throws EngineError CACHE_LOADER_*, SQL_*, SOURCE_* */
  section(
    view: View,
    section: ViewSection,
    run: { deadlineMs: number; force: boolean; renew?: boolean; signal?: AbortSignal },
  ): Promise<CacheRead<SectionPayload>> {
    const { pack, cache, source, settings, queryDeadlineMs } = this.#options;
    return cache.compute<SectionPayload>(
      section.key,
      async (signal) => {
        const computed = await pack.computeSection({
          section: section.name,
          filters: view.filters,
          asOf: view.asOf,
          settings,
          source: await source(),
          deadlineMs: queryDeadlineMs,
          signal,
        });
        return { value: computed.payload, dataAsOfMs: computed.dataAsOfMs };
      },
      { ...run, tags: section.tags },
    );
  }

  /**
   * The named sections in the pack's order. One that fails does not keep the others from being computed.
   * @throws the first failure, after all were tried.
   */
  async sections(view: View, names: readonly string[], run: ComputeRun): Promise<void> {
    const wanted = view.sections.filter(({ name }) => names.includes(name));
    const failures: unknown[] = [];
    for (const [done, section] of wanted.entries()) {
      run.signal?.throwIfAborted();
      run.onProgress?.(section.name, done, wanted.length);
      const deadlineMs = this.#options.queryDeadlineMs;
      const { force, renew = false, signal } = run;
      const ask = { deadlineMs, force, renew, ...(signal ? { signal } : {}) };
      await this.section(view, section, ask).catch((error: unknown) => {
        failures.push(error);
        run.onFailed?.(section.name);
      });
    }
    run.signal?.throwIfAborted();
    if (failures.length > 0) throw failures[0];
    run.onProgress?.(null, wanted.length, wanted.length);
  }
}
