/** Tries to go back from memory to the file once it can be written again, with everything that changed meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Connection, type OpenedDatabase } from '../connection.ts';
import { BringingBack } from './away-log.ts';

export interface ReturnOptions {
  readonly connection: Connection;
  /** @throws when the file still cannot be used */
  readonly reopen: () => OpenedDatabase;
  readonly onReturn: (rowCount: number, refusedCount: number) => void;
}

/** Some milliseconds of work. */
const rowsPerStep = 50;

export class ReturnToFile {
  readonly #options: ReturnOptions;
  #busy = false;

  constructor(options: ReturnOptions) {
    this.#options = options;
  }

  /** In small steps. Never rejects: as long as it does not work, the store stays in memory. */
  async attempt(): Promise<void> {
    const { connection } = this.#options;
    if (this.#busy || connection.closed || connection.medium === 'file') return;
    this.#busy = true;
    try {
      await this.#bringBack(async () => {
        await nextTurn();
        return !connection.closed;
      });
    } finally {
      this.#busy = false;
    }
  }

  /** All at once, for the last moment. Never throws. */
  attemptNow(): void {
    const { connection } = this.#options;
    if (connection.closed || connection.medium === 'file') return;
    const file = this.#open();
    if (!file) return;
    try {
      const work = new BringingBack(connection, file.connection);
      while (!work.step(rowsPerStep));
      this.#finish(work, file.opened);
    } catch {
      file.connection.close();
    }
  }

  /** @param goesOn awaited between two steps; false: the store was closed meanwhile */
  async #bringBack(goesOn: () => Promise<boolean>): Promise<void> {
    const { connection } = this.#options;
    const file = this.#open();
    if (!file) return;
    try {
      const work = new BringingBack(connection, file.connection);
      // The last step and the change of databases are one turn: nothing is written in between.
      while (!work.step(rowsPerStep)) {
        if (await goesOn()) continue;
        file.connection.close();
        return;
      }
      this.#finish(work, file.opened);
    } catch {
      // The disk said no again; what was brought so far is in the file, the rest is still known.
      file.connection.close();
    }
  }

  #open(): { opened: OpenedDatabase; connection: Connection } | null {
    try {
      const opened = this.#options.reopen();
      const refuse = (_failed: unknown, error: unknown): never => {
        throw error;
      };
      return { opened, connection: new Connection(opened, refuse) };
    } catch {
      return null;
    }
  }

  #finish(work: BringingBack, opened: OpenedDatabase): void {
    this.#options.connection.switchTo(opened);
    this.#options.onReturn(work.rowCount, work.refusedCount);
  }
}
