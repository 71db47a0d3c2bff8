/** What this process says of itself: how long its event loop makes others wait, and its memory. */
import { measureLoopDelay } from '../base/loop-delay.ts';
import type { ProcessPort } from './ports.ts';

export interface ProcessFigures extends ProcessPort {
  /** p99 of the last stretch that was taken; does not disturb the sampler. */
  lastLoopDelayP99Ms(): number;
  stop(): void;
}

export function measureProcess(): ProcessFigures {
  const loopDelay = measureLoopDelay();
  let last = 0;
  return {
    takeLoopDelayP99Ms() {
      last = loopDelay.takeP99Ms();
      return last;
    },
    lastLoopDelayP99Ms: () => last,
    rssBytes: () => process.memoryUsage.rss(),
    stop: () => loopDelay.stop(),
  };
}
