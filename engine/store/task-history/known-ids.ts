/** Which tasks the history may have, in some bytes each, so that a new one need not be looked for. */

/** Hashes of one generation; they are forgotten together, when the history has let the last of them go. */
const generationSize = 32_768;
const slots = generationSize * 2;

class Generation {
  readonly #hashes = new Float64Array(slots).fill(-1);
  count = 0;
  lastSeq = 0;

  add(hash: number, seq: number): void {
    const slot = this.#slotOf(hash);
    if (this.#hashes[slot] === hash) return;
    this.#hashes[slot] = hash;
    this.count += 1;
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  has(hash: number): boolean {
    return this.#hashes[this.#slotOf(hash)] === hash;
  }

  /** Where it is or would be; half of the slots are always free. */
  #slotOf(hash: number): number {
    let slot = hash % slots;
    for (;;) {
      const there = this.#hashes[slot];
      if (there === hash || there === -1) return slot;
      slot = (slot + 1) % slots;
    }
  }
}

export class KnownIds {
  /** Newest last. */
  #generations: Generation[] = [];

  /** Tasks come about in the order of their places. */
  add(hash: number, seq: number): void {
    let newest = this.#generations.at(-1);
    if (newest === undefined || newest.count >= generationSize) {
      newest = new Generation();
      this.#generations.push(newest);
    }
    newest.add(hash, seq);
  }

  has(hash: number): boolean {
    return this.#generations.some((generation) => generation.has(hash));
  }

  /** What has its place before it is not in the history any more. */
  forgetBefore(seq: number): void {
    this.#generations = this.#generations.filter(({ lastSeq }) => lastSeq >= seq);
  }
}
