/** Whether a connection that is looked at may be written to: never by default on another machine, for a while when unlocked. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import { isReadCommand } from './read-commands.ts';

export type ConnectionMode = 'observe' | 'operate';

export interface OperateGateOptions {
  /** For the message of a refusal. */
  readonly title: string;
  /** The mode when nothing was unlocked or locked. */
  readonly byDefault: ConnectionMode;
  readonly clock: Clock;
  readonly onChange: () => void;
}

export class OperateGate {
  readonly #options: OperateGateOptions;
  #mode: ConnectionMode;
  #untilMs: number | null = null;
  #untilMonotonicMs = 0;
  #disarm: Stop = () => undefined;

  constructor(options: OperateGateOptions) {
    this.#options = options;
    this.#mode = options.byDefault;
  }

  get mode(): ConnectionMode {
    if (this.#untilMs !== null && this.#isOver()) this.lock();
    return this.#mode;
  }

  /** When it locks itself again, epoch milliseconds; null when it does not. */
  get untilMs(): number | null {
    return this.mode === 'operate' ? this.#untilMs : null;
  }

  /** Lets writes pass for `forMs` from now; asked again it begins anew. */
  unlock(forMs: number): void {
    const { clock } = this.#options;
    this.#disarm();
    this.#mode = 'operate';
    this.#untilMs = clock.now() + forMs;
    this.#untilMonotonicMs = clock.monotonicMs() + forMs;
    this.#disarm = clock.after(forMs, () => this.lock());
    this.#options.onChange();
  }

  /** Refuses writes from now on, also on this machine. */
  lock(): void {
    this.#disarm();
    this.#untilMs = null;
    if (this.#mode === 'observe') return;
    this.#mode = 'observe';
    this.#options.onChange();
  }

  /** Null when the command may be sent. */
  refusal(name: string, args: readonly unknown[]): EngineError | null {
    if (this.mode === 'operate' || isReadCommand(name, args)) return null;
    return new EngineError(
      'REDIS_READ_ONLY',
      `${name.toUpperCase()} was not sent: ${this.#options.title} is only observed`,
      { details: { command: name.toLowerCase() } },
    );
  }

  close(): void {
    this.#disarm();
  }

  /** By either clock: one stands still while the machine sleeps, the other can be set back. */
  #isOver(): boolean {
    const { clock } = this.#options;
    return clock.monotonicMs() >= this.#untilMonotonicMs || clock.now() >= (this.#untilMs ?? 0);
  }
}
