/** What the doctor finds is said in Spanish too, with the figures in their places. */
import { expect, test } from 'vitest';
import type { Desk } from '../../../engine/doctor/check.ts';
import { workChecks } from '../../../engine/doctor/checks/work-signs.ts';
import { checks } from '../../../engine/doctor/checks.ts';
import { type CauseCode, causeCodes, signSchema } from '../../../engine/model/cause.ts';
import { celeryRiskCodeSchema } from '../../../engine/model/celery-risk.ts';
import { said } from '../../../engine/model/said.ts';
import { createFormat } from '../../../src/renderer/format/use-format.ts';
import type { Speak } from '../../../src/renderer/format/use-said.ts';
import { checkTitlesEs, evidenceNamesEs, findingsEs } from '../../../src/renderer/i18n/doctor-findings-es.ts';
import { workFindingsEs } from '../../../src/renderer/i18n/doctor-work-es.ts';
import {
  type Finding,
  fixWordsOf,
  subjectNameOf,
  valueOf,
  wordsOf,
} from '../../../src/renderer/pages/doctor/finding-words.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const finding: Finding = {
  ...{ findingId: 'redis-memory/cache/limit_near_evicting', checkId: 'redis-memory', code: 'limit_near_evicting' },
  ...{ subject: { kind: 'connection', id: 'cache', name: 'Redis (cache)' }, severity: 'warning', title: 'English' },
  evidence: [
    { name: 'used_ratio', value: 0.934, unit: 'ratio', sinceMs: null },
    { name: 'limit_bytes', value: 8 * 1024 * 1024, unit: 'bytes', sinceMs: null },
  ],
  ...{ why: 'why', steps: ['step'], fix: null },
};

const speak: Speak = (said, words) => (said ? `‹${said.code}›` : words);

test('Spanish has the title with its figures, English comes from the engine', () => {
  expect(wordsOf(finding, createFormat('es', 'días'), speak).title).toBe(
    'Redis (cache) usa 93,4 % de su límite de 8,0 MB',
  );
  expect(wordsOf(finding, createFormat('en', 'days'), speak).title).toBe('English');
  expect(wordsOf({ ...finding, code: 'not translated' }, createFormat('es', 'días'), speak).title).toBe('English');
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

const es = createFormat('es', 'días');

/** What the checks of signs find when this is the one cause of all signs. */
async function foundFor(code: CauseCode): Promise<Finding[]> {
  const links = [
    { code: null, words: 'a sign', said: said('cause_jobs_fail') },
    { code, words: 'a cause', said: said('cause_own_network') },
  ];
  const signs = async () => signSchema.options.map((sign) => ({ sign, links, root: links[1] ?? null }));
  const desk = { signs, work: null } as unknown as Desk;
  const of = workChecks.map(async ({ id, subject, run }) => {
    const verdict = await run({ clock: new ManualClock(0), desk, patients: [] });
    const found = verdict.kind === 'found' ? verdict.findings : [];
    return found.map((one): Finding => ({ ...one, fix: null, findingId: id, checkId: id, subject }));
  });
  return (await Promise.all(of)).flat();
}

test.each(causeCodes)(
  'a sign whose cause is %s is said in Spanish: title, evidence, why, and as many steps',
  async (code) => {
    const findings = await foundFor(code);
    expect(findings).toHaveLength(workChecks.length);
    for (const one of findings) {
      const words = wordsOf(one, es, speak);
      expect(words.title).toBe('‹cause_jobs_fail›: ‹cause_own_network›');
      expect(one.evidence.map((each) => speak(each.said, 'English'))).not.toContain('English');
      expect(words.why).not.toBe(one.why);
      expect(words.steps).toHaveLength(one.steps.length);
      if (one.steps.length > 0) expect(words.steps).not.toEqual(one.steps);
    }
  },
);

test('what a fix does is said in Spanish, with the value that it sets', () => {
  const commands = [{ shard: 'x', words: ['CONFIG', 'SET', 'maxmemory', String(512 * 1024 * 1024)] }];
  const fix = { title: 'Raise the limit to 512 MB', connectionId: 'cache', commands, undo: [], note: 'English' };
  const findingId = 'redis-memory/cache/limit_near_evicting';
  expect(fixWordsOf(findingId, fix, es).title).toBe('Subir el límite a 512,0 MB');
  expect(fixWordsOf(findingId, fix, createFormat('en', 'days'))).toBe(fix);
});

test('what belongs to the console has a Spanish name in the list of what was checked', () => {
  const neutral = new Set(['Celery', 'Vigía', 'SQLite']);
  const subjects = checks.flatMap((each) => (each.about === 'system' ? [each.subject] : []));
  const english = subjects.filter(
    (subject) => !neutral.has(subject.name) && subjectNameOf(subject, es) === subject.name,
  );
  expect(english).toEqual([]);
  expect(subjectNameOf({ kind: 'connection', id: 'cache', name: 'Redis (cache)' }, es)).toBe('Redis (cache)');
});
