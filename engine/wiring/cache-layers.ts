/** Layers changed by people at run time: kept in the store, laid over what is configured, and spread to the fleet. */
import type { Stop } from '../base/clock.ts';
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
type SettingStore = Pick<Store['settings'], 'get' | 'set' | 'remove'>;

/** What holds from the start: the configuration with what people changed in earlier runs. */
export function layersAtStart(configured: Configured, settings: SettingStore, logger: Logger): Settings['layers'] {
  return laidOver(configured, stored(settings, logger) ?? {});
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
  #changes: StoredLayers | null;

  constructor(parts: LayerSettingsParts, { logger }: Pick<Foundation, 'logger'>) {
    this.#parts = parts;
    this.#logger = logger;
    this.#changes = stored(parts.settings, logger);
    this.#stop = parts.link.onChange(({ state }) => {
      if (state === 'ready') void this.#share();
    });
    if (parts.link.isReady) void this.#share();
  }

  stop(): void {
    this.#stop();
  }

  /** Which fields are fixed by which variable, and which were changed here. */
  of(layer: LayerName): { fixed: Partial<Record<LayerField, string>>; changed: LayerField[] } {
    const fixed = this.#parts.configured.fixedLayers?.[layer] ?? {};
    const changes = this.#changes?.[layer] ?? {};
    return {
      fixed: { ...fixed },
      changed: layerFields.filter((field) => changes[field] !== undefined && fixed[field] === undefined),
    };
  }

  /** @throws EngineError CACHE_LAYER_FIXED, CACHE_LAYER_INVALID, STORE_UNAVAILABLE */
  async set({ layer, changes }: SetLayer): Promise<LayerSet> {
    const { configured, settings, cache, onChanged } = this.#parts;
    if (changes !== null) this.#refuseFixed(layer, changes);
    const { [layer]: before, ...others } = this.#changes ?? {};
    const next: StoredLayers = changes === null ? others : { ...others, [layer]: { ...before, ...changes } };
    const layers = laidOver(configured, next);
    refuseContradiction(layer, layers[layer]);
    settings.set(settingKey, JSON.stringify(next));
    this.#changes = next;
    // What another console of the fleet set for the other layers is left as it is.
    cache.setLayers({ ...cache.layers(), [layer]: layers[layer] });
    onChanged();
    return { shared: await this.#share(cache.layers()) };
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

  /** Never throws. False: Redis was not told. */
  async #share(layers: Settings['layers'] | null = this.#ofThisConsole()): Promise<boolean> {
    const { cache, settings } = this.#parts;
    if (this.#changes === null) return true;
    try {
      await cache.shareLayers(layers);
      if (layers === null) {
        settings.remove(settingKey);
        this.#changes = null;
      }
      return true;
    } catch (error) {
      this.#logger.warn('Changed layers could not be told to the fleet yet', { error: messageOf(error) });
      return false;
    }
  }

  /** Null when everything is as configured again, so that nobody has to be told otherwise. */
  #ofThisConsole(): Settings['layers'] | null {
    const changes = this.#changes ?? {};
    return Object.keys(changes).length === 0 ? null : laidOver(this.#parts.configured, changes);
  }
}

function stored(settings: Pick<SettingStore, 'get'>, logger: Logger): StoredLayers | null {
  const text = settings.get(settingKey);
  if (text === null) return null;
  try {
    return storedLayersSchema.parse(JSON.parse(text));
  } catch (error) {
    logger.warn('Layers changed in an earlier run cannot be read and are passed over', { error: messageOf(error) });
    return null;
  }
}

/** What the environment fixes stays, also against what was changed before it was fixed. */
function laidOver({ layers, fixedLayers }: Configured, changes: StoredLayers): Settings['layers'] {
  const of = (layer: LayerName): LayerSettings => {
    const fixed = fixedLayers?.[layer] ?? {};
    const free = Object.fromEntries(
      Object.entries(changes[layer] ?? {}).filter(([field]) => !Object.hasOwn(fixed, field)),
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
