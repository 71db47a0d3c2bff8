/** Alerts in Spanish: every built-in title, and what a change rests on. */
import { expect, it } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { evidenceOf, factsOf } from '../../../engine/alerts/evidence.ts';
import { kpiDefinitions } from '../../../packs/edp/kpis.ts';
import { alertTitle, evidenceWords } from '../../../src/shared/alert-words.ts';
import { kpiUnit } from '../../../src/shared/kpi-units.ts';

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

it('says a KPI with its unit in both languages, money in millions', () => {
  if (!rule) throw new Error('no such rule');
  const words = (signal: `kpi.${string}`, value: number, threshold: number): string[] => {
    const facts = factsOf(
      { ...rule, signal, threshold, comparison: 'above' },
      { outcome: 'value', value, observationCount: 9 },
    );
    const evidence = evidenceOf(facts, kpiUnit);
    return [evidence, evidenceWords('es', { evidence, facts })];
  };
  expect(words('kpi.dso_days', 64.25, 60)).toEqual([
    '64.3 days on average over 5 min (9 observations), over 60 days',
    '64,3 días en promedio durante 5 min (9 observaciones), sobre 60 días',
  ]);
  expect(words('kpi.approval_rate', 0.912, 0.95)[0]).toContain(
    '91.2 % on average over 5 min (9 observations), not over 95 %',
  );
  expect(words('kpi.receivables_amount', 1_250_000_000, 1e9)).toEqual([
    '1250 MM CLP on average over 5 min (9 observations), over 1000 MM CLP',
    '1.250 MM CLP en promedio durante 5 min (9 observaciones), sobre 1.000 MM CLP',
  ]);
});

it('knows the unit of every KPI of the pack, and of nothing else', () => {
  expect(kpiDefinitions.map(({ id }) => [id, kpiUnit(`kpi.${id}`)])).toEqual(
    kpiDefinitions.map(({ id, unit }) => [id, unit]),
  );
  expect(kpiUnit('kpi.of_nobody')).toBeNull();
  expect(kpiUnit('kpi.constructor')).toBeNull();
});
