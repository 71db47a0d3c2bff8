/** Bounds any promise in time: every remote call has a deadline. */
import type { Clock } from './clock.ts';
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

/** As {@link withDeadline} for work that cannot be told to stop, at half its cost: for calls that are made very often. */
export function answeredWithin<Value>(
  clock: Clock,
  deadlineMs: number,
  timeout: { code: ErrorCode; what: string },
  work: () => Promise<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const working = work();
    const disarm = clock.after(deadlineMs, () =>
      reject(new EngineError(timeout.code, `${timeout.what}: no answer within ${deadlineMs} ms`)),
    );
    working.then(
      (value) => {
        disarm();
        resolve(value);
      },
      (error: unknown) => {
        disarm();
        reject(error);
      },
    );
  });
}
