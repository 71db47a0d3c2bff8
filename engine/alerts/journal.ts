/** What the alerts keep: states, changes with what is owed for them, gaps. What the store refuses is kept until it takes it. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Acknowledgement, NewChange, StoredAlertState } from '../store/alert-store.ts';
import type { AlertRecords } from './ports.ts';

/** Transitions kept while the store refuses them; older ones go. */
const unsavedCeiling = 1_000;

export class AlertJournal {
  readonly #records: AlertRecords;
  readonly #logger: Logger;
  #acknowledged: ReadonlyMap<string, Acknowledgement>;
  #unsaved: readonly NewChange[] = [];

  /** @throws EngineError STORE_UNAVAILABLE */
  constructor(records: AlertRecords, logger: Logger) {
    this.#records = records;
    this.#logger = logger;
    this.#acknowledged = records.acknowledged();
  }

  acknowledgement(ruleId: string): Acknowledgement | undefined {
    return this.#acknowledged.get(ruleId);
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  acknowledge(ruleId: string, who: string, note: string, atMs: number): void {
    this.#records.acknowledge(ruleId, who, note, atMs);
    this.#acknowledged = this.#records.acknowledged();
  }

  /** State, transition and what is owed for it are one write: a crash loses all three or none. False: not written. */
  save(states: readonly StoredAlertState[], changes: readonly NewChange[]): boolean {
    const all = [...this.#unsaved, ...changes];
    if (states.length === 0 && all.length === 0) return true;
    try {
      this.#records.commit(states, all);
      this.#unsaved = [];
      if (all.length > 0) this.#acknowledged = this.#records.acknowledged();
      return true;
    } catch (error) {
      this.#unsaved = all.slice(-unsavedCeiling);
      this.#logger.error('alert states could not be stored', { error: messageOf(error) });
      return false;
    }
  }

  saveGap(gap: Parameters<AlertRecords['saveGap']>[0]): void {
    try {
      this.#records.saveGap(gap);
    } catch (error) {
      this.#logger.error('a gap could not be stored', { error: messageOf(error) });
    }
  }
}
