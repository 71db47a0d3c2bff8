/** A few things shared by many: lends one at a time, makes more up to a limit, and lets the rest wait in order. */

export class LeasePool<Item> {
  readonly #make: () => Promise<Item>;
  readonly #limit: number;
  readonly #idle: Item[] = [];
  readonly #waiting: (() => void)[] = [];
  #count = 0;

  constructor(limit: number, make: () => Promise<Item>) {
    this.#limit = limit;
    this.#make = make;
  }

  /**
   * An item for the caller alone; null when it gave up waiting.
   * @param onWait gets the function by which a waiting caller gives up.
   */
  async lease(onWait: (giveUp: () => void) => void): Promise<Item | null> {
    while (this.#idle.length === 0 && this.#count >= this.#limit) {
      if (!(await this.#turn(onWait))) return null;
    }
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    this.#count += 1;
    try {
      return await this.#make();
    } catch (error) {
      this.#gone();
      throw error;
    }
  }

  giveBack(item: Item): void {
    this.#idle.push(item);
    this.#waiting.shift()?.();
  }

  /** Counts an item out that must not be used again. */
  discard(): void {
    this.#gone();
  }

  /** Takes every idle item out, for closing. */
  drain(): Item[] {
    this.#count -= this.#idle.length;
    return this.#idle.splice(0);
  }

  #gone(): void {
    this.#count -= 1;
    this.#waiting.shift()?.();
  }

  #turn(onWait: (giveUp: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const take = (): void => resolve(true);
      this.#waiting.push(take);
      onWait(() => {
        const at = this.#waiting.indexOf(take);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(false);
      });
    });
  }
}
