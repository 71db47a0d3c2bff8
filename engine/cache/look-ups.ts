/** Gathers the keys that are asked for in one turn of the event loop: each is fetched once, all in one round trip. */

/** Few enough that no call holds Redis up, and that the first are decoded while Redis looks for the next. */
const atOnce = 16;

export interface LookUp<Asked, Found> {
  readonly asked: Asked;
  readonly resolve: (found: Found | PromiseLike<Found>) => void;
}

interface Open<Asked, Found> extends LookUp<Asked, Found> {
  readonly promise: Promise<Found>;
}

export class LookUps<Asked, Found> {
  readonly #fetch: (lookUps: readonly LookUp<Asked, Found>[]) => void;
  /** Most turns ask for one key, which needs no map. */
  #first: { readonly name: string; readonly open: Open<Asked, Found> } | null = null;
  #others = new Map<string, Open<Asked, Found>>();
  readonly #send = (): void => {
    const first = this.#first;
    if (first === null) return;
    this.#first = null;
    if (this.#others.size === 0) {
      this.#fetch([first.open]);
      return;
    }
    const sent = [first.open, ...this.#others.values()];
    this.#others = new Map();
    for (let at = 0; at < sent.length; at += atOnce) this.#fetch(sent.slice(at, at + atOnce));
  };

  /** @param fetch answers every one of them, and never throws */
  constructor(fetch: (lookUps: readonly LookUp<Asked, Found>[]) => void) {
    this.#fetch = fetch;
  }

  /** Joins only what was not sent yet, so that nobody is answered with what was read before they asked. */
  find(name: string, asked: Asked): Promise<Found> {
    const open = this.#first?.name === name ? this.#first.open : this.#others.get(name);
    if (open) return open.promise;
    const { promise, resolve } = Promise.withResolvers<Found>();
    const lookUp = { asked, promise, resolve };
    if (this.#first !== null) {
      this.#others.set(name, lookUp);
      return promise;
    }
    this.#first = { name, open: lookUp };
    // After everything that this turn still wants to ask.
    process.nextTick(this.#send);
    return promise;
  }
}
