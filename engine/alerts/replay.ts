/** What a rule would have done: the state machine over stored samples, with the same guards as live. */
import type { AlertRule } from '../model/alert.ts';
import type { RulePreview } from '../model/alert-rules.ts';
import type { StoredAlertState } from '../store/alert-store.ts';
import type { StoredSample } from '../store/sample-store.ts';
import { aggregated } from './aggregate.ts';
import { initialState, step, withoutUnseen } from './state-machine.ts';
import { isWithin } from './weekly-hours.ts';

/** Farther apart than this many spans, nobody looked in between. */
const gapSpans = 2.5;

/** Samples are fed oldest first, in as many portions as the caller likes. */
export class Replay {
  readonly #rule: AlertRule;
  readonly #fromMs: number;
  readonly #window: StoredSample[] = [];
  readonly #firings: { fromMs: number; toMs: number | null; worst: number }[] = [];
  #state: StoredAlertState;
  #previous: StoredSample | null = null;
  #observingSinceMs: number | null = null;
  #sampleCount = 0;
  #noDataMs = 0;
  #unseenMs = 0;

  /** @param fromMs what is before it only fills the window. */
  constructor(rule: AlertRule, fromMs: number) {
    this.#rule = rule;
    this.#fromMs = fromMs;
    this.#state = initialState(rule.id, fromMs);
  }

  feed(samples: readonly StoredSample[]): void {
    for (const sample of samples) this.#take(sample);
  }

  end(toMs: number): RulePreview {
    const last = this.#previous;
    if (last) this.#unseenMs += Math.max(0, toMs - last.atMs - gapSpans * last.spanMs);
    const firingMs = this.#firings.reduce((sum, firing) => sum + (firing.toMs ?? toMs) - firing.fromMs, 0);
    return {
      fromMs: this.#fromMs,
      toMs,
      sampleCount: this.#sampleCount,
      firings: this.#firings,
      firingMs,
      noDataMs: this.#noDataMs,
      unseenMs: this.#unseenMs,
    };
  }

  #take(sample: StoredSample): void {
    const rule = this.#rule;
    const { atMs } = sample;
    const previous = this.#previous;
    this.#previous = sample;
    this.#window.push(sample);
    while (this.#window[0] !== undefined && this.#window[0].atMs <= atMs - Math.max(rule.windowMs, sample.spanMs)) {
      this.#window.shift();
    }
    const isGap = previous !== null && atMs - previous.atMs > gapSpans * Math.max(previous.spanMs, sample.spanMs);
    if (previous === null || isGap) this.#observingSinceMs = atMs;
    if (isGap && atMs >= this.#fromMs) this.#unseenMs += atMs - Math.max(previous.atMs, this.#fromMs);
    const since = this.#observingSinceMs ?? atMs;
    if (atMs < this.#fromMs) return;
    this.#sampleCount += 1;
    if (atMs - since < rule.windowMs - sample.spanMs) return;
    if (rule.activeHours !== null && !isWithin(rule.activeHours, atMs)) return;
    this.#judge(atMs, since, previous?.atMs ?? atMs);
  }

  #judge(atMs: number, since: number, previousMs: number): void {
    const rule = this.#rule;
    const before = this.#state;
    const reading = aggregated(rule, this.#window);
    this.#state = step(rule, withoutUnseen(before, since), reading, atMs);
    if (this.#state.state === 'noData') this.#noDataMs += Math.max(0, atMs - Math.max(previousMs, since));
    const open = this.#firings.at(-1);
    const isOpen = open !== undefined && open.toMs === null;
    if (this.#state.state === 'firing') {
      const value = this.#state.value ?? rule.threshold;
      if (!isOpen) this.#firings.push({ fromMs: atMs, toMs: null, worst: value });
      else open.worst = rule.comparison === 'above' ? Math.max(open.worst, value) : Math.min(open.worst, value);
    } else if (isOpen) open.toMs = atMs;
  }
}
