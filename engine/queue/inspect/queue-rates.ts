/** Rates over the last minute and the forecast that follows from them. */
import type { JobCounts, QueueForecast, QueueRates } from '../../model/queue.ts';
import type { EventCounts } from './queue-events.ts';

export const rateWindowMs = 60_000;

/** What happened between two looks. */
export interface Stretch extends EventCounts {
  readonly endMs: number;
  readonly spanMs: number;
  readonly estimated: boolean;
}

/** More happened than was read: what the newest events tell is taken for the whole stretch. */
export function extrapolate(counts: EventCounts, readMs: number, spanMs: number): EventCounts {
  const factor = readMs > 0 ? Math.max(1, spanMs / readMs) : 1;
  return {
    added: counts.added * factor,
    started: counts.started * factor,
    finished: counts.finished * factor,
    failed: counts.failed * factor,
  };
}

export function ratesOf(stretches: readonly Stretch[]): QueueRates {
  const windowMs = stretches.reduce((sum, { spanMs }) => sum + spanMs, 0);
  const perS = (value: (stretch: Stretch) => number): number | null =>
    windowMs === 0 ? null : stretches.reduce((sum, stretch) => sum + value(stretch), 0) / (windowMs / 1_000);
  return {
    windowMs,
    addedPerS: perS(({ added }) => added),
    startedPerS: perS(({ started }) => started),
    finishedPerS: perS(({ finished, failed }) => finished + failed),
    failedPerS: perS(({ failed }) => failed),
    estimated: stretches.some(({ estimated }) => estimated),
  };
}

/** Below this share of what is begun, more or less waiting is noise. */
const noiseRatio = 0.02;

/** When the waiting jobs are worked off if the last minute goes on: what is begun, less what is added. */
export function forecastOf(counts: JobCounts, rates: QueueRates, nowMs: number): QueueForecast {
  const backlog = counts.waiting + counts.prioritized;
  if (backlog === 0) return { trend: 'clear', clearsAtMs: null };
  const { addedPerS, startedPerS } = rates;
  if (addedPerS === null || startedPerS === null) return { trend: 'unknown', clearsAtMs: null };
  const netPerS = startedPerS - addedPerS;
  if (Math.abs(netPerS) <= noiseRatio * Math.max(startedPerS, addedPerS)) return { trend: 'still', clearsAtMs: null };
  if (netPerS < 0) return { trend: 'growing', clearsAtMs: null };
  return { trend: 'shrinking', clearsAtMs: Math.round(nowMs + (backlog / netPerS) * 1_000) };
}
