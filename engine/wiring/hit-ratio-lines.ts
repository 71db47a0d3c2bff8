/** The hit rate of each layer over the last hour, a point a minute, as this process saw it. */
import type { Clock, Stop } from '../base/clock.ts';
import type { SectionCache } from '../cache/cache.ts';
import { type LayerName, layerNames } from '../model/freshness.ts';

export interface RatioPoint {
  readonly atMs: number;
  /** 0–1; null: nothing was read in that minute. */
  readonly value: number | null;
}

const periodMs = 60_000;
const pointCount = 60;

export class HitRatioLines {
  readonly #cache: Pick<SectionCache, 'layerFigures'>;
  readonly #clock: Clock;
  readonly #points = new Map<LayerName, RatioPoint[]>();
  readonly #stop: Stop;

  constructor(cache: Pick<SectionCache, 'layerFigures'>, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
    this.#stop = clock.every(periodMs, () => this.#take());
  }

  stop(): void {
    this.#stop();
  }

  /** Oldest first, the minute that runs now last. */
  of(layer: LayerName): RatioPoint[] {
    return [...(this.#points.get(layer) ?? []), { atMs: this.#clock.now(), value: this.#ratio(layer) }];
  }

  #take(): void {
    const atMs = this.#clock.now();
    for (const layer of layerNames) {
      const points = [...(this.#points.get(layer) ?? []), { atMs, value: this.#ratio(layer) }];
      this.#points.set(layer, points.slice(-pointCount));
    }
  }

  #ratio(layer: LayerName): number | null {
    const figures = this.#cache.layerFigures(periodMs).find((each) => each.layer === layer);
    return figures && figures.reads > 0 ? (figures.hits + figures.staleHits) / figures.reads : null;
  }
}
