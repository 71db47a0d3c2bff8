import { describe, expect, test } from 'vitest';
import { edpPack } from '../../../packs/edp/index.ts';
import { tagsOf } from '../../../packs/edp/tags.ts';

const concerns = (type: string, subject: Parameters<typeof edpPack.changeTags>[1], filters: Record<string, string>) => {
  const tags = edpPack.changeTags(type, subject) ?? [];
  return tagsOf('kpis', filters).some((tag) => tags.includes(tag));
};

describe('a change of the data', () => {
  test.each([
    ['edp_created', ['table:edp']],
    ['edp_updated', ['table:edp']],
    ['cost_changed', ['table:cost']],
    ['log_added', ['table:log']],
    ['client_changed', ['table:edp']],
    ['project_changed', ['table:edp', 'table:cost']],
  ])('%s concerns what is computed from its tables', (type, tags) => {
    expect(edpPack.changeTypes).toContain(type);
    expect(edpPack.changeTags(type, {})).toEqual(tags);
  });

  test('of one client leaves the views of other clients alone', () => {
    const change = { cliente: 'Ñuble' };
    expect(concerns('edp_updated', change, { cliente: 'Ñuble' })).toBe(true);
    expect(concerns('edp_updated', change, {})).toBe(true);
    expect(concerns('edp_updated', change, { estado: 'validado' })).toBe(true);
    expect(concerns('edp_updated', change, { cliente: 'Minera Sur' })).toBe(false);
    expect(concerns('edp_updated', { client: ['Ñuble', 'Minera Sur'] }, { cliente: 'Minera Sur' })).toBe(true);
  });

  test('with a subject that no filter knows concerns everything of its table', () => {
    expect(edpPack.changeTags('edp_updated', { edp_id: 17 })).toEqual(['table:edp']);
    expect(edpPack.changeTags('cost_changed', { cliente: 'Ñuble' })).toEqual(['table:cost']);
  });

  test('of an unknown type is no change', () => {
    expect(edpPack.changeTags('toString', {})).toBeNull();
    expect(edpPack.changeTags('weather_changed', {})).toBeNull();
  });
});
