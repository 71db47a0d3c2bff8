/** How moments are written on a chart: the wider the time, the coarser the words; what a point stands for is told finely. */
import type { Format } from '../../format/use-format.ts';

export interface TimeWords {
  readonly tick: (atMs: number) => string;
  readonly point: (atMs: number) => string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function timeWords(format: Format, fromMs: number, toMs: number): TimeWords {
  const spanMs = toMs - fromMs;
  if (spanMs <= 2 * hourMs) return { tick: format.time, point: format.clock };
  const moment = (atMs: number): string => format.moment(atMs, toMs);
  if (spanMs <= 1.5 * dayMs) return { tick: format.time, point: moment };
  return { tick: format.day, point: moment };
}
