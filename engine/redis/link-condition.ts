/** How a link is: its state by the table, since when, and what is wrong; tells of every change. */
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { type EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type LinkEvent, type LinkState, linkTransitions } from './link-state.ts';

export interface LinkConditionOptions {
  readonly role: string;
  /** Without credentials. */
  readonly address: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class LinkCondition {
  readonly #options: LinkConditionOptions;
  readonly #changes: Emitter<{ change: null }>;
  #state: LinkState = 'connecting';
  #sinceMs: number;
  #problem: EngineError | null = null;

  constructor(options: LinkConditionOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now();
    this.#changes = new Emitter((error) =>
      options.logger.error('A listener to a Redis link failed', { error: messageOf(error) }),
    );
  }

  get state(): LinkState {
    return this.#state;
  }

  /** When it came into this state, epoch milliseconds. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get problem(): EngineError | null {
    return this.#problem;
  }

  onChange(listener: () => void): Stop {
    return this.#changes.on('change', listener);
  }

  /** Something that is shown beside the state is another. */
  tell(): void {
    this.#changes.emit('change', null);
  }

  take(event: LinkEvent, problem: EngineError | null): void {
    const state = linkTransitions[this.#state][event];
    // That it was closed says less than why.
    this.#enter(state, event === 'lost' && state === this.#state ? this.#problem : problem);
  }

  /** A connection that is up and complains of one thing is still up. */
  complain(problem: EngineError): void {
    this.#enter(this.#state, problem);
  }

  /** Resolves when the state is as wanted, at the latest after `deadlineMs`. */
  async until(wanted: (state: LinkState) => boolean, deadlineMs: number): Promise<void> {
    if (wanted(this.#state)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.onChange(() => {
      if (wanted(this.#state)) resolve();
    });
    const disarm = this.#options.clock.after(deadlineMs, resolve);
    await promise;
    stop();
    disarm();
  }

  #enter(state: LinkState, problem: EngineError | null): void {
    const moved = state !== this.#state;
    if (!moved && problem?.message === this.#problem?.message) return;
    if (moved) this.#sinceMs = this.#options.clock.now();
    this.#state = state;
    this.#problem = problem;
    if (moved) this.#log(state, problem);
    this.tell();
  }

  #log(state: LinkState, problem: EngineError | null): void {
    const { role, address, logger } = this.#options;
    const fields = { role, address, problem: problem?.message ?? null };
    if (state === 'ready' || state === 'closed') logger.info(`Redis link ${state}`, fields);
    else logger.warn(`Redis is ${state}`, fields);
  }
}
