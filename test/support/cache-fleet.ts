/** Caches as separate processes would have them: each with a link, a memory tier and a name of its own. */
import { type Clock, systemClock } from '../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import type { SectionCacheOptions } from '../../engine/cache/assembly.ts';
import type { EntryKey, Loaded } from '../../engine/cache/cache.ts';
import { entryKey } from '../../engine/cache/key.ts';
import { createSectionCache, type LayeredCache } from '../../engine/cache/section-cache.ts';
import { defaultLayerTtlMs, layerSettings } from '../../engine/config/settings.ts';
import type { LayerName } from '../../engine/model/freshness.ts';
import { RedisLink } from '../../engine/redis/link.ts';

export interface Member {
  readonly cache: LayeredCache;
  readonly link: RedisLink;
}

export const testLayers = Object.fromEntries(
  Object.entries(defaultLayerTtlMs).map(([layer, ttlMs]) => [layer, layerSettings(ttlMs)]),
) as SectionCacheOptions['layers'];

export class CacheFleet {
  readonly #members: Member[] = [];

  async join(url: string, options: Partial<SectionCacheOptions> = {}, connected = true): Promise<Member> {
    const clock: Clock = systemClock;
    const link = new RedisLink({
      role: 'cache',
      url,
      access: 'own',
      clock,
      random: systemRandom,
      logger: silentLogger,
    });
    const cache = createSectionCache({
      link,
      snapshots: { load: async () => null },
      layers: testLayers,
      memoryBytes: 16 * 1024 * 1024,
      clock,
      ids: systemIds,
      random: systemRandom,
      logger: silentLogger,
      ...options,
    });
    this.#members.push({ cache, link });
    if (connected) await link.whenReady(2_000);
    return { cache, link };
  }

  async close(): Promise<void> {
    for (const { cache, link } of this.#members.splice(0)) {
      await cache.close();
      await link.close();
    }
  }
}

export function testKey(section = 'kpis', layer: LayerName = 'kpis'): EntryKey {
  const filters = { client: 'Constructora Ñuble' };
  return entryKey({ pack: 'test', packVersion: 1, filters, asOf: '2026-01-15', layer, section });
}

/** A loader that counts its runs and ends when told. */
export class Work<Value> {
  runs = 0;
  readonly #value: (run: number) => Value;
  readonly #gates: PromiseWithResolvers<void>[] = [];
  #held = false;

  constructor(value: (run: number) => Value) {
    this.#value = value;
  }

  /** From now on every run waits for {@link release}. */
  hold(): this {
    this.#held = true;
    return this;
  }

  release(): void {
    this.#held = false;
    for (const gate of this.#gates.splice(0)) gate.resolve();
  }

  load = async (): Promise<Loaded<Value>> => {
    this.runs += 1;
    const run = this.runs;
    if (this.#held) {
      const gate = Promise.withResolvers<void>();
      this.#gates.push(gate);
      await gate.promise;
    }
    return { value: this.#value(run), dataAsOfMs: 1_700_000_000_000 };
  };
}
