/** The settings of the layers that hold now: those that somebody of the fleet set at run time, else this process's own. */
import type { Logger } from '../base/logger.ts';
import { type LayerSettings, parseLayers } from '../config/settings.ts';
import type { LayerName } from '../model/freshness.ts';

export type Layers = Readonly<Record<LayerName, LayerSettings>>;

export class LayersInForce {
  readonly #own: Layers;
  readonly #logger: Logger;
  #current: Layers;
  /** As written in Redis; null: nobody set any. */
  #shared: string | null = null;

  constructor(own: Layers, logger: Logger) {
    this.#own = own;
    this.#current = own;
    this.#logger = logger;
  }

  get current(): Layers {
    return this.#current;
  }

  set(layers: Layers): void {
    this.#current = layers;
  }

  /** What Redis holds of them; answers whether anything is different now. Those of another version are passed over. */
  told(text: string | null): boolean {
    if (text === this.#shared) return false;
    this.#shared = text;
    const shared = text === null ? this.#own : parseLayers(text);
    if (shared === null) {
      this.#logger.warn('Layers set at run time cannot be read and are passed over', { bytes: text?.length ?? 0 });
      return false;
    }
    this.#current = shared;
    return true;
  }
}
