/** The colours and letters of the theme for what is drawn on a canvas, which knows no style sheet. */
import { useSyncExternalStore } from 'react';

const tokens = [
  'text',
  'muted',
  'faint',
  'grid',
  'raised',
  'unknown',
  'failed',
  'line-strong',
  'chart-1',
  'chart-2',
  'chart-3',
  'chart-4',
] as const;
export type ChartColors = Record<(typeof tokens)[number], string>;

const colorCache = new Map<string, ChartColors>();

/** A new theme is a new object, which makes new data and options. */
export function useChartColors(): ChartColors {
  return colorsOf(useSyncExternalStore(subscribeTheme, readTheme));
}

function readTheme(): string {
  return document.documentElement.dataset.theme ?? 'dark';
}

function subscribeTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

function colorsOf(theme: string): ChartColors {
  const known = colorCache.get(theme);
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const colors = Object.fromEntries(
    tokens.map((token) => [token, style.getPropertyValue(`--${token}`).trim()]),
  ) as ChartColors;
  colorCache.set(theme, colors);
  return colors;
}

export function chartFont(): { readonly family: string; readonly size: number } {
  return { family: getComputedStyle(document.body).fontFamily, size: 10.5 };
}

export function tooltipColors(colors: ChartColors): {
  readonly backgroundColor: string;
  readonly titleColor: string;
  readonly bodyColor: string;
  readonly borderColor: string;
  readonly borderWidth: number;
  readonly padding: number;
  readonly boxPadding: number;
} {
  return {
    backgroundColor: colors.raised,
    titleColor: colors.text,
    bodyColor: colors.text,
    borderColor: colors['line-strong'],
    borderWidth: 1,
    padding: 9,
    boxPadding: 4,
  };
}
