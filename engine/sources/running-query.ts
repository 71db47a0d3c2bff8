/** Watches one running query: stops it at its deadline or when its caller gives up, and says which it was. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { QueryOptions } from './source.ts';

export class QueryWatch {
  readonly #disarm: Stop[] = [];
  readonly #deadlineMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onStop = new Set<() => void>();
  #stopped: EngineError | null = null;

  constructor(clock: Clock, { deadlineMs, signal }: QueryOptions) {
    this.#deadlineMs = deadlineMs;
    this.#signal = signal;
    const onAbort = (): void => this.#stop(cancelled(signal));
    this.#disarm.push(clock.after(deadlineMs, () => this.#stop(this.#timeout())));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#disarm.push(() => signal?.removeEventListener('abort', onAbort));
    if (signal?.aborted) onAbort();
  }

  /** Why the query must stop; null while it may go on. */
  get stopped(): EngineError | null {
    return this.#stopped;
  }

  /** Calls `run` as soon as the query must stop, at once when it must already. */
  onStop(run: () => void): Stop {
    if (this.#stopped) run();
    else this.#onStop.add(run);
    return () => {
      this.#onStop.delete(run);
    };
  }

  /** @throws EngineError SQL_TIMEOUT, SQL_CANCELLED */
  throwIfStopped(): void {
    if (this.#stopped) throw this.#stopped;
  }

  end(): void {
    for (const disarm of this.#disarm) disarm();
    this.#onStop.clear();
  }

  #stop(reason: EngineError): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    for (const run of this.#onStop) run();
  }

  #timeout(): EngineError {
    return this.#signal?.aborted
      ? cancelled(this.#signal)
      : new EngineError('SQL_TIMEOUT', `The query was stopped after ${this.#deadlineMs} ms`);
  }
}

function cancelled(signal: AbortSignal | undefined): EngineError {
  return new EngineError('SQL_CANCELLED', 'The query was cancelled by its caller', { cause: signal?.reason });
}
