/** Layers changed by people at run time: kept in the store, laid over what is configured, and spread to the fleet. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LayeredCache } from '../cache/section-cache.ts';
import type { LayerSettings, Settings } from '../config/settings.ts';
import {
  type LayerChanges,
  type LayerField,
  type LayerSet,
  layerFields,
  type SetLayer,
  type StoredLayers,
  storedLayersSchema,
} from '../model/cache-layers.ts';
import { type LayerName, layerNames } from '../model/freshness.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

const settingKey = 'cache.layers';
const apiNames: Readonly<Record<LayerField, string>> = {
  ttlMs: 'The TTL',
  staleWindowMs: 'The stale window',
  maxAgeMs: 'The age ceiling',
  memoryShare: 'The memory share',
  codecKind: 'The compression',
  compressFromBytes: 'The size to compress from',
  priority: 'The priority',
};

type Configured = Pick<Settings, 'layers' | 'fixedLayers'>;
type SettingStore = Pick<Store['settings'], 'get' | 'set'>;

/** What holds from the start: the configuration with what people changed in earlier runs. */
export function layersAtStart(configured: Configured, settings: SettingStore, logger: Logger): Settings['layers'] {
  return laidOver(configured, stored(settings, logger));
}

interface LayerSettingsParts {
  /** As the flags, the environment, the files and the defaults have them. */
  readonly configured: Configured;
  readonly settings: SettingStore;
  readonly cache: Pick<LayeredCache, 'layers' | 'setLayers' | 'shareLayers'>;
  readonly link: {
    readonly isReady: boolean;
    onChange(listener: (view: { readonly state: string }) => void): Stop;
  };
  readonly onChanged: () => void;
}

export class ChangedLayers {
  readonly #parts: LayerSettingsParts;
  readonly #logger: Logger;
  readonly #stop: Stop;
  #isStopped = false;
  readonly #clock: Clock;
  #changes: StoredLayers;

  constructor(parts: LayerSettingsParts, { clock, logger }: Pick<Foundation, 'clock' | 'logger'>) {
    this.#parts = parts;
    this.#logger = logger;
    this.#clock = clock;
    this.#changes = stored(parts.settings, logger);
    this.#stop = parts.link.onChange(({ state }) => {
      if (state === 'ready') void this.#share();
    });
    if (parts.link.isReady) void this.#share();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  /** Which fields are fixed by which variable, and which were changed here. */
  of(layer: LayerName): { fixed: Partial<Record<LayerField, string>>; changed: LayerField[] } {
    const fixed = this.#parts.configured.fixedLayers?.[layer] ?? {};
    const changes = this.#changes[layer]?.changes ?? {};
    return {
      fixed: { ...fixed },
      changed: layerFields.filter((field) => changes[field] !== undefined && fixed[field] === undefined),
    };
  }

  /** @throws EngineError CACHE_LAYER_FIXED, CACHE_LAYER_INVALID, STORE_UNAVAILABLE */
  async set({ layer, changes }: SetLayer): Promise<LayerSet> {
    const { configured, cache, onChanged } = this.#parts;
    if (changes !== null) this.#refuseFixed(layer, changes);
    const all = changes === null ? null : { ...this.#changes[layer]?.changes, ...changes };
    const next: StoredLayers = { ...this.#changes, [layer]: { atMs: this.#clock.now(), changes: all } };
    const layers = laidOver(configured, next);
    refuseContradiction(layer, layers[layer]);
    this.#keep(next);
    cache.setLayers(layers, layer);
    onChanged();
    return { shared: await this.#share(layer) };
  }

  #refuseFixed(layer: LayerName, changes: LayerChanges): void {
    const { fixed } = this.of(layer);
    for (const field of layerFields) {
      const variable = fixed[field];
      if (variable === undefined || changes[field] === undefined) continue;
      const message = `${apiNames[field]} of ${layer} is fixed by ${variable} and cannot be changed here`;
      throw new EngineError('CACHE_LAYER_FIXED', message);
    }
  }

  /**
   * Tells the fleet what was changed here, `changed` as a change of this moment; what somebody changed later elsewhere is
   * forgotten here. Never throws. False: Redis was not told.
   */
  async #share(changed: LayerName | null = null): Promise<boolean> {
    const { cache, configured, onChanged } = this.#parts;
    const told = this.#changes;
    const own = laidOver(configured, told);
    const layers = layerNames.filter((layer) => told[layer] !== undefined);
    if (layers.length === 0) return true;
    const asked = layers.map((layer) => ({
      layer,
      atMs: layer === changed ? null : (told[layer]?.atMs ?? null),
      settings: (told[layer]?.changes ?? null) === null ? null : own[layer],
    }));
    try {
      const times = await cache.shareLayers(asked);
      if (this.#isStopped) return true;
      // What was changed here meanwhile is told by its own call.
      const open = layers.filter((layer) => this.#changes[layer] === told[layer]);
      this.#settle(open, new Map(layers.map((layer, at) => [layer, times[at] ?? null])));
      if (times.includes(null)) onChanged();
      return true;
    } catch (error) {
      this.#logger.warn('Changed layers could not be told to the fleet yet', { error: messageOf(error) });
      return false;
    }
  }

  #settle(layers: readonly LayerName[], times: ReadonlyMap<LayerName, number | null>): void {
    const next = { ...this.#changes };
    for (const layer of layers) {
      const atMs = times.get(layer) ?? null;
      const change = next[layer];
      if (atMs === null) delete next[layer];
      else if (change !== undefined) next[layer] = { ...change, atMs };
    }
    this.#keep(next);
    this.#parts.cache.setLayers(laidOver(this.#parts.configured, next), null);
  }

  #keep(changes: StoredLayers): void {
    this.#parts.settings.set(settingKey, JSON.stringify(changes));
    this.#changes = changes;
  }
}

function stored(settings: Pick<SettingStore, 'get'>, logger: Logger): StoredLayers {
  const text = settings.get(settingKey);
  if (text === null) return {};
  try {
    return storedLayersSchema.parse(JSON.parse(text));
  } catch (error) {
    logger.warn('Layers changed in an earlier run cannot be read and are passed over', { error: messageOf(error) });
    return {};
  }
}

/** What the environment fixes stays, also against what was changed before it was fixed. */
function laidOver({ layers, fixedLayers }: Configured, changes: StoredLayers): Settings['layers'] {
  const of = (layer: LayerName): LayerSettings => {
    const fixed = fixedLayers?.[layer] ?? {};
    const free = Object.fromEntries(
      Object.entries(changes[layer]?.changes ?? {}).filter(([field]) => !Object.hasOwn(fixed, field)),
    ) as LayerChanges;
    const own = layers[layer];
    return {
      ttlMs: free.ttlMs ?? own.ttlMs,
      staleWindowMs: free.staleWindowMs ?? own.staleWindowMs,
      maxAgeMs: free.maxAgeMs ?? own.maxAgeMs,
      memoryShare: free.memoryShare ?? own.memoryShare,
      codec: {
        kind: free.codecKind ?? own.codec.kind,
        fromBytes: free.compressFromBytes === undefined ? own.codec.fromBytes : free.compressFromBytes,
      },
      priority: free.priority ?? own.priority,
    };
  };
  return Object.fromEntries(layerNames.map((layer) => [layer, of(layer)])) as Record<LayerName, LayerSettings>;
}

function refuseContradiction(layer: LayerName, { ttlMs, maxAgeMs }: LayerSettings): void {
  if (maxAgeMs >= ttlMs) return;
  throw new EngineError(
    'CACHE_LAYER_INVALID',
    `The age ceiling of ${layer} (${maxAgeMs / 1000} s) is below its TTL (${ttlMs / 1000} s): nothing would stay fresh that long`,
  );
}
