/** Numbers as each language writes them: Chilean Spanish and English; pesos in millions (MM). */
import type { CallOutput } from '../../shared/contract.ts';
import type { Language } from '../state/preferences.ts';

type Section = CallOutput<'dashboard.get'>['sections'][number];
export type FigureView = NonNullable<Section['payload']>['figures'][string];
export type Unit = FigureView['unit'];

export const locales: Record<Language, string> = { en: 'en-GB', es: 'es-CL' };

const cache = new Map<string, Intl.NumberFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locales[language], { useGrouping: 'always', ...options });
  cache.set(key, made);
  return made;
}

/** `digits` decimals at most; "−" is the real minus sign. */
export function formatNumber(language: Language, value: number, digits = 0): string {
  return numberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits })
    .format(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value)
    .replace('-', '−');
}

export interface Quantity {
  readonly text: string;
  /** What stands after the number; empty for a plain count. */
  readonly unit: string;
}

const million = 1_000_000;

/** Pesos in millions: no decimals from a hundred million up, one below, two below one million. */
export function formatMillions(language: Language, clp: number): string {
  const millions = clp / million;
  const size = Math.abs(millions);
  if (size >= 100) return formatNumber(language, millions, 0);
  return formatNumber(language, millions, size >= 1 || clp === 0 ? 1 : 2);
}

/** A figure's value in its unit with a fixed number of decimals; `daysWord` is the word for days in the language. */
export function formatQuantity(language: Language, value: number, unit: Unit, daysWord: string): Quantity {
  switch (unit) {
    case 'CLP':
      return { text: formatMillions(language, value), unit: 'MM' };
    case 'ratio':
      return { text: formatNumber(language, value * 100, 1), unit: '%' };
    case 'days':
      return { text: formatNumber(language, value, 1), unit: daysWord };
    case 'score':
      return { text: formatNumber(language, value, 1), unit: '/ 100' };
    case 'count':
      return { text: formatNumber(language, value, Number.isInteger(value) ? 0 : 1), unit: '' };
  }
}

/** A limit or target, which people set in round numbers: decimals only where it has some. */
export function formatLimit(language: Language, value: number, unit: Unit, daysWord: string): Quantity {
  const shown = unit === 'ratio' ? value * 100 : value;
  const isRound = unit !== 'CLP' && Math.abs(shown - Math.round(shown)) < 1e-9;
  const quantity = formatQuantity(language, value, unit, daysWord);
  return isRound ? { ...quantity, text: formatNumber(language, shown) } : quantity;
}

export interface Change {
  /** With its sign and, for money and ratios, its unit. */
  readonly text: string;
  readonly direction: 'up' | 'down' | 'same';
  /** Null where neither direction is good. */
  readonly verdict: 'better' | 'worse' | null;
}

/** Money and counts change by a percentage; days, scores and ratios by their own points. */
export function formatChange(language: Language, figure: FigureView): Change | null {
  const { value, previous, unit, better } = figure;
  if (value === null || previous === null) return null;
  const difference = value - previous;
  const relative = unit === 'CLP' || unit === 'count';
  if (relative && previous === 0) return null;
  const amount = relative ? (difference / Math.abs(previous)) * 100 : unit === 'ratio' ? difference * 100 : difference;
  const rounded = Math.round(amount * 10) / 10;
  const direction = rounded > 0 ? 'up' : rounded < 0 ? 'down' : 'same';
  const sign = direction === 'up' ? '+' : '';
  const suffix = relative ? ' %' : unit === 'ratio' ? ' pp' : '';
  const verdict =
    better === null || direction === 'same' ? null : (better === 'higher') === rounded > 0 ? 'better' : 'worse';
  return { text: `${sign}${formatNumber(language, rounded, 1)}${suffix}`, direction, verdict };
}

export function formatBytes(language: Language, bytes: number): string {
  if (bytes < 1_024) return `${formatNumber(language, bytes)} B`;
  if (bytes < 1_048_576) return `${formatNumber(language, bytes / 1_024, 1)} kB`;
  if (bytes < 1_073_741_824) return `${formatNumber(language, bytes / 1_048_576, 1)} MB`;
  return `${formatNumber(language, bytes / 1_073_741_824, 1)} GB`;
}
