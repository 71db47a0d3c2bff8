/** The settings of the layers that hold now: those that somebody of the fleet set at run time, else this process's own. */
import type { Logger } from '../base/logger.ts';
import { type LayerSettings, parseLayers } from '../config/settings.ts';
import type { LayerName } from '../model/freshness.ts';

export type Layers = Readonly<Record<LayerName, LayerSettings>>;

export class LayersInForce {
  #own: Layers;
  readonly #logger: Logger;
  #current: Layers;
  /** As Redis holds them; null: nobody set any. */
  #shared: string | null = null;

  constructor(own: Layers, logger: Logger) {
    this.#own = own;
    this.#current = own;
    this.#logger = logger;
  }

  get current(): Layers {
    return this.#current;
  }

  /** @param own what holds here where nobody of the fleet set anything; `layer`, if named, holds at once, Redis or not */
  set(own: Layers, layer: LayerName | null): void {
    this.#own = own;
    this.#current = { ...(this.#laidOver(this.#shared) ?? own), ...(layer === null ? {} : { [layer]: own[layer] }) };
  }

  /** What Redis holds of them, JSON by layer; answers whether anything may be different now. Those of another version are passed over. */
  told(text: string | null): boolean {
    const current = this.#laidOver(text);
    if (current === null) {
      this.#logger.warn('Layers set at run time cannot be read and are passed over', { bytes: text?.length ?? 0 });
      return false;
    }
    const changed = text !== this.#shared || JSON.stringify(current) !== JSON.stringify(this.#current);
    this.#shared = text;
    this.#current = current;
    return changed;
  }

  #laidOver(text: string | null): Layers | null {
    return text === null ? this.#own : parseLayers(`${JSON.stringify(this.#own).slice(0, -1)},${text.slice(1)}`);
  }
}
