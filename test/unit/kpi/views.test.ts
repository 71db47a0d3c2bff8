import { describe, expect, test } from 'vitest';
import { defaultKpiSettings } from '../../../engine/config/settings.ts';
import { type Basis, Views } from '../../../engine/kpi/views.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const noon = Date.UTC(2026, 10, 22, 12);
const basis: Basis = { source: 'demo', settings: defaultKpiSettings };
const views = (changed: Partial<Basis> = {}, clock = new ManualClock(noon)) =>
  new Views({ pack: edpPack, basis: { ...basis, ...changed }, asOf: null, clock });

describe('a view', () => {
  test('is the same for filters that mean the same', () => {
    const one = views();
    expect(one.resolve({ cliente: ' Energía Maipo', estado: 'todos' })).toEqual(
      one.resolve({ cliente: 'Energía Maipo' }),
    );
  });

  test.each<[string, Partial<Basis>]>([
    ['another source', { source: 'postgres://host/db' }],
    ['another critical age', { settings: { ...defaultKpiSettings, criticalDays: 90 } }],
    ['another target', { settings: { ...defaultKpiSettings, targets: { dso_days: 30 } } }],
  ])('is another one for %s', (_name, changed) => {
    const [ours, theirs] = [views().resolve({}), views(changed).resolve({})];
    expect(theirs.viewId).not.toBe(ours.viewId);
    expect(theirs.sections[0]?.lineage).not.toBe(ours.sections[0]?.lineage);
  });

  test('of the next day is another one, of the same lineage', async () => {
    const clock = new ManualClock(noon);
    const today = views({}, clock).resolve({});
    const tomorrow = views({}, new ManualClock(noon + 86_400_000)).resolve({});
    expect(tomorrow.viewId).not.toBe(today.viewId);
    expect(tomorrow.sections.map(({ lineage }) => lineage)).toEqual(today.sections.map(({ lineage }) => lineage));
  });

  test('is found by the key of any of its sections', () => {
    const one = views();
    const view = one.resolve({ estado: 'pagado' });
    for (const section of view.sections) expect(one.byKey(section.key.redisKey)).toEqual({ view, section });
  });

  test('that another process made is found by what its entry says, and is not thought to be looked at', () => {
    const [here, elsewhere] = [views(), views()];
    const { sections } = elsewhere.resolve({ estado: 'pagado' });
    for (const { name, key, lineage } of sections) {
      expect(here.byMeaning(key.meaning, key.redisKey)?.section).toMatchObject({ name, lineage });
    }
    expect(here.recent()).toEqual([]);
  });

  test('of another source, or of words that nobody can read, is nobody’s', () => {
    const key = views({ source: 'postgres://host/db' }).resolve({}).sections[0]?.key;
    expect(views().byMeaning(key?.meaning ?? '', key?.redisKey ?? '')).toBeNull();
    expect(views().byMeaning('', 'vigia:v2:x')).toBeNull();
    expect(views().byMeaning('{"pack":"edp"}', 'vigia:v2:x')).toBeNull();
  });
});
