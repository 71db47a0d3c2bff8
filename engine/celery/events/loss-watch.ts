/**
 * Whether events of one worker were lost, by two witnesses: its heartbeats count the tasks it began, and its logical clock
 * rises by one with every event. Both must say so, because tasks can be told not to send events and the clock rises with
 * what others send.
 */
import type { CelerySignal } from '../../model/celery-events.ts';

export interface LossFound {
  /** Starts that the worker counted and no event told of. */
  readonly starts: number;
  /** About how many events that were. */
  readonly eventCount: number;
  /** The subscription was interrupted meanwhile. */
  readonly wasCut: boolean;
}

interface Beat {
  readonly processed: number;
  readonly clock: number;
  readonly starts: number;
  readonly events: number;
}

/** A task's received, started and ended. */
const usualEventsPerStart = 3;
/** The first one after it shows the new count, the next one confirms it, and one may be late. */
const beatsAfterCut = 3;

export class LossWatch {
  #signal: CelerySignal = 'unknown';
  #starts = 0;
  #events = 0;
  #base: Beat | null = null;
  #last: Beat | null = null;
  #before: Beat | null = null;
  #accounted = 0;
  #quietBeats = 0;
  /** Heartbeats that may still tell of what was missed in an interruption. */
  #cutBeats = 0;

  /** Whether the worker tells of its tasks. */
  get taskEvents(): CelerySignal {
    return this.#signal;
  }

  get missedStarts(): number {
    return this.#accounted;
  }

  sawEvent(type: string): void {
    this.#events += 1;
    if (type.startsWith('task-') && this.#signal !== 'on') this.#turnOn();
    if (type === 'task-started') this.#starts += 1;
  }

  /**
   * A heartbeat that counts. Task events wait in the worker for its next turn while heartbeats are sent at once, so a
   * heartbeat is compared only when the next one came.
   * @param wasCut the subscription was interrupted since the heartbeat before
   */
  sawBeat(processed: number, clock: number, wasCut: boolean): LossFound | null {
    const beat: Beat = { processed, clock, starts: this.#starts, events: this.#events };
    const [before, last] = [this.#before, this.#last];
    if (wasCut) this.#cutBeats = beatsAfterCut;
    else if (this.#cutBeats > 0) this.#cutBeats -= 1;
    if (last !== null && processed < last.processed) {
      this.restart();
      this.#last = { ...beat, starts: 0, events: 0 };
      this.#base = this.#last;
      return null;
    }
    this.#before = last;
    this.#last = beat;
    this.#base ??= beat;
    if (last === null) return null;
    this.#judgeSignal(before ?? last, last, beat);
    return this.#signal === 'on' && this.#quietBeats === 0 ? this.#compare(last, beat) : null;
  }

  /** The process is another one; what it tells is known only when it did. */
  restart(): void {
    this.#base = null;
    this.#last = null;
    this.#before = null;
    this.#starts = 0;
    this.#events = 0;
    this.#accounted = 0;
    this.#quietBeats = 0;
    this.#signal = 'unknown';
  }

  #turnOn(): void {
    this.#signal = 'on';
    this.#quietBeats = 0;
    // What it began before it told of it is no loss.
    this.#base = this.#last === null ? null : { ...this.#last, starts: this.#starts, events: this.#events };
    this.#accounted = 0;
  }

  /** It began tasks and told of none, twice: it does not send task events. */
  #judgeSignal(before: Beat, last: Beat, beat: Beat): void {
    const began = last.processed > before.processed || beat.processed > last.processed;
    const told = beat.starts > before.starts;
    if (told || this.#cutBeats > 0) this.#quietBeats = 0;
    else if (began && last.processed > before.processed) this.#quietBeats += 1;
    if (this.#quietBeats >= 1 && this.#signal === 'unknown') this.#signal = 'off';
    if (this.#quietBeats >= 2) this.#signal = 'off';
  }

  #compare(last: Beat, beat: Beat): LossFound | null {
    const base = this.#base;
    if (base === null) return null;
    const missing = last.processed - base.processed - (beat.starts - base.starts) - this.#accounted;
    if (missing <= 0) return null;
    const unexplained = beat.clock - base.clock - (beat.events - base.events);
    if (unexplained < missing) return null;
    this.#accounted += missing;
    const eventCount = Math.min(unexplained, missing * usualEventsPerStart);
    return { starts: missing, eventCount, wasCut: this.#cutBeats > 0 };
  }
}
