/** The engine's sentences: every code has its text in both languages, with the same figures in it. */
import { describe, expect, test } from 'vitest';
import { saidCodes } from '../../../engine/model/said.ts';
import { causeSaidCodes } from '../../../engine/model/said-causes.ts';
import { doctorSaidCodes } from '../../../engine/model/said-doctor.ts';
import { happenedSaidCodes } from '../../../engine/model/said-happened.ts';
import { noticeSaidCodes } from '../../../engine/model/said-notices.ts';
import { trialSaidCodes } from '../../../engine/model/said-trial.ts';
import { causesEs } from '../../../src/renderer/i18n/causes-es.ts';
import { doctorReasonsEs } from '../../../src/renderer/i18n/doctor-reasons-es.ts';
import { happenedSaidEs } from '../../../src/renderer/i18n/happened-said-es.ts';
import { noticesEs } from '../../../src/renderer/i18n/notices-es.ts';
import { saidEn } from '../../../src/renderer/i18n/said-en.ts';
import { saidEs } from '../../../src/renderer/i18n/said-es.ts';
import { trialEs } from '../../../src/renderer/i18n/trial-es.ts';

const languages: Record<string, Readonly<Record<string, string>>> = { en: saidEn, es: saidEs };
const placesIn = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();

describe.each(Object.entries(languages))('in %s', (_language, texts) => {
  test.each(saidCodes)('%s can be said, of one and of many', (code) => {
    const forms = texts[code] === undefined ? [texts[`${code}_one`], texts[`${code}_other`]] : [texts[code]];
    for (const form of forms) expect(form).toMatch(/\S/);
  });

  test('nothing is said that no engine says', () => {
    const known = new Set<string>(saidCodes.flatMap((code) => [code, `${code}_one`, `${code}_other`]));
    expect(Object.keys(texts).filter((key) => !known.has(key))).toEqual([]);
  });
});

test('both languages say the same figures', () => {
  for (const [key, english] of Object.entries(saidEn)) {
    expect([key, placesIn((languages['es'] ?? {})[key] ?? '')]).toEqual([key, placesIn(english)]);
  }
});

const onlySpanish = [
  { of: 'causes', codes: causeSaidCodes, texts: causesEs },
  { of: 'reasons of the doctor', codes: doctorSaidCodes, texts: doctorReasonsEs },
  { of: 'the line of time', codes: happenedSaidCodes, texts: happenedSaidEs },
  { of: 'notices', codes: noticeSaidCodes, texts: noticesEs },
  { of: 'trials of addresses', codes: trialSaidCodes, texts: trialEs },
];

describe.each(onlySpanish)('$of, whose English is the engine’s own', ({ codes, texts }) => {
  test.each(codes)('%s can be said in Spanish, of one and of many', (code) => {
    const forms = texts[code] === undefined ? [texts[`${code}_one`], texts[`${code}_other`]] : [texts[code]];
    for (const form of forms) expect(form).toMatch(/\S/);
  });

  test('nothing is said that no engine says', () => {
    const known = new Set<string>(codes.flatMap((code) => [code, `${code}_one`, `${code}_other`]));
    expect(Object.keys(texts).filter((key) => !known.has(key))).toEqual([]);
  });
});
