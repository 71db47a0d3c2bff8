/** The chart library with the component that draws with it, fetched when a chart is first shown. */
import type { ChartCanvas } from './ChartCanvas.tsx';

export async function loadChartCanvas(): Promise<{ default: typeof ChartCanvas }> {
  return { default: (await import('./ChartCanvas.tsx')).ChartCanvas };
}
