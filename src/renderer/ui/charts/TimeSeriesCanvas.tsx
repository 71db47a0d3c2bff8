/** Draws lines over time with Chart.js in the theme's colours; never animated, so that a refresh does not move. */
import {
  type ChartData,
  Chart as ChartJs,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';
import { type ReactElement, useMemo } from 'react';
import { Chart } from 'react-chartjs-2';
import { useFormat } from '../../format/use-format.ts';
import { type ChartColors, chartFont, tooltipColors, useChartColors } from './chart-theme.ts';
import { type LineLook, type TimeSeries, type TimeSpan, timeTicks } from './time-series.ts';
import { type TimeWords, timeWords } from './time-words.ts';

ChartJs.register(LinearScale, LineController, LineElement, PointElement, Tooltip);

interface TimeSeriesCanvasProps {
  readonly lines: readonly (TimeSeries & { readonly look: LineLook })[];
  readonly gaps: readonly (readonly [number, number])[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly formatValue: (value: number) => string;
  readonly scaleMin?: number;
  readonly scaleMax?: number;
  readonly limit?: { readonly value: number; readonly label: string };
  readonly marks?: readonly TimeSpan[];
}

type Data = ChartData<'line', { x: number; y: number | null }[]>;

export function TimeSeriesCanvas(props: TimeSeriesCanvasProps): ReactElement {
  const { lines, gaps, limit, fromMs, toMs, marks = noMarks } = props;
  const words = timeWords(useFormat(), fromMs, toMs);
  const colors = useChartColors();
  const data = useMemo(() => dataOf(lines, limit, fromMs, toMs, colors), [lines, limit, fromMs, toMs, colors]);
  const options = optionsOf(props, colors, words);
  const plugins = useMemo(() => [gapShades(gaps, colors), markShades(marks, colors)], [gaps, marks, colors]);
  // The shades are given to the chart at its birth: other shades are another chart.
  const key = JSON.stringify([gaps, marks, colors]);
  return <Chart key={key} type="line" data={data} options={options} plugins={plugins} aria-hidden="true" />;
}

function dataOf(
  lines: TimeSeriesCanvasProps['lines'],
  limit: TimeSeriesCanvasProps['limit'],
  fromMs: number,
  toMs: number,
  colors: ChartColors,
): Data {
  const drawn = lines.map(({ label, points, look }) => ({
    label,
    data: points.map(({ atMs, value }) => ({ x: atMs, y: value })),
    borderColor: colors[look.color],
    backgroundColor: colors[look.color],
    borderWidth: 1.7,
    borderDash: [...look.dash],
    // A lone point between two gaps has no line to be seen by.
    pointRadius: points.map(({ value }, index) => (value !== null && isAlone(points, index) ? 1.8 : 0)),
    pointHitRadius: 6,
    spanGaps: false,
  }));
  if (limit === undefined) return { datasets: drawn };
  const line = {
    label: limit.label,
    data: [fromMs, toMs].map((x) => ({ x, y: limit.value })),
    borderColor: colors.muted,
    backgroundColor: colors.muted,
    borderWidth: 1,
    borderDash: [4, 4],
    pointRadius: 0,
    pointHitRadius: 0,
    spanGaps: false,
  };
  return { datasets: [...drawn, line] };
}

function isAlone(points: TimeSeries['points'], index: number): boolean {
  return (points[index - 1]?.value ?? null) === null && (points[index + 1]?.value ?? null) === null;
}

function optionsOf(
  { fromMs, toMs, formatValue, scaleMin, scaleMax }: TimeSeriesCanvasProps,
  colors: ChartColors,
  words: TimeWords,
): ChartOptions<'line'> {
  const font = chartFont();
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    // The nearest moment of every line: with a point at every pixel all that lie under the pointer would be listed.
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    plugins: {
      tooltip: {
        ...tooltipColors(colors),
        callbacks: {
          title: ([item]) => (typeof item?.parsed.x === 'number' ? words.point(item.parsed.x) : ''),
          label: (item) => `${item.dataset.label ?? ''}  ${item.parsed.y === null ? '—' : formatValue(item.parsed.y)}`,
        },
      },
    },
    scales: {
      x: {
        type: 'linear',
        min: fromMs,
        max: toMs,
        grid: { display: false },
        border: { color: colors.grid },
        afterBuildTicks: (scale) => {
          scale.ticks = timeTicks(fromMs, toMs, 8).map((value) => ({ value }));
        },
        ticks: { color: colors.faint, font, maxRotation: 0, callback: (value) => words.tick(Number(value)) },
      },
      y: {
        ...(scaleMin === undefined ? { beginAtZero: true } : { min: scaleMin }),
        ...(scaleMax === undefined ? {} : { max: scaleMax }),
        grid: { color: colors.grid },
        border: { display: false },
        ticks: { color: colors.faint, font, maxTicksLimit: 5, callback: (value) => formatValue(Number(value)) },
      },
    },
  };
}

const noMarks: readonly TimeSpan[] = [];

/** Never narrower than a line, so that a short stretch of a long time is seen. */
function markShades(marks: readonly TimeSpan[], colors: ChartColors): Plugin<'line'> {
  return {
    id: 'mark-shades',
    beforeDatasetsDraw({ ctx, chartArea, scales: { x } }) {
      if (x === undefined) return;
      ctx.save();
      for (const { fromMs, toMs } of marks) {
        const left = Math.max(chartArea.left, x.getPixelForValue(fromMs));
        const right = Math.min(chartArea.right, x.getPixelForValue(toMs));
        const width = Math.max(2, right - left);
        ctx.fillStyle = `${colors.failed}2e`;
        ctx.fillRect(left, chartArea.top, width, chartArea.height);
        ctx.fillStyle = colors.failed;
        ctx.fillRect(left, chartArea.top, width, 3);
      }
      ctx.restore();
    },
  };
}

function gapShades(gaps: TimeSeriesCanvasProps['gaps'], colors: ChartColors): Plugin<'line'> {
  return {
    id: 'gap-shades',
    beforeDatasetsDraw({ ctx, chartArea, scales: { x } }) {
      if (x === undefined) return;
      ctx.save();
      ctx.fillStyle = `${colors.unknown}24`;
      for (const [from, to] of gaps) {
        const left = Math.max(chartArea.left, x.getPixelForValue(from));
        const right = Math.min(chartArea.right, x.getPixelForValue(to));
        if (right > left) ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
      }
      ctx.restore();
    },
  };
}
