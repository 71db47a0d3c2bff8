/** Holds messages between the socket and their turn, within a bound of bytes; the oldest go when it is full. */

export interface WaitingMessage {
  readonly payload: Buffer;
  /** Wall time at which it was read. */
  readonly heardAtMs: number;
}

/** Read messages are cut off the array's front in steps of this many, so that taking one costs nothing. */
const compactAfter = 4_096;

export class EventRing {
  readonly #ceilingBytes: number;
  #messages: WaitingMessage[] = [];
  #head = 0;
  #sizeBytes = 0;

  constructor(ceilingBytes: number) {
    this.#ceilingBytes = ceilingBytes;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Answers how many older messages had to go. */
  push(payload: Buffer, heardAtMs: number): number {
    this.#messages.push({ payload, heardAtMs });
    this.#sizeBytes += payload.length;
    let dropped = 0;
    while (this.#sizeBytes > this.#ceilingBytes && this.length > 1) {
      this.shift();
      dropped += 1;
    }
    return dropped;
  }

  shift(): WaitingMessage | undefined {
    const message = this.#messages[this.#head];
    if (message === undefined) return undefined;
    this.#head += 1;
    this.#sizeBytes -= message.payload.length;
    if (this.#head === this.#messages.length) {
      this.#messages = [];
      this.#head = 0;
    } else if (this.#head >= compactAfter) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}
