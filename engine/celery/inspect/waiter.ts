/** Collects the answers to one question and knows when there is nothing more to wait for. */
import type { Clock, Stop } from '../../base/clock.ts';

export interface RoundReply {
  readonly node: string;
  /** Unchecked. */
  readonly value: unknown;
}

/** What came of one question. */
export interface Round {
  /** How many listened for control when the question was published; other curious subscribers count as well. */
  readonly listeners: number;
  /** Asked of everybody, so that who is missing can be counted. */
  readonly toAll: boolean;
  readonly replies: readonly RoundReply[];
  /** Answers in a language that is not read, such as pickle. */
  readonly unreadableCount: number;
  readonly askedAtMs: number;
  readonly tookMs: number;
}

export interface WaiterOptions {
  readonly clock: Clock;
  readonly destination: readonly string[] | null;
  readonly expected: readonly string[];
  readonly deadlineMs: number;
}

/** Everybody known has answered: whoever else listens has so long to show up. */
const strangersMs = 150;

export class Waiter {
  /** Never rejects. */
  readonly round: Promise<Round>;
  readonly #options: WaiterOptions;
  readonly #resolve: (round: Round) => void;
  readonly #askedAtMs: number;
  readonly #startMs: number;
  readonly #replies: RoundReply[] = [];
  readonly #stops: Stop[] = [];
  #listeners: number | null = null;
  #unreadable = 0;
  #isOver = false;

  constructor(options: WaiterOptions) {
    this.#options = options;
    const { clock, deadlineMs } = options;
    this.#askedAtMs = clock.now();
    this.#startMs = clock.monotonicMs();
    const { promise, resolve } = Promise.withResolvers<Round>();
    this.round = promise;
    this.#resolve = resolve;
    this.#stops.push(clock.after(deadlineMs, () => this.end()));
  }

  /** Until the deadline; 0 when nothing is waited for. */
  get leftMs(): number {
    if (this.#isOver) return 0;
    return Math.max(0, this.#options.deadlineMs - (this.#options.clock.monotonicMs() - this.#startMs));
  }

  /** Answers still to come, at most. */
  get outstanding(): number {
    return this.#isOver ? 0 : Math.max(0, this.#wanted() - this.#count());
  }

  published(listeners: number): void {
    this.#listeners = listeners;
    this.#judge();
  }

  answered({ node, value }: RoundReply): void {
    this.#replies.push({ node, value });
    this.#judge();
  }

  answeredUnreadably(): void {
    this.#unreadable += 1;
    this.#judge();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#resolve({
      listeners: this.#listeners ?? 0,
      toAll: this.#options.destination === null,
      replies: this.#replies,
      unreadableCount: this.#unreadable,
      askedAtMs: this.#askedAtMs,
      tookMs: this.#options.clock.monotonicMs() - this.#startMs,
    });
  }

  #judge(): void {
    if (this.#listeners === null || this.#isOver) return;
    if (this.#count() >= this.#wanted()) this.end();
    else if (this.#everybodyKnownAnswered()) this.#stops.push(this.#options.clock.after(strangersMs, () => this.end()));
  }

  #everybodyKnownAnswered(): boolean {
    const { expected, destination } = this.#options;
    if (destination !== null || expected.length === 0) return false;
    const answered = new Set(this.#replies.map(({ node }) => node));
    return expected.every((node) => answered.has(node));
  }

  #wanted(): number {
    const { destination } = this.#options;
    const listeners = this.#listeners ?? 0;
    return destination === null ? listeners : Math.min(listeners, destination.length);
  }

  #count(): number {
    return this.#replies.length + this.#unreadable;
  }
}
