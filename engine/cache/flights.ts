/** One computation per key in this process: who comes later joins, and each waits only as long as it wants to. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';

interface Flight {
  readonly outcome: Promise<unknown>;
  readonly controller: AbortController;
  waiterCount: number;
  /** Somebody stopped waiting but still wants it to be stored. */
  wanted: boolean;
}

export interface Waiter {
  /** For messages. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export class Flights {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #flights = new Map<string, Flight>();

  /** @param longestMs after which a computation is given up, whether it listens to its signal or not. */
  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  /**
   * Joins what runs for the key or starts it. A waiter whose deadline passes leaves the work going; when every waiter
   * has withdrawn by its signal the work is told to stop.
   * @throws EngineError CACHE_LOADER_TIMEOUT, the waiter's abort reason, or what the work threw
   */
  async join<Value>(redisKey: string, waiter: Waiter, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    waiter.signal?.throwIfAborted();
    const flight = this.#flights.get(redisKey) ?? this.#start(redisKey, waiter.what, work);
    flight.waiterCount += 1;
    return (await this.#wait(redisKey, flight, waiter)) as Value;
  }

  has(redisKey: string): boolean {
    return this.#flights.has(redisKey);
  }

  /** Stops everything; answers when all have ended or `graceMs` passed. */
  async close(graceMs: number): Promise<void> {
    const flights = [...this.#flights.values()];
    for (const { controller } of flights) {
      controller.abort(new EngineError('ENGINE_STOPPED', 'The cache is closed, so the computation was given up'));
    }
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const disarm = this.#clock.after(graceMs, resolve);
    await Promise.race([Promise.allSettled(flights.map(({ outcome }) => outcome)), late]);
    disarm();
  }

  #start(redisKey: string, what: string, work: (signal: AbortSignal) => Promise<unknown>): Flight {
    const controller = new AbortController();
    const disarm = this.#clock.after(this.#longestMs, () =>
      controller.abort(new EngineError('CACHE_LOADER_TIMEOUT', `${what}: given up after ${this.#longestMs} ms`)),
    );
    const outcome = work(controller.signal).finally(() => {
      disarm();
      this.#forget(redisKey, flight);
    });
    outcome.catch(() => undefined);
    const flight: Flight = { outcome, controller, waiterCount: 0, wanted: false };
    this.#flights.set(redisKey, flight);
    return flight;
  }

  #wait(redisKey: string, flight: Flight, { what, deadlineMs, signal }: Waiter): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const disarm = this.#clock.after(deadlineMs, () => {
      flight.wanted = true;
      reject(new EngineError('CACHE_LOADER_TIMEOUT', `${what}: not computed within ${deadlineMs} ms`));
    });
    const withdraw = (): void => {
      reject(signal?.reason);
      if (flight.waiterCount > 1 || flight.wanted) return;
      this.#forget(redisKey, flight);
      flight.controller.abort(signal?.reason);
    };
    signal?.addEventListener('abort', withdraw, { once: true });
    flight.outcome.then(resolve, reject);
    return promise.finally(() => {
      flight.waiterCount -= 1;
      disarm();
      signal?.removeEventListener('abort', withdraw);
    });
  }

  #forget(redisKey: string, flight: Flight): void {
    if (this.#flights.get(redisKey) === flight) this.#flights.delete(redisKey);
  }
}
