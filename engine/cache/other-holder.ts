/** Waits for the process that holds a lease, woken by what it says; a clock only stands in for a holder that died. */
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { Bus, BusMessage } from './bus.ts';

export type OtherOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'failed'; readonly error: EngineError }
  /** It gave up, or its lease ran out. */
  | { readonly kind: 'ended' };

export interface OtherHolder {
  /** What was said since the listening began, or the next thing; `ended` when the lease has run out in silence. */
  outcome(leaseLeftMs: number): Promise<OtherOutcome>;
  stop: Stop;
}

/** Past the lease's end, so that it is gone when we ask. */
const graceMs = 20;
/** How often to ask while messages cannot be heard. */
const deafPollMs = 200;

export function awaitOther(
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
  redisKey: string,
  signal: AbortSignal,
): OtherHolder {
  const { promise, resolve, reject } = Promise.withResolvers<OtherOutcome>();
  promise.catch(() => undefined);
  let disarm: Stop = () => undefined;
  const onAbort = (): void => reject(signal.reason);
  const stopListening = bus.onKey(redisKey, (message) => {
    const outcome = outcomeOf(message);
    if (outcome !== null) resolve(outcome);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    outcome(leaseLeftMs) {
      const waitMs = bus.listening ? leaseLeftMs + graceMs : Math.min(leaseLeftMs + graceMs, deafPollMs);
      disarm = clock.after(waitMs, () => resolve({ kind: 'ended' }));
      return promise;
    },
    stop() {
      stopListening();
      disarm();
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Null: it goes on. */
function outcomeOf(message: BusMessage): OtherOutcome | null {
  if (message.kind === 'stored') return { kind: 'stored' };
  if (message.kind !== 'released') return null;
  if (message.failure === null) return { kind: 'ended' };
  const { code, message: words } = message.failure;
  return { kind: 'failed', error: new EngineError(code, words) };
}
