/** From the socket to the events: read at once into a bounded ring, taken in by slices so that nobody waits for it. */
import { setImmediate as nextTurn } from 'node:timers';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type CeleryEvent, decodePayload } from './decode-event.ts';
import { EventRing } from './event-ring.ts';

export interface EventStreamOptions {
  readonly onEvent: (event: CeleryEvent) => void;
  /** Older messages had to make room; `eventCount` is an estimate from what the others carried. */
  readonly onDropped: (eventCount: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ceilingBytes?: number;
  /** How long one slice may hold the thread. */
  readonly sliceMs?: number;
}

/** Below what Redis lets a reader lag (32 MB by default): what waits here was read and cannot be cut off any more. */
const defaultCeilingBytes = 16 * 1024 * 1024;
const rateWindowMs = 5_000;

export class EventStream {
  readonly #options: Required<EventStreamOptions>;
  readonly #ring: EventRing;
  #turnPending = false;
  #eventCount = 0;
  #messageCount = 0;
  #malformedCount = 0;
  #lagMs = 0;
  #closed = false;
  #window = { startMs: 0, count: 0, perSecond: 0 };

  constructor(options: EventStreamOptions) {
    this.#options = { ceilingBytes: defaultCeilingBytes, sliceMs: 8, ...options };
    this.#ring = new EventRing(this.#options.ceilingBytes);
    this.#window.startMs = options.clock.monotonicMs();
  }

  get figures() {
    return {
      eventCount: this.#eventCount,
      malformedCount: this.#malformedCount,
      waitingBytes: this.#ring.sizeBytes,
      waitingMessages: this.#ring.length,
      lagMs: this.#lagMs,
      eventsPerSecond: this.#rate(),
    };
  }

  /** Takes a payload from the socket; parsing it comes later. */
  push(payload: Buffer): void {
    if (this.#closed) return;
    const dropped = this.#ring.push(payload, this.#options.clock.now());
    if (dropped > 0) this.#options.onDropped(Math.max(dropped, Math.round(dropped * this.#eventsPerMessage())));
    this.#plan();
  }

  close(): void {
    this.#closed = true;
  }

  #eventsPerMessage(): number {
    return this.#messageCount === 0 ? 1 : this.#eventCount / this.#messageCount;
  }

  #plan(): void {
    if (this.#turnPending) return;
    this.#turnPending = true;
    nextTurn(() => this.#slice());
  }

  #slice(): void {
    this.#turnPending = false;
    if (this.#closed) return;
    const { clock, sliceMs } = this.#options;
    const untilMs = clock.monotonicMs() + sliceMs;
    let message = this.#ring.shift();
    while (message !== undefined) {
      this.#takeIn(message.payload, message.heardAtMs);
      if (clock.monotonicMs() >= untilMs) break;
      message = this.#ring.shift();
    }
    this.#lagMs = message === undefined ? 0 : Math.max(0, clock.now() - message.heardAtMs);
    if (this.#ring.length > 0) this.#plan();
  }

  #takeIn(payload: Buffer, heardAtMs: number): void {
    const { events, malformedCount } = decodePayload(payload, heardAtMs);
    this.#messageCount += 1;
    this.#malformedCount += malformedCount;
    this.#eventCount += events.length;
    this.#window.count += events.length;
    for (const event of events) {
      try {
        this.#options.onEvent(event);
      } catch (error) {
        this.#malformedCount += 1;
        this.#options.logger.debug('An event of Celery could not be taken in', { error: messageOf(error) });
      }
    }
  }

  #rate(): number {
    const window = this.#window;
    const nowMs = this.#options.clock.monotonicMs();
    const elapsedMs = nowMs - window.startMs;
    if (elapsedMs >= rateWindowMs) {
      this.#window = { startMs: nowMs, count: 0, perSecond: (window.count / elapsedMs) * 1_000 };
      return this.#window.perSecond;
    }
    return elapsedMs < 1_000 ? window.perSecond : (window.count / elapsedMs) * 1_000;
  }
}
