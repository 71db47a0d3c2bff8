/** What of a round can be believed: a stretch that nobody saw becomes one record, however many rules it concerns. */
import type { ObservationGap } from '../model/alert.ts';

/** A round of samples; `gap` is the time before it in which nobody looked. */
export interface ObservedRound {
  readonly atMs: number;
  readonly gap: { readonly fromMs: number; readonly toMs: number; readonly reason: string } | null;
  /** Why nothing of this round can be believed, e.g. because this machine has no network; null: it can. */
  readonly blindness?: string | null;
}

/** Neighbouring stretches of blindness are one. */
const blindReason = 'own-network';

export class Sight {
  readonly #saveGap: (gap: Omit<ObservationGap, 'id'>) => void;
  #blindSinceMs: number | null = null;

  constructor(saveGap: (gap: Omit<ObservationGap, 'id'>) => void) {
    this.#saveGap = saveGap;
  }

  /** Null while this round cannot be believed; the first one after blindness has it as its gap. */
  of(round: ObservedRound): ObservedRound | null {
    const { atMs, gap, blindness = null } = round;
    if (blindness !== null) {
      if (this.#blindSinceMs === null) {
        this.#blindSinceMs = atMs;
        this.#saveGap({ fromMs: atMs, toMs: null, reason: blindReason, detail: blindness });
      }
      return null;
    }
    const blindSinceMs = this.#blindSinceMs;
    this.#blindSinceMs = null;
    if (blindSinceMs !== null) {
      this.#saveGap({ fromMs: blindSinceMs, toMs: atMs, reason: blindReason, detail: '' });
      return { ...round, gap: { fromMs: blindSinceMs, toMs: atMs, reason: blindReason } };
    }
    if (gap) this.#saveGap({ ...gap, detail: '' });
    return round;
  }
}
