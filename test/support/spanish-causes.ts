/** Says causes in Spanish as a screen would, and names what cannot be said. */
import type { CauseLink } from '../../engine/model/cause.ts';
import type { Said, SaidValue } from '../../engine/model/said.ts';
import { causesEs } from '../../src/renderer/i18n/causes-es.ts';
import { happenedSaidEs } from '../../src/renderer/i18n/happened-said-es.ts';
import { noticesEs } from '../../src/renderer/i18n/notices-es.ts';
import { saidEs } from '../../src/renderer/i18n/said-es.ts';

const texts: Readonly<Record<string, string>> = { ...saidEs, ...causesEs, ...happenedSaidEs, ...noticesEs };

/** The places of texts that have no value, and the codes that have no text; empty when all can be said. */
export function unsayable(links: readonly CauseLink[]): string[] {
  return links.flatMap(({ words, said }) => (said === undefined ? [`${words}: no code`] : unsayableIn(said)));
}

export function unsayableIn({ code, values }: Said): string[] {
  const text = texts[code] ?? texts[`${code}_other`];
  if (text === undefined) return [`${code}: no text`];
  const known = new Set([...Object.keys(values), ...(typeof values['count'] === 'number' ? ['text'] : [])]);
  const empty = [...text.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, place = '']) =>
    known.has(place) ? [] : [`${code}: ${place}`],
  );
  return [...empty, ...Object.values(values).flatMap(missingInValue)];
}

function missingInValue(value: SaidValue): string[] {
  if (Array.isArray(value)) return value.flatMap(unsayableIn);
  return typeof value === 'object' ? unsayableIn(value) : [];
}
