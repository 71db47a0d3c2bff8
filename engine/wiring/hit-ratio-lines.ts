/** The hit rate of each layer over the last hour, a point a minute, as this console saw it; kept, so that a restart only leaves a gap. */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { SectionCache } from '../cache/cache.ts';
import { type LayerName, layerNames } from '../model/freshness.ts';
import type { Series, SignalName } from '../model/sample.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

const periodMs = 60_000;
const lineMs = 60 * periodMs;
/** Two a minute, so that two minutes are never one point. */
const mostPoints = 120;
/** A stretch shorter than this is not worth a point of its own. */
const leastMs = 1_000;

export class HitRatioLines {
  readonly #cache: Pick<SectionCache, 'layerFigures'>;
  readonly #samples: Pick<Store['samples'], 'append' | 'series'>;
  readonly #foundation: Pick<Foundation, 'clock' | 'logger'>;
  readonly #stop: Stop;
  #takenMs: number;

  constructor(
    cache: Pick<SectionCache, 'layerFigures'>,
    samples: Pick<Store['samples'], 'append' | 'series'>,
    foundation: Pick<Foundation, 'clock' | 'logger'>,
  ) {
    this.#cache = cache;
    this.#samples = samples;
    this.#foundation = foundation;
    this.#takenMs = foundation.clock.monotonicMs();
    this.#stop = foundation.clock.every(periodMs, () => this.#take());
  }

  /** Keeps the minute that has begun. */
  stop(): void {
    this.#stop();
    if (this.#sinceTakenMs() >= leastMs) this.#take();
  }

  /** Oldest first, the minute that runs now last; a null where this console did not run. @throws EngineError STORE_UNAVAILABLE */
  of(layer: LayerName): Series['points'] {
    const nowMs = this.#clock.now();
    const { points } = this.#samples.series(signalOf(layer), nowMs - lineMs, nowMs, mostPoints);
    return [...points, { atMs: nowMs, value: this.#figures(layer, Math.max(leastMs, this.#sinceTakenMs())).value }];
  }

  get #clock(): Clock {
    return this.#foundation.clock;
  }

  #sinceTakenMs(): number {
    return Math.min(periodMs, this.#clock.monotonicMs() - this.#takenMs);
  }

  #take(): void {
    const atMs = this.#clock.now();
    const spanMs = Math.max(leastMs, this.#sinceTakenMs());
    this.#takenMs = this.#clock.monotonicMs();
    try {
      this.#samples.append(
        layerNames.map((layer) => ({ signal: signalOf(layer), atMs, spanMs, ...this.#figures(layer, spanMs) })),
      );
    } catch (error) {
      this.#foundation.logger.warn('The hit rates of the last minute could not be kept', { error: messageOf(error) });
    }
  }

  #figures(layer: LayerName, windowMs: number): { value: number | null; count: number } {
    const figures = this.#cache.layerFigures(windowMs).find((each) => each.layer === layer);
    if (!figures || figures.reads === 0) return { value: null, count: 0 };
    return { value: (figures.hits + figures.staleHits) / figures.reads, count: figures.reads };
  }
}

function signalOf(layer: LayerName): SignalName {
  return `layer.${layer}.hit_ratio`;
}
