/** Gathers the keys that are asked for in one turn of the event loop: each is fetched once, all in one round trip. */

export interface LookUpsOptions<Asked, Found> {
  /** Answers in the order of what was asked, as many. */
  readonly fetch: (asked: readonly Asked[]) => Promise<readonly (Found | Promise<Found>)[]>;
}

interface Open<Asked, Found> {
  readonly asked: Asked;
  readonly promise: Promise<Found>;
  readonly resolve: (found: Found | PromiseLike<Found>) => void;
  readonly reject: (error: unknown) => void;
}

export class LookUps<Asked, Found> {
  readonly #fetch: LookUpsOptions<Asked, Found>['fetch'];
  #open = new Map<string, Open<Asked, Found>>();

  constructor({ fetch }: LookUpsOptions<Asked, Found>) {
    this.#fetch = fetch;
  }

  /** Joins only what was not sent yet, so that nobody is answered with what was read before they asked. */
  find(name: string, asked: Asked): Promise<Found> {
    const open = this.#open.get(name);
    if (open) return open.promise;
    const one = { asked, ...Promise.withResolvers<Found>() };
    this.#open.set(name, one);
    // After everything that this turn still wants to ask.
    if (this.#open.size === 1) process.nextTick(() => void this.#send());
    return one.promise;
  }

  async #send(): Promise<void> {
    const sent = [...this.#open.values()];
    this.#open = new Map();
    try {
      const found = await this.#fetch(sent.map(({ asked }) => asked));
      for (const [index, { resolve }] of sent.entries()) resolve(found[index] as Found | Promise<Found>);
    } catch (error) {
      for (const { reject } of sent) reject(error);
    }
  }
}
