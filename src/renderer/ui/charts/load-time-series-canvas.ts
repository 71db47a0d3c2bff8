/** The chart library with the component that draws lines over time, fetched when one is first shown. */
import type { TimeSeriesCanvas } from './TimeSeriesCanvas.tsx';

export async function loadTimeSeriesCanvas(): Promise<{ default: typeof TimeSeriesCanvas }> {
  return { default: (await import('./TimeSeriesCanvas.tsx')).TimeSeriesCanvas };
}
