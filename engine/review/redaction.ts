/** Takes out of a file what must not leave the house: credentials always; for support also names, addresses and values. */
import { redactUrls } from '../base/errors.ts';
import type { Moment } from '../model/review.ts';

/** Texts that are replaced wherever they stand, and by what. */
export interface Redaction {
  /** Always. */
  readonly secrets: readonly string[];
  /** In a support bundle: e.g. a host name by `host-1`. */
  readonly names: readonly (readonly [text: string, by: string])[];
}

/** `password=…`, `"token": "…"`, `Bearer …`: a secret behind a word that says so. */
const labelledSecret =
  /((?:pass(?:word|wd)?|secret|token|api[-_]?key|authorization)["']?\s*[=:]\s*["']?(?:bearer\s+)?)[^\s"',;&]{3,}|(bearer\s+)[\w.~+/=-]{8,}/gi;

/** The same value with every text in it redacted, names of fields left as they are. */
export function redacted<Value>(value: Value, { secrets, names }: Redaction, isSupport: boolean): Value {
  const replacements: (readonly [string, string])[] = [
    ...secrets.filter((secret) => secret.length >= 4).map((secret) => [secret, '***'] as const),
    ...(isSupport ? names.filter(([text]) => text.length >= 2) : []),
  ].toSorted(([a], [b]) => b.length - a.length);
  const clean = (text: string): string => {
    const safe = redactUrls(text).replaceAll(
      labelledSecret,
      (_all, label?: string, bearer?: string) => `${label ?? bearer ?? ''}***`,
    );
    return replacements.reduce((shown, [from, by]) => shown.replaceAll(from, by), safe);
  };
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return clean(each);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, field]) => [name, walk(field)]));
  };
  return walk(value) as Value;
}

/** A moment with its states and ages, but without what the KPIs were. */
export function leftOut(moment: Moment): Moment {
  return {
    ...moment,
    sections: moment.sections.map((section) => ({
      ...section,
      payload: section.payload && { ...section.payload, breakdowns: {}, figures: blank(section.payload.figures) },
    })),
  };
}

type Figures = NonNullable<Moment['sections'][number]['payload']>['figures'];

function blank(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([id, { unit, better }]) => [
      id,
      {
        value: null,
        unit,
        noDataReason: 'left out of a support bundle',
        target: null,
        better,
        previous: null,
        previousLabel: null,
        trend: [],
      },
    ]),
  );
}
