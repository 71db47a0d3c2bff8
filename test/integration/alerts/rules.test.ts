/** Rules as they are kept, exported and tried on stored history. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { RuleBook } from '../../../engine/alerts/rule-book.ts';
import { rulesAsYaml, rulesForPrometheus } from '../../../engine/alerts/rule-files.ts';
import { previewRule } from '../../../engine/alerts/rule-preview.ts';
import { ruleDraftSchema } from '../../../engine/model/alert-rules.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const dso = ruleDraftSchema.parse({
  title: 'DSO sobre 60 días',
  signal: 'kpi.dso_days',
  comparison: 'above',
  threshold: 60,
  clearThreshold: 58,
  windowMs: 2 * minute,
  minimumCount: 1,
  forMs: 10 * minute,
  keepFiringForMs: 10 * minute,
  severity: 'warning',
  labels: { team: 'cobranzas' },
});

async function book() {
  const clock = new ManualClock();
  const room = storeRoom(clock);
  const store = await room.open();
  const make = (opened: typeof store) =>
    new RuleBook({ builtIns: defaultRules, settings: opened.settings, onChanged: () => undefined });
  return { clock, room, store, rules: make(store), make };
}

describe('the rule book', () => {
  it('keeps own rules and changes of built-in ones over a restart, and resets and removes them', async () => {
    const { rules, room, store, make } = await book();
    const saved = rules.save(dso);
    expect(saved).toMatchObject({ origin: 'own', rule: { id: 'dso-sobre-60-dias', signal: 'kpi.dso_days' } });
    const [first] = defaultRules;
    if (!first) throw new Error('no rule');
    rules.save({ ...first, threshold: 0.7, enabled: false });
    store.close();
    const again = make(await room.open());
    expect(again.views().find(({ rule }) => rule.id === first.id)).toMatchObject({
      origin: 'changed',
      rule: { threshold: 0.7 },
    });
    expect(again.list().map(({ id }) => id)).not.toContain(first.id);
    expect(again.reset(first.id)).toEqual({ origin: 'built-in', rule: first });
    expect(() => again.remove(first.id)).toThrow(/switched off or reset/);
    again.remove('dso-sobre-60-dias');
    expect(again.list()).toEqual(defaultRules);
  });

  it('refuses what cannot work', async () => {
    const { rules } = await book();
    expect(() => rules.save({ ...dso, clearThreshold: 61 })).toThrow(/still past its threshold/);
    const activeHours = { days: [1], from: '09:00', to: '18:00', timeZone: 'Europe/Atlantis' };
    expect(() => rules.save({ ...dso, activeHours })).toThrow(/no time zone/);
  });

  it('reads back the YAML that it writes, and takes nothing from a file with one wrong rule', async () => {
    const { rules } = await book();
    const { rule } = rules.save(dso);
    const text = rulesAsYaml([rule, ...defaultRules]);
    rules.remove(rule.id);
    const wrong = text.replace('severity: critical', 'severity: awful');
    expect(() => rules.import(wrong)).toThrow(/severity/);
    expect(rules.list()).toEqual(defaultRules);
    expect(rules.import(text)).toMatchObject({ added: [rule.id], changed: [] });
    expect(rules.import(text)).toMatchObject({ added: [], changed: [], unchanged: expect.arrayContaining([rule.id]) });
    expect(rules.views().find((view) => view.rule.id === rule.id)?.rule).toEqual(rule);
    expect(() => rules.import('rules: [')).toThrow(/no YAML/);
  });

  it('writes a rule file that says the same to Prometheus', async () => {
    const { rules } = await book();
    const { rule } = rules.save(dso);
    expect(parse(rulesForPrometheus([rule]))).toEqual({
      groups: [
        {
          name: 'vigia',
          rules: [
            {
              alert: 'DsoSobre60Dias',
              expr: 'avg_over_time(vigia_signal{signal="kpi.dso_days"}[120s]) > 60',
              for: '600s',
              keep_firing_for: '600s',
              labels: { team: 'cobranzas', severity: 'warning' },
              annotations: { summary: 'DSO sobre 60 días', clears: expect.stringContaining('58') },
            },
          ],
        },
      ],
    });
  });
});

describe('a preview over stored history', () => {
  it('finds each time that the rule would have fired, with its worst value, and claims nothing of a gap', async () => {
    const { clock, store } = await book();
    const toMs = clock.now();
    const fromMs = toMs - 7 * day;
    const peaks = [
      { atMs: fromMs + day, forMs: 60 * minute, value: 71 },
      { atMs: fromMs + 3 * day, forMs: 5 * minute, value: 90 },
      { atMs: fromMs + 4 * day, forMs: 120 * minute, value: 64 },
    ];
    for (let atMs = fromMs + 30_000; atMs <= toMs; atMs += minute) {
      // The machine slept for half a day.
      if (atMs > fromMs + 5 * day && atMs < fromMs + 5.5 * day) continue;
      const peak = peaks.find((each) => atMs >= each.atMs && atMs < each.atMs + each.forMs);
      store.samples.append([{ signal: 'kpi.dso_days', atMs, value: peak?.value ?? 50, count: 2, spanMs: minute }]);
    }
    const rule = { ...dso, id: 'dso', windowMs: minute };
    const preview = await previewRule(store.samples, rule, { fromMs, toMs });
    expect(preview.firings).toHaveLength(2);
    expect(preview.firings.map(({ worst }) => worst)).toEqual([71, 64]);
    const [first] = preview.firings;
    // Pending for ten minutes, kept for ten more.
    expect((first?.fromMs ?? 0) - (peaks[0]?.atMs ?? 0)).toBeLessThanOrEqual(11 * minute);
    expect((first?.toMs ?? 0) - (first?.fromMs ?? 0)).toBeGreaterThanOrEqual(59 * minute);
    expect(preview.unseenMs).toBeGreaterThan(11 * 60 * minute);
    expect(preview.unseenMs).toBeLessThan(13 * 60 * minute);
  });

  it('says that there was nothing to judge rather than that all was well', async () => {
    const { clock, store } = await book();
    const nothing = await previewRule(store.samples, { ...dso, id: 'dso' }, { fromMs: 0, toMs: clock.now() });
    expect(nothing).toMatchObject({ sampleCount: 0, firings: [] });
  });
});
