/** Fetches the parts of the KPIs page that come after its first numbers, before they are needed. */
import { loadChartCanvas } from '../../ui/charts/load-chart-canvas.ts';

export async function loadLaterParts(): Promise<void> {
  await Promise.all([import('./DateRange.tsx'), import('./export.ts'), loadChartCanvas()]);
}
