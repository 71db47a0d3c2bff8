/** The formats bound to the language that the person chose. */
import { createContext, useContext, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Language, languages } from '../state/preferences.ts';
import * as dates from './dates.ts';
import * as numbers from './numbers.ts';

export interface Format {
  readonly language: Language;
  number(value: number, digits?: number): string;
  millions(clp: number): string;
  quantity(value: number, unit: numbers.Unit): numbers.Quantity;
  /** A target or threshold. */
  limit(value: number, unit: numbers.Unit): numbers.Quantity;
  change(figure: numbers.FigureView): numbers.Change | null;
  age(atMs: number, nowMs: number): string;
  moment(atMs: number, nowMs: number): string;
  exactMoment(atMs: number): string;
  dataTime(atMs: number, nowMs: number): string;
  time(atMs: number): string;
  clock(atMs: number): string;
  day(atMs: number): string;
  isoDate(iso: string): string;
  isoMonth(iso: string, options?: { withYear?: boolean }): string;
}

export function createFormat(language: Language, daysWord: string): Format {
  return {
    language,
    number: (value, digits) => numbers.formatNumber(language, value, digits),
    millions: (clp) => numbers.formatMillions(language, clp),
    quantity: (value, unit) => numbers.formatQuantity(language, value, unit, daysWord),
    limit: (value, unit) => numbers.formatLimit(language, value, unit, daysWord),
    change: (figure) => numbers.formatChange(language, figure),
    age: (atMs, nowMs) => dates.formatAge(language, atMs, nowMs),
    moment: (atMs, nowMs) => dates.formatMoment(language, atMs, nowMs),
    exactMoment: (atMs) => dates.formatExactMoment(language, atMs),
    dataTime: (atMs, nowMs) => dates.formatDataTime(language, atMs, nowMs),
    time: (atMs) => dates.formatTime(language, atMs),
    clock: (atMs) => dates.formatClock(language, atMs),
    day: (atMs) => dates.formatDay(language, atMs),
    isoDate: (iso) => dates.formatIsoDate(language, iso),
    isoMonth: (iso, options) => dates.formatIsoMonth(language, iso, options),
  };
}

/** Made once for all: hundreds of ages and figures on a page ask for it. */
export const FormatContext = createContext<Format | null>(null);

export function useFormat(): Format {
  const format = useContext(FormatContext);
  if (format === null) throw new Error('A component was rendered outside FormatContext');
  return format;
}

/** What {@link FormatContext} is to hold, for whoever draws the frame around the pages. */
export function useLanguageFormat(): Format {
  const { t, i18n } = useTranslation();
  const language = languages.find((each) => each === i18n.language) ?? 'en';
  const daysWord = t('units.days');
  return useMemo(() => createFormat(language, daysWord), [language, daysWord]);
}
