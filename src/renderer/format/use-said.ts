/** The engine's sentences in the language of the page: by their code, with the figures written as this language writes them. */
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../shared/contract.ts';
import { formatDay, formatDuration } from './dates.ts';
import { formatBytes } from './numbers.ts';
import { type Format, useFormat } from './use-format.ts';

export type Said = NonNullable<CallOutput<'overview.get'>['headlineSaid']>;

/** The English words stand where an engine has no code for them, or one that this console does not know. */
export function useSaid(): (said: Said | null | undefined, words: string) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return (said, words) => {
    if (said === null || said === undefined) return words;
    const isKnown = i18n.exists(`said.${said.code}`) || i18n.exists(`said.${said.code}`, { count: 2 });
    return isKnown ? t(`said.${said.code}`, shownValues(said.values, format)) : words;
  };
}

/** By the end of each name; `count` stays a number, for the plural, and stands as `text`. */
export function shownValues(values: Said['values'], format: Format): Record<string, string | number> {
  const shown = Object.entries(values).map(([name, value]) => [name, shownValue(name, value, format)] as const);
  const { count } = values;
  const plural = typeof count === 'number' ? { count, text: format.number(count) } : {};
  return { ...Object.fromEntries(shown), ...plural };
}

function shownValue(name: string, value: string | number, format: Format): string {
  if (typeof value === 'string') return value;
  if (name.endsWith('LatencyMs')) return latency(value, format);
  if (name.endsWith('AtMs')) return formatDay(format.language, value);
  if (name.endsWith('Ms')) return formatDuration(value);
  if (name.endsWith('Bytes')) return formatBytes(format.language, value);
  if (name.endsWith('Ratio')) return `${format.number(value * 100, 1)} %`;
  if (name.endsWith('PerS') || name === 'perS') return format.number(value, value > 0 && value < 10 ? 1 : 0);
  return format.number(value);
}

function latency(valueMs: number, format: Format): string {
  if (valueMs >= 1_000) return `${format.number(valueMs / 1_000, 1)} s`;
  return `${format.number(valueMs, valueMs < 10 ? 1 : 0)} ms`;
}
