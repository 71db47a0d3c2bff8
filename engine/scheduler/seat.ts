/** This scheduler's place among those of the same broker: of all that are there exactly one acts. */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { SchedulerSeat, SchedulerStatus } from '../model/schedule.ts';
import { type BoardView, leaseMs, type SchedulerBoard } from './board.ts';

export interface SeatOptions {
  readonly schedulerId: string;
  readonly host: string;
  readonly pid: number;
  readonly board: SchedulerBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After each look at the board. */
  readonly onView: (view: BoardView) => void;
  /** When the role has changed. */
  readonly onRole: (status: SchedulerStatus) => void;
}

type Role = SchedulerStatus['role'];

const beatMs = 5_000;
const goodbyeMs = 400;
/** The lease is not relied upon for as long as the broker holds it: the clocks run a little apart. */
const trustMs = leaseMs - 2_000;

export class Seat {
  readonly #options: SeatOptions;
  #role: Role = 'alone';
  #sinceMs: number;
  #view: BoardView | null = null;
  /** On the clock that never jumps. */
  #viewedMs = Number.NEGATIVE_INFINITY;
  #beating: Promise<void> | null = null;
  #stopBeats: Stop = () => undefined;

  constructor(options: SeatOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now();
  }

  /** Resolves after the first look at the board, or the attempt at one. */
  async start(): Promise<void> {
    this.#stopBeats = this.#options.clock.every(beatMs, () => void this.beat());
    await this.beat();
  }

  /** Resolves soon, whether the broker heard the goodbye or not. */
  async stop(): Promise<void> {
    const { clock, board, schedulerId, logger } = this.#options;
    this.#stopBeats();
    this.#become('stopped');
    await this.#beating;
    const goodbye = Promise.withResolvers<void>();
    const disarm = clock.after(goodbyeMs, goodbye.resolve);
    board.leave(schedulerId).then(goodbye.resolve, (error: unknown) => {
      logger.debug('The scheduler could not say goodbye', { error: messageOf(error) });
      goodbye.resolve();
    });
    await goodbye.promise;
    disarm();
  }

  /** False: another one acts. Where nobody knows it is true, for a run that another had is found by its name. */
  get mayAct(): boolean {
    this.#age();
    return this.#role === 'acting' || this.#role === 'alone';
  }

  status(): SchedulerStatus {
    this.#age();
    const others = (this.#view?.seats ?? []).filter(({ schedulerId }) => schedulerId !== this.#options.schedulerId);
    const known = this.#role === 'acting' || this.#role === 'standby';
    return {
      role: this.#role,
      self: this.#self(),
      acting: known ? (this.#view?.acting ?? null) : null,
      others: known ? others : [],
    };
  }

  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = null;
    });
    return this.#beating;
  }

  async #beat(): Promise<void> {
    const { board, clock, schedulerId, onView, logger } = this.#options;
    const atMs = clock.monotonicMs();
    try {
      const view = await board.beat(this.#self());
      if (this.#role === 'stopped') return;
      this.#viewedMs = atMs;
      this.#view = view;
      this.#become(view.acting?.schedulerId === schedulerId ? 'acting' : 'standby');
      onView(view);
    } catch (error) {
      logger.debug('The scheduler could not look at the board', { error: messageOf(error) });
      this.#age();
    }
  }

  /** What was seen too long ago is not known any more. */
  #age(): void {
    if (this.#role === 'stopped' || this.#options.clock.monotonicMs() - this.#viewedMs <= trustMs) return;
    this.#become('alone');
  }

  #become(role: Role): void {
    if (role === this.#role) return;
    this.#options.logger.info('The role of the scheduler changed', { from: this.#role, to: role });
    this.#role = role;
    this.#sinceMs = this.#options.clock.now();
    this.#options.onRole(this.status());
  }

  #self(): SchedulerSeat {
    const { schedulerId, host, pid, clock } = this.#options;
    return { schedulerId, host, pid, sinceMs: this.#sinceMs, lastSeenAtMs: clock.now() };
  }
}
