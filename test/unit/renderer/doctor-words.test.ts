/** What the doctor finds is said in Spanish too, with the figures in their places. */
import { expect, test } from 'vitest';
import { checks } from '../../../engine/doctor/checks.ts';
import { celeryRiskCodeSchema } from '../../../engine/model/celery-risk.ts';
import { createFormat } from '../../../src/renderer/format/use-format.ts';
import { checkTitlesEs, evidenceNamesEs, findingsEs } from '../../../src/renderer/i18n/doctor-findings-es.ts';
import { workFindingsEs } from '../../../src/renderer/i18n/doctor-work-es.ts';
import { type Finding, valueOf, wordsOf } from '../../../src/renderer/pages/doctor/finding-words.ts';

const finding: Finding = {
  ...{ findingId: 'redis-memory/cache/limit_near_evicting', checkId: 'redis-memory', code: 'limit_near_evicting' },
  ...{ subject: { kind: 'connection', id: 'cache', name: 'Redis (cache)' }, severity: 'warning', title: 'English' },
  evidence: [
    { name: 'used_ratio', value: 0.934, unit: 'ratio', sinceMs: null },
    { name: 'limit_bytes', value: 8 * 1024 * 1024, unit: 'bytes', sinceMs: null },
  ],
  ...{ why: 'why', steps: ['step'], fix: null },
};

test('Spanish has the title with its figures, English comes from the engine', () => {
  expect(wordsOf(finding, createFormat('es', 'días')).title).toBe('Redis (cache) usa 93,4 % de su límite de 8,0 MB');
  expect(wordsOf(finding, createFormat('en', 'days')).title).toBe('English');
  expect(wordsOf({ ...finding, code: 'not translated' }, createFormat('es', 'días')).title).toBe('English');
});

test('every check has a Spanish title, and every place in a Spanish text is an evidence that has a name', () => {
  const known = new Set([...Object.keys(evidenceNamesEs), 'name']);
  const places = Object.values({ ...findingsEs, ...workFindingsEs }).flatMap(({ title, why, steps }) =>
    [title, why, ...steps].flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')),
  );
  expect(places.filter((place) => !known.has(place))).toEqual([]);
  expect(checks.filter(({ id }) => checkTitlesEs[id] === undefined)).toEqual([]);
});

test('figures are formatted by their unit', () => {
  const format = createFormat('en', 'days');
  const value = (number: number, unit: 'ms' | 'perS' | 'count') =>
    valueOf({ name: 'x', value: number, unit, sinceMs: null }, format);
  expect([value(320, 'ms'), value(-7_200_000, 'ms'), value(12.34, 'perS'), value(12_408, 'count')]).toEqual([
    '320 ms',
    '−2 h',
    '12.3/s',
    '12,408',
  ]);
});

test('every risk of Celery has its Spanish words', () => {
  expect(celeryRiskCodeSchema.options.filter((code) => !(`celery-risks/${code}` in workFindingsEs))).toEqual([]);
});
