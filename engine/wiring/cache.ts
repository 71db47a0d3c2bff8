/** The cache as it is operated: survey, status, actions, warming, and what the consoles are told of it. */

import type { CacheOps } from '../api/cache-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { CauseFacts } from '../health/causes/depth.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { JobQueues } from '../queue/job-queues.ts';
import type { Store } from '../store/store.ts';
import { CacheActions } from './cache-actions.ts';
import { detailOf } from './cache-entry.ts';
import { cacheHealth } from './cache-health.ts';
import { ChangedLayers } from './cache-layers.ts';
import { cacheStatus, type StatusParts } from './cache-status.ts';
import { type CacheSurvey, openSurvey } from './cache-survey.ts';
import type { Foundation } from './foundation.ts';
import { HitRatioLines } from './hit-ratio-lines.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';
import { noteTasks } from './refresh-events.ts';
import { Warming } from './warming.ts';

export interface CacheRoomInputs {
  readonly settings: Settings;
  /** Without what people changed at run time. */
  readonly configured: Settings;
  readonly pack: KpiPack;
  readonly links: Links;
  readonly kpis: KpiParts;
  readonly queues: JobQueues;
  readonly store: Store;
  readonly causeFacts: () => Promise<CauseFacts>;
}

type What = 'entries' | 'invalidated' | 'cleared' | 'cleaned' | 'warming' | 'settings' | 'link';

export interface CacheChange {
  readonly what: What;
  readonly keys: string[];
}

export interface CacheRoom {
  readonly ops: CacheOps;
  readonly warming: Warming;
  onChanged(listener: (change: CacheChange) => void): Stop;
  stop(): void;
}

/** At most four times a second. */
const tellMs = 250;
const mostKeysTold = 100;

export function openCacheRoom(inputs: CacheRoomInputs, foundation: Foundation): CacheRoom {
  const { settings, configured, pack, links, kpis, queues, store, causeFacts } = inputs;
  const { clock } = foundation;
  const { cache, views, tracker, dashboards } = kpis;
  const teller = new Teller(foundation);
  const tell = (what: What) => (): void => teller.tell(what, []);
  const survey = openSurvey(
    { settings, pack, views, cache, link: links.cache, onChanged: (keys) => teller.tell('entries', keys) },
    foundation,
  );
  const onDone = (what: What): void => teller.tell(what, []);
  const actions = new CacheActions({ cache, survey, link: links.cache, pack, dashboards, store, onDone }, foundation);
  const warming = new Warming({ settings, pack, views, links, queues, store, onChanged: tell('warming') }, foundation);
  const onLayers = (): void => {
    survey.index.forgetSums();
    teller.tell('settings', []);
  };
  const layerParts = { configured, settings: store.settings, cache, link: links.cache, onChanged: onLayers };
  const layers = new ChangedLayers(layerParts, foundation);
  const lines = new HitRatioLines(cache, store.samples, foundation);
  const statusParts: StatusParts = {
    ...{ cache, survey, lines, layers, link: links.cache },
    memoryLimitBytes: settings.memoryTierBytes,
    nowMs: () => clock.now(),
    warming: () => warming.view(),
    lastCleanUp: () => actions.lastCleanUp,
  };
  const stops = [
    noteTasks(queues, tracker, survey.timeline),
    queues.onTaskChanged(({ job, state }) => {
      if (job === 'clean-up' && state === 'SUCCESS') void actions.learnCleanUp();
    }),
    cache.onInvalidated(() => {
      survey.index.forgetSums();
      teller.tell('invalidated', []);
    }),
    links.cache.onChange(tell('link')),
    () => lines.stop(),
    () => layers.stop(),
    () => warming.stop(),
    () => survey.stop(),
    () => teller.stop(),
  ];
  void warming.start();
  const details = { survey, cache, tracker, store, causeFacts };
  return {
    ops: opsOf({ survey, actions, warming, layers, statusParts }, (key) => detailOf(details, key, foundation)),
    warming,
    onChanged: (listener) => teller.on(listener),
    stop: () => stops.forEach((stop) => stop()),
  };
}

function opsOf(
  parts: {
    survey: CacheSurvey;
    actions: CacheActions;
    warming: Warming;
    layers: ChangedLayers;
    statusParts: StatusParts;
  },
  entry: CacheOps['entry'],
): CacheOps {
  const { survey, actions, warming, layers, statusParts } = parts;
  return {
    status: () => cacheStatus(statusParts),
    health: async () => cacheHealth(await cacheStatus(statusParts)),
    entries: (query) => survey.listings.page(query),
    entry,
    reachOf: (target) => actions.reachOf(target),
    invalidate: (order) => actions.invalidate(order),
    refresh: (key, who) => actions.refresh(key, who),
    reachOfLayer: (layer) => actions.reachOfLayer(layer),
    clear: (order) => actions.clear(order),
    setLayer: (order) => layers.set(order),
    warm: (who) => warming.request(who),
    warming: () => warming.view(),
    cleanUp: (who, remove) => actions.cleanUp(who, remove),
    dataChanged: (change) => actions.dataChanged(change),
  };
}

/** Gathers what changed, so that a busy cache does not flood its consoles. */
class Teller {
  readonly #clock: Foundation['clock'];
  readonly #events: Emitter<{ changed: CacheChange }>;
  readonly #waiting = new Map<What, Set<string> | null>();
  #disarm: Stop | null = null;

  constructor({ clock, logger }: Foundation) {
    this.#clock = clock;
    this.#events = new Emitter((error) => logger.error('A listener to the cache failed', { error: messageOf(error) }));
  }

  on(listener: (change: CacheChange) => void): Stop {
    return this.#events.on('changed', listener);
  }

  tell(what: What, keys: readonly string[]): void {
    const waiting = this.#waiting.get(what);
    const all = waiting === null ? null : new Set([...(waiting ?? []), ...keys]);
    this.#waiting.set(what, all === null || all.size > mostKeysTold ? null : all);
    this.#disarm ??= this.#clock.after(tellMs, () => this.#flush());
  }

  stop(): void {
    this.#disarm?.();
  }

  #flush(): void {
    this.#disarm = null;
    const told = [...this.#waiting];
    this.#waiting.clear();
    for (const [what, keys] of told) this.#events.emit('changed', { what, keys: [...(keys ?? [])] });
  }
}
