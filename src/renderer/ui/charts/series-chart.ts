/** What a chart over a row of labels is: its series, its axes, its limit line. Imports no chart library. */

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  readonly kind: 'bar' | 'line';
  /** A colour token without its dashes. */
  readonly color: 'chart-1' | 'chart-2' | 'chart-3' | 'chart-4';
  /** One per label; null is a gap. */
  readonly values: readonly (number | null)[];
}

export interface SeriesChart {
  readonly title: string;
  readonly labels: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Labels whose period is not over yet: drawn lighter. */
  readonly incomplete: ReadonlySet<number>;
  readonly formatTick: (value: number) => string;
  readonly formatValue: (value: number) => string;
  /** A dashed line across the chart. */
  readonly limit?: { readonly value: number; readonly label: string };
  /** The end of the scale, where it is known. */
  readonly scaleMax?: number;
}
