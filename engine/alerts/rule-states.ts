/** The state of every rule, and since when it has been looked at without a gap. */
import type { AlertRule } from '../model/alert.ts';
import type { StoredAlertState } from '../store/alert-store.ts';
import type { SampleReader } from './ports.ts';
import { readingOf } from './reading.ts';
import { initialState, type Reading, step, withoutUnseen } from './state-machine.ts';
import { isWithin } from './weekly-hours.ts';

/** A state in which nothing changes is written this often. */
const rewriteMs = 30_000;

export interface JudgedRule {
  readonly before: StoredAlertState;
  readonly after: StoredAlertState;
  readonly reading: Reading;
  readonly isToWrite: boolean;
}

/** A round of looking as a rule sees it. */
interface Seen {
  readonly atMs: number;
  readonly gap: { readonly toMs: number } | null;
}

export class RuleStates {
  readonly #samples: SampleReader;
  readonly #states = new Map<string, StoredAlertState>();
  /** By rule: since when there has been no gap; 0 when a state from before the start goes on without one. */
  readonly #observingSince = new Map<string, number>();
  readonly #writtenAtMs = new Map<string, number>();

  /** @param known goes on where it stopped */
  constructor(known: readonly StoredAlertState[], samples: SampleReader) {
    this.#samples = samples;
    for (const state of known) this.#states.set(state.ruleId, state);
  }

  get(ruleId: string): StoredAlertState | undefined {
    return this.#states.get(ruleId);
  }

  isFiring(ruleId: string): boolean {
    return this.#states.get(ruleId)?.state === 'firing';
  }

  /** Null while the samples since the last gap do not fill the rule's window: nothing is claimed from half a view. */
  judge(rule: AlertRule, { atMs, gap }: Seen): JudgedRule | null {
    const known = this.#states.get(rule.id);
    const before = known ?? initialState(rule.id, atMs);
    const since = gap?.toMs ?? this.#observingSince.get(rule.id) ?? (known ? 0 : atMs);
    this.#observingSince.set(rule.id, since);
    this.#states.set(rule.id, before);
    if (atMs - since < rule.windowMs) return null;
    if (rule.activeHours !== null && !isWithin(rule.activeHours, atMs)) {
      // Hours in which nobody is to judge count as unseen.
      this.#observingSince.set(rule.id, atMs);
      return null;
    }
    const reading = readingOf(rule, this.#samples, atMs);
    const after = step(rule, withoutUnseen(before, since), reading, atMs);
    this.#states.set(rule.id, after);
    return { before, after, reading, isToWrite: this.#isToWrite(before, after) };
  }

  /** Forgets the rules that are not known any more; answers those that were in any state but inactive. */
  retire(known: ReadonlySet<string>): StoredAlertState[] {
    const gone = [...this.#states.values()].filter(({ ruleId }) => !known.has(ruleId));
    for (const { ruleId } of gone) {
      this.#states.delete(ruleId);
      this.#observingSince.delete(ruleId);
    }
    return gone.filter(({ state }) => state !== 'inactive');
  }

  /** The store refused them. */
  notWritten(states: readonly StoredAlertState[]): void {
    for (const { ruleId } of states) this.#writtenAtMs.delete(ruleId);
  }

  #isToWrite(before: StoredAlertState, after: StoredAlertState): boolean {
    const { ruleId, seenAtMs } = after;
    const writtenAtMs = this.#writtenAtMs.get(ruleId);
    const isDue = writtenAtMs === undefined || seenAtMs - writtenAtMs >= rewriteMs || seenAtMs < writtenAtMs;
    if (!isDue && before.kind === after.kind && before.state === after.state) return false;
    this.#writtenAtMs.set(ruleId, seenAtMs);
    return true;
  }
}
