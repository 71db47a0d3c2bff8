/** A board of schedulers in memory: what the broker's keeps for them, for tests without a broker. */
import { EngineError } from '../../engine/base/errors.ts';
import type { SchedulerSeat } from '../../engine/model/schedule.ts';
import { type HandledRun, leaseMs, type SchedulerBoard } from '../../engine/scheduler/board.ts';
import type { ScheduleEdit } from '../../engine/scheduler/catalog.ts';
import type { ManualClock } from './manual-clock.ts';

export class MemoryBoard {
  reachable = true;
  readonly handledRuns = new Map<string, HandledRun>();
  readonly #seats = new Map<string, SchedulerSeat>();
  readonly #edits = new Map<string, ScheduleEdit>();
  #lease: { seat: SchedulerSeat; untilMs: number } | null = null;

  /** The board as the one with this clock sees it. */
  for(clock: ManualClock): SchedulerBoard {
    return {
      beat: async (seat) => {
        this.#assertReachable();
        const nowMs = clock.now();
        if (!this.#lease || this.#lease.untilMs <= nowMs || this.#lease.seat.schedulerId === seat.schedulerId) {
          this.#lease = { seat, untilMs: nowMs + leaseMs };
        }
        this.#seats.set(seat.schedulerId, seat);
        const seats = [...this.#seats.values()].filter(({ lastSeenAtMs }) => nowMs - lastSeenAtMs <= 2 * leaseMs);
        return {
          acting: this.#lease.seat,
          seats,
          handled: new Map(this.handledRuns),
          edits: [...this.#edits.values()],
        };
      },
      handled: async (scheduleId, run) => {
        this.#assertReachable();
        this.handledRuns.set(scheduleId, run);
      },
      publish: async (edit) => {
        this.#assertReachable();
        const known = this.#edits.get(edit.id);
        if (!known || known.revision <= edit.revision) this.#edits.set(edit.id, edit);
      },
      leave: async (schedulerId) => {
        this.#assertReachable();
        if (this.#lease?.seat.schedulerId === schedulerId) this.#lease = null;
        this.#seats.delete(schedulerId);
      },
    };
  }

  #assertReachable(): void {
    if (!this.reachable) throw new EngineError('QUEUE_UNREACHABLE', 'No broker');
  }
}
