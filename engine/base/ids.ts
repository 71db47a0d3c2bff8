/** Identifiers and randomness, handed in so that tests can repeat a run. */
import { randomUUID } from 'node:crypto';

export interface IdSource {
  /** A new identifier, unique across processes and machines. */
  next(): string;
}

/** Answers a number in [0, 1). */
export type Random = () => number;

export const systemIds: IdSource = { next: () => randomUUID() };

export const systemRandom: Random = () => Math.random();
