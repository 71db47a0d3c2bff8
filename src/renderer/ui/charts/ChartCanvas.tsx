/** Draws a {@link SeriesChart} with Chart.js in the theme's colours; never animated, so that a refresh does not move. */
import {
  BarController,
  BarElement,
  CategoryScale,
  type ChartData,
  Chart as ChartJs,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { type ReactElement, useMemo } from 'react';
import { Chart } from 'react-chartjs-2';
import { type ChartColors, chartFont, tooltipColors, useChartColors } from './chart-theme.ts';
import type { ChartSeries, SeriesChart } from './series-chart.ts';

ChartJs.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export function ChartCanvas({ chart }: { readonly chart: SeriesChart }): ReactElement {
  const colors = useChartColors();
  const data = useMemo(() => dataOf(chart, colors), [chart, colors]);
  const options = useMemo(() => optionsOf(chart, colors), [chart, colors]);
  return <Chart type="bar" data={data} options={options} aria-hidden="true" />;
}

type Data = ChartData<'bar' | 'line', (number | null)[], string>;

function dataOf(chart: SeriesChart, colors: ChartColors): Data {
  const paint = ({ color, values }: ChartSeries): string[] =>
    values.map((_, index) => `${colors[color]}${chart.incomplete.has(index) ? '73' : 'eb'}`);
  const series = chart.series.map((each) =>
    each.kind === 'bar'
      ? {
          type: 'bar' as const,
          label: each.label,
          data: [...each.values],
          backgroundColor: paint(each),
          borderRadius: 2,
          maxBarThickness: 26,
          categoryPercentage: 0.74,
          barPercentage: 0.94,
          order: 2,
        }
      : {
          type: 'line' as const,
          label: each.label,
          data: [...each.values],
          borderColor: colors[each.color],
          backgroundColor: colors[each.color],
          borderWidth: 1.6,
          pointRadius: 2,
          spanGaps: false,
          order: 1,
        },
  );
  return {
    labels: [...chart.labels],
    datasets: chart.limit ? [...series, limitLine(chart, chart.limit, colors)] : series,
  };
}

function limitLine(
  chart: SeriesChart,
  limit: NonNullable<SeriesChart['limit']>,
  colors: ChartColors,
): Data['datasets'][number] {
  return {
    type: 'line',
    label: limit.label,
    data: chart.labels.map(() => limit.value),
    borderColor: colors.muted,
    borderWidth: 1,
    borderDash: [4, 4],
    pointRadius: 0,
    order: 0,
  };
}

function optionsOf(chart: SeriesChart, colors: ChartColors): ChartOptions<'bar' | 'line'> {
  const font = chartFont();
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false },
    plugins: {
      tooltip: {
        ...tooltipColors(colors),
        callbacks: {
          label: (item) =>
            `${item.dataset.label ?? ''}  ${item.raw === null ? '—' : chart.formatValue(Number(item.raw))}`,
        },
      },
    },
    scales: {
      x: {
        grid: { display: false },
        border: { color: colors.grid },
        ticks: { color: colors.faint, font, maxRotation: 0, autoSkipPadding: 6 },
      },
      y: {
        beginAtZero: true,
        ...(chart.scaleMax === undefined ? {} : { max: chart.scaleMax }),
        grid: { color: colors.grid },
        border: { display: false },
        ticks: { color: colors.faint, font, maxTicksLimit: 6, callback: (value) => chart.formatTick(Number(value)) },
      },
    },
  };
}
