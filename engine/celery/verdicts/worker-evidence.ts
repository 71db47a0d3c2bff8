/** Everything a verdict on a Celery worker may rest on: what it said, what it answered, what its queues and tasks did. */
import type { CelerySignal } from '../../model/celery-events.ts';

/** Ages and stretches are milliseconds on our clock that never jumps; no time of the worker's own clock is in it. */
export interface WorkerEvidence {
  readonly node: string;
  /** For how long every event was heard without a break; 0 while none is. */
  readonly hearingForMs: number;
  readonly heartbeat: {
    /** Null when none was ever heard. */
    readonly ageMs: number | null;
    readonly everyMs: number;
    /** Since its goodbye; null when it said none, or spoke again after it. */
    readonly goodbyeAgeMs: number | null;
  };
  readonly reply: {
    /** Since its last answer to a question of ours; null when it never answered. */
    readonly ageMs: number | null;
    /** Questions in a row that it did not answer. */
    readonly unanswered: number;
  };
  /** Whether it listens for control at the broker, as far as the number of listeners can tell. */
  readonly subscribed: 'yes' | 'no' | 'unknown';
  /** Whether it announced that it listens for control; null when that was not looked at. */
  readonly announcedControl: boolean | null;
  readonly pool: {
    /** Processes or threads now; null when it never told. */
    readonly slots: number | null;
    /** It runs tasks in its own loop, so it does not speak while it runs one. */
    readonly isSolo: boolean;
  };
  /** Tasks it runs now, by its latest word; null when it never told. */
  readonly activeCount: number | null;
  /** Of the tasks that are known to run. */
  readonly running: {
    readonly oldestMs: number | null;
    readonly oldestName: string | null;
    /** The shortest time by which every one of them is past three times what is usual for its name; null when one is not. */
    readonly allPastUsual: boolean;
    /** Whether a usual time is known of the oldest. */
    readonly usualMs: number | null;
  };
  /** Received and held back by it, ETA tasks not among them; null when it was not asked. */
  readonly reservedCount: number | null;
  /** The queues it takes from; null when it never told. */
  readonly queues: readonly string[] | null;
  /** Messages that wait in those queues, and for how long there were some without a pause. */
  readonly waitingCount: number | null;
  readonly waitingForMs: number;
  /** Since a task of it was last seen to begin or end; null when none was. */
  readonly progressAgeMs: number | null;
  /** For how long it has been watched. */
  readonly watchedForMs: number;
  readonly taskEvents: CelerySignal;
  readonly heartbeats: CelerySignal;
  readonly isDouble: boolean;
  /** Null before it was heard. */
  readonly clockSkewMs: number | null;
}
