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
  #open = new Map<string, Open<Asked, Found>>();
  readonly #send = (): void => {
    const sent = [...this.#open.values()];
    this.#open = new Map();
    for (let at = 0; at < sent.length; at += atOnce) this.#fetch(sent.slice(at, at + atOnce));
  };

  /** @param fetch answers every one of them, and never throws */
  constructor(fetch: (lookUps: readonly LookUp<Asked, Found>[]) => void) {
    this.#fetch = fetch;
  }

  /** Joins only what was not sent yet, so that nobody is answered with what was read before they asked. */
  find(name: string, asked: Asked): Promise<Found> {
    const open = this.#open.get(name);
    if (open) return open.promise;
    const { promise, resolve } = Promise.withResolvers<Found>();
    this.#open.set(name, { asked, promise, resolve });
    // After everything that this turn still wants to ask.
    if (this.#open.size === 1) process.nextTick(this.#send);
    return promise;
  }
}
