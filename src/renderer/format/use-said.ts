/** The engine's sentences in the language of the page: by their code, with the figures written as this language writes them. */
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../shared/contract.ts';
import { formatDay, formatDuration } from './dates.ts';
import { formatBytes } from './numbers.ts';
import { type Format, useFormat } from './use-format.ts';

export type Said = NonNullable<CallOutput<'overview.get'>['headlineSaid']>;

export type Speak = (said: Said | null | undefined, words: string) => string;

/** The English words stand where there is no code, or none that this language has a text for. */
export function useSaid(): Speak {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const speak: Speak = (said, words) => {
    if (said === null || said === undefined) return words;
    const isKnown = i18n.exists(`said.${said.code}`) || i18n.exists(`said.${said.code}`, { count: 2 });
    return isKnown ? t(`said.${said.code}`, shownValues(said.values, format, speak)) : words;
  };
  return speak;
}

/** By the end of each name; `count` stays a number, for the plural, and stands as `text`. */
function shownValues(values: Said['values'], format: Format, speak: Speak): Record<string, string | number> {
  const shown = Object.entries(values).map(([name, value]) => [name, shownValue(name, value, format, speak)] as const);
  const { count } = values;
  const plural = typeof count === 'number' ? { count, text: format.number(count) } : {};
  return { ...Object.fromEntries(shown), ...plural };
}

function shownValue(name: string, value: Said['values'][string], format: Format, speak: Speak): string {
  if (Array.isArray(value)) return value.map((part) => speak(part, '')).join('; ');
  if (typeof value === 'object') return speak(value, '');
  if (typeof value === 'string') return value;
  if (name.endsWith('LatencyMs')) return latency(value, format);
  if (name.endsWith('MomentMs')) return format.exactMoment(value);
  if (name.endsWith('AtMs')) return formatDay(format.language, value);
  if (name.endsWith('Ms')) return shortDuration(value, format);
  if (name.endsWith('Bytes')) return formatBytes(format.language, value);
  if (name.endsWith('Ratio')) return `${format.number(value * 100, 1)} %`;
  if (name.endsWith('PerS') || name === 'perS') return format.number(value, value > 0 && value < 10 ? 1 : 0);
  return format.number(value);
}

/** Under ten seconds with tenths, as the engine says it: "0.8 s". */
function shortDuration(valueMs: number, format: Format): string {
  const tenths = Math.round(Math.max(0, valueMs) / 100);
  return tenths < 100 ? `${format.number(tenths / 10, tenths % 10 === 0 ? 0 : 1)} s` : formatDuration(valueMs);
}

function latency(valueMs: number, format: Format): string {
  if (valueMs >= 1_000) return `${format.number(valueMs / 1_000, 1)} s`;
  return `${format.number(valueMs, valueMs < 10 ? 1 : 0)} ms`;
}
