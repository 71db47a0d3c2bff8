/** Bounds any promise in time: every remote call has a deadline. */
import type { Clock, Stop } from './clock.ts';
import { EngineError, type ErrorCode } from './errors.ts';

/**
 * Resolves as `work` does, unless `deadlineMs` passes first.
 * The work is told to stop through the signal; one that does not listen goes on unseen, its outcome ignored.
 * @throws EngineError `code` when the deadline passes.
 */
export async function withDeadline<Value>(
  clock: Clock,
  deadlineMs: number,
  timeout: { code: ErrorCode; what: string },
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const disarm = clock.after(deadlineMs, () => {
    const error = new EngineError(timeout.code, `${timeout.what}: no answer within ${deadlineMs} ms`);
    controller.abort(error);
    reject(error);
  });
  try {
    const running = work(controller.signal);
    running.catch(() => undefined);
    return await Promise.race([running, expired]);
  } finally {
    disarm();
  }
}

interface OpenCall {
  readonly dueMs: number;
  /** Null once the call is over. */
  expire: (() => void) | null;
}

/** Calls of one deadline, in the order in which they are due. */
interface Line {
  calls: OpenCall[];
  /** Those before it are over. */
  first: number;
  armed: boolean;
}

/** Calls that are over are dropped in such portions. */
const droppedAtOnce = 1_024;

/**
 * Deadlines of calls that are made very often and nearly always answered in time: one timer for all that are under way,
 * instead of one armed and disarmed for each.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #lines = new Map<number, Line>();
  #begunMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When the last call began, on the clock that never jumps. */
  get begunMs(): number {
    return this.#begunMs;
  }

  /** Runs `expire` after `deadlineMs` unless it was stopped before. */
  begin(deadlineMs: number, expire: () => void): Stop {
    const line = this.#lines.get(deadlineMs) ?? this.#newLine(deadlineMs);
    this.#begunMs = this.#clock.monotonicMs();
    const call: OpenCall = { dueMs: this.#begunMs + deadlineMs, expire };
    line.calls.push(call);
    if (!line.armed) this.#arm(deadlineMs, line, deadlineMs);
    return () => {
      call.expire = null;
      if (line.calls[line.first] === call) skipEnded(line);
    };
  }

  #newLine(deadlineMs: number): Line {
    const line: Line = { calls: [], first: 0, armed: false };
    this.#lines.set(deadlineMs, line);
    return line;
  }

  #arm(deadlineMs: number, line: Line, delayMs: number): void {
    line.armed = true;
    this.#clock.after(delayMs, () => this.#look(deadlineMs, line));
  }

  #look(deadlineMs: number, line: Line): void {
    line.armed = false;
    const nowMs = this.#clock.monotonicMs();
    for (let call = line.calls[line.first]; call !== undefined && call.dueMs <= nowMs; call = line.calls[line.first]) {
      const { expire } = call;
      call.expire = null;
      skipEnded(line);
      expire?.();
    }
    const next = line.calls[line.first];
    if (line.armed) return;
    if (next === undefined) this.#lines.delete(deadlineMs);
    else this.#arm(deadlineMs, line, next.dueMs - nowMs);
  }
}

function skipEnded(line: Line): void {
  const { calls } = line;
  while (line.first < calls.length && calls[line.first]?.expire === null) line.first += 1;
  if (line.first === calls.length) calls.length = 0;
  else if (line.first < droppedAtOnce) return;
  else calls.splice(0, line.first);
  line.first = 0;
}
