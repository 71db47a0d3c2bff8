/** Alerts in Spanish: every built-in title, and what a change rests on. */
import { expect, it } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { evidenceOf, factsOf } from '../../../engine/alerts/evidence.ts';
import { alertTitle, evidenceWords } from '../../../src/shared/alert-words.ts';

it('names every built-in rule in Spanish, and leaves a name that somebody gave', () => {
  for (const { title } of defaultRules) {
    expect(alertTitle('es', title), title).not.toBe(title);
    expect(alertTitle('en', title)).toBe(title);
  }
  expect(alertTitle('es', 'DSO over 60 days')).toBe('DSO over 60 days');
  expect(alertTitle('es', 'toString')).toBe('toString');
});

const rule = defaultRules.find(({ id }) => id === 'cache-hit-rate-low') ?? null;

it.each([
  [
    { outcome: 'value', value: 0.6234, observationCount: 1_143 },
    '62,3 % en promedio durante 5 min (1.143 observaciones), bajo 80 %',
  ],
  [
    { outcome: 'value', value: 0.9, observationCount: 1 },
    '90 % en promedio durante 5 min (1 observación), no bajo 80 %',
  ],
  [{ outcome: 'missing', observationCount: 3 }, '3 observaciones de cache.hit_ratio en 5 min; se necesitan 20'],
  [
    { outcome: 'absent', observationCount: 60 },
    'cache.hit_ratio no existe aquí: no hay nada que medir (60 observaciones en 5 min)',
  ],
  [{ outcome: 'broken', problem: 'disk' }, 'No se pudieron leer las muestras de cache.hit_ratio: disk'],
] as const)('says in Spanish what a change rests on: %o', (reading, words) => {
  if (!rule) throw new Error('no such rule');
  const facts = factsOf(rule, reading);
  const evidence = evidenceOf(facts);
  expect(evidenceWords('es', { evidence, facts })).toBe(words);
  expect(evidenceWords('en', { evidence, facts })).toBe(evidence);
});

it('stays with the words of a record that has no figures', () => {
  expect(evidenceWords('es', { evidence: '97 % on average', facts: null })).toBe('97 % on average');
});
