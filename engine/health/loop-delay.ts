/** What this process says of itself: how long its event loop makes others wait, and its memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessPort } from './ports.ts';

/** The monitor's own timer; an idle loop reads as this much, so it is taken off. Source: Node.js perf_hooks documentation */
const resolutionMs = 10;
const nanosecondsPerMs = 1e6;

export interface ProcessFigures extends ProcessPort {
  /** p99 of the last stretch that was taken; does not disturb the sampler. */
  lastLoopDelayP99Ms(): number;
  stop(): void;
}

export function measureProcess(): ProcessFigures {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let last = 0;
  return {
    takeLoopDelayP99Ms() {
      const p99 = histogram.percentile(99) / nanosecondsPerMs;
      histogram.reset();
      last = Math.max(0, p99 - resolutionMs);
      return last;
    },
    lastLoopDelayP99Ms: () => last,
    rssBytes: () => process.memoryUsage.rss(),
    stop() {
      histogram.disable();
    },
  };
}
