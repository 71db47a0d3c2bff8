/** One second hand for the whole console: texts that depend on the time re-render only when their text changes. */
import { useCallback, useSyncExternalStore } from 'react';
import type { BrowserClock, Stop } from '../clock.ts';

export interface Ticker {
  subscribe(listener: () => void): () => void;
  /** The engine's time as well as it is known, epoch milliseconds. */
  now(): number;
  /** Tells what the engine's clock said just now; ages are reckoned by its clock, not by ours. */
  setEngineTime(engineNowMs: number): void;
}

/** Below this the two clocks are taken for one: it is within the delay of an answer. */
const toleratedSkewMs = 2_000;

export function createTicker(clock: BrowserClock): Ticker {
  const listeners = new Set<() => void>();
  let stop: Stop | null = null;
  let skewMs = 0;
  return {
    now: () => clock.now() + skewMs,
    setEngineTime(engineNowMs) {
      const difference = engineNowMs - clock.now();
      skewMs = Math.abs(difference) < toleratedSkewMs ? 0 : difference;
    },
    subscribe(listener) {
      listeners.add(listener);
      stop ??= clock.every(1_000, () => {
        for (const each of [...listeners]) each();
      });
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}

/** `read` is asked every second; the component renders again only when its answer (a text or a number) differs. */
export function useTicked<Value extends string | number | boolean>(
  ticker: Ticker,
  read: (nowMs: number) => Value,
): Value {
  const getSnapshot = useCallback(() => read(ticker.now()), [read, ticker]);
  return useSyncExternalStore(ticker.subscribe, getSnapshot);
}
