/** What has to be undone at the end, run in reverse order, each whatever became of the others. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

export class CleanUps {
  readonly #logger: Logger;
  readonly #entries: { name: string; run: () => void | Promise<void> }[] = [];
  #done: Promise<void> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** True once the end has begun. */
  get begun(): boolean {
    return this.#done !== null;
  }

  add(name: string, run: () => void | Promise<void>): void {
    this.#entries.push({ name, run });
  }

  /** Joins a run that is under way. Never rejects. */
  run(): Promise<void> {
    this.#done ??= this.#runAll();
    return this.#done;
  }

  async #runAll(): Promise<void> {
    for (const { name, run } of this.#entries.toReversed()) {
      try {
        await run();
      } catch (error) {
        this.#logger.error('A clean-up failed', { name, error: messageOf(error) });
      }
    }
  }
}
