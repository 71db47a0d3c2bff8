/** Measures how long this process's event loop makes others wait. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The monitor's own timer; an idle loop reads as this much, so it is taken off. Source: Node.js perf_hooks documentation */
const resolutionMs = 10;
const nsPerMs = 1e6;

export interface LoopDelay {
  /** p99 since the last call, milliseconds over the sampling period itself. */
  takeP99Ms(): number;
  stop(): void;
}

export function measureLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    takeP99Ms() {
      const p99 = histogram.percentile(99) / nsPerMs;
      histogram.reset();
      return Math.max(0, Math.round((p99 - resolutionMs) * 100) / 100);
    },
    stop: () => {
      histogram.disable();
    },
  };
}
