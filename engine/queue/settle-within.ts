/** Bounds a wait whose outcome does not matter, without leaving a timer behind that keeps the process alive. */
import type { Clock } from '../base/clock.ts';

/** True when `work` settled, well or badly, before `limitMs` were over. */
export async function settleWithin(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: expired, resolve } = Promise.withResolvers<boolean>();
  const disarm = clock.after(limitMs, () => resolve(false));
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, expired]);
  } finally {
    disarm();
  }
}
