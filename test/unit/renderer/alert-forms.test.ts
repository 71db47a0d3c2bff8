/** What is typed about rules, hours and silences means what the engine makes of it. */
import { createInstance } from 'i18next';
import { describe, expect, test } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { checkRule } from '../../../engine/alerts/rule-book.ts';
import { fits } from '../../../engine/alerts/silences.ts';
import { alertRuleSchema } from '../../../engine/model/alert.ts';
import { ruleDraftSchema } from '../../../engine/model/alert-rules.ts';
import { signalNames } from '../../../engine/model/sample.ts';
import { createFormat } from '../../../src/renderer/format/use-format.ts';
import { en } from '../../../src/renderer/i18n/en.ts';
import { es } from '../../../src/renderer/i18n/es.ts';
import { durationMs, durationText, showSignal, signalName } from '../../../src/renderer/pages/alerts/alerts-model.ts';
import {
  emptyRuleForm,
  problemsOf,
  type RuleForm,
  ruleDraftOf,
  ruleFormOf,
} from '../../../src/renderer/pages/alerts/rule-form.ts';
import { fitsRule } from '../../../src/renderer/pages/alerts/silence-match.ts';

const texts = createInstance();
void texts.init({ initAsync: false, resources: { en: { translation: en }, es: { translation: es } } });

describe.each(['en', 'es'])('in %s', (language) => {
  const t = texts.getFixedT(language);

  test.each(signalNames)('the signal %s has a name', (signal) => {
    expect(signalName(t, signal)).not.toBe(signal);
    expect(signalName(t, signal)).not.toContain('alertRules.');
  });

  test('signals of a KPI, a section and a schedule have names too; another stands for itself', () => {
    expect(signalName(t, 'kpi.dso_days')).toBe('KPI: DSO');
    expect(signalName(t, 'section.kpis.age_ms')).toMatch(/^(Age|Antig).* kpis$/);
    expect(signalName(t, 'schedule.precompute.missed_count')).toMatch(/ precompute$/);
    expect(signalName(t, 'kpi.of_tomorrow')).toBe('kpi.of_tomorrow');
  });
});

test.each([
  ['queue.oldest_waiting_ms', 300_000, '5 min'],
  ['queue.oldest_waiting_ms', 100_000, '1.7 min'],
  ['section.kpis.age_ms', 26 * 3_600_000, '1 d 2 h'],
  ['response.p95_ms', 2_000, '2 s'],
  ['response.p95_ms', 1.84, '1.8 ms'],
  ['kpi.dso_days', 62.4, '62.4 days'],
  ['kpi.approval_rate', 0.925, '92.5 %'],
  ['kpi.receivables_amount', 9_584_000_000, '9,584 MM'],
  ['kpi.edp_count', 1_000, '1,000'],
] as const)('%s of %d is shown as %s', (signal, value, text) => {
  expect(showSignal(createFormat('en', 'days'), signal, value)).toBe(text);
});

const filled: RuleForm = { ...emptyRuleForm, title: 'DSO', signal: 'kpi.dso_days', threshold: '60' };

test('every built-in rule is the same after it was opened and saved', () => {
  for (const rule of defaultRules) expect(ruleDraftOf(ruleFormOf(rule), rule.id)).toEqual(rule);
});

test('a rule with every field set survives the form', () => {
  const rule = alertRuleSchema.parse({
    ...defaultRules[0],
    aggregate: 'last',
    onMissing: 'fire',
    missingForMs: 90_000,
    onBroken: 'fire',
    labels: { team: 'finance', site: 'a b' },
    runbook: 'cache-hit-rate',
    activeHours: { days: [1, 7], from: '22:00', to: '24:00', timeZone: 'America/Santiago' },
    inhibitedBy: ['x'],
  });
  expect(ruleDraftOf(ruleFormOf(rule), rule.id)).toEqual(rule);
});

test.each([
  [{ title: '  ' }, 'title', 'title'],
  [{ signal: 'dso days' }, 'signal', 'signal'],
  [{ threshold: 'sixty' }, 'threshold', 'number'],
  [{ clearThreshold: '61' }, 'clearThreshold', 'clearAbove'],
  [{ comparison: 'below', clearThreshold: '59' }, 'clearThreshold', 'clearBelow'],
  [{ windowMs: '500 ms' }, 'windowMs', 'window'],
  [{ windowMs: '8 d' }, 'windowMs', 'window'],
  [{ minimumCount: '0' }, 'minimumCount', 'count'],
  [{ forMs: '5 parsecs' }, 'forMs', 'duration'],
  [{ keepFiringForMs: '' }, 'keepFiringForMs', 'duration'],
  [{ missingForMs: '8 d' }, 'missingForMs', 'duration'],
  [{ labels: 'Team=x' }, 'labels', 'labels'],
] as const)('%j is a problem of its field', (change, field, problem) => {
  const form = { ...filled, ...change };
  expect(problemsOf(form)).toEqual({ [field]: problem });
  expect(ruleDraftOf(form, undefined)).toBeNull();
});

test('what the form lets pass, the engine takes', () => {
  const draft = ruleDraftOf({ ...filled, threshold: '60,5', labels: 'team = finance\n\n' }, undefined);
  expect(draft).toMatchObject({ threshold: 60.5, clearThreshold: 60.5, labels: { team: 'finance' } });
  const parsed = ruleDraftSchema.parse(draft);
  expect(() => checkRule({ ...parsed, id: 'x' })).not.toThrow();
});

test('hours without a day stop a rule from being saved', () => {
  const activeHours = { days: [], from: '08:00', to: '18:00', timeZone: 'UTC' };
  expect(ruleDraftOf({ ...filled, activeHours }, undefined)).toBeNull();
});

test('times are written as they are read', () => {
  for (const ms of [0, 250, 1_000, 90_000, 300_000, 7_200_000, 86_400_000])
    expect(durationMs(durationText(ms))).toBe(ms);
  expect(durationMs('1,5 h')).toBe(5_400_000);
  expect(durationMs('20')).toBe(20_000);
  expect(durationMs('3 m')).toBe(180_000);
  expect(durationMs('-1 s')).toBeNull();
});

test('conditions fit in the page what they fit in the engine', () => {
  const rule = alertRuleSchema.parse({ ...defaultRules[0], labels: { team: 'a.b(c)' } });
  const cases = [
    'cache-hit-rate-low',
    'cache-*',
    '*rate*',
    'cache*low*x',
    'a.b(c)',
    'a*c)',
    'axb(c)',
    '',
    '*',
    'warning',
  ];
  for (const label of ['rule', 'severity', 'signal', 'team', 'absent', 'toString'])
    for (const operator of ['is', 'isNot', 'like'] as const)
      for (const value of cases) {
        const matchers = [{ label, operator, value }];
        expect([label, operator, value, fitsRule(matchers, rule)]).toEqual([
          label,
          operator,
          value,
          fits(matchers, rule),
        ]);
      }
  expect(fitsRule([], rule)).toBe(true);
});
