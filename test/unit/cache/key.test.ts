import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, entryKey, entryKeyOf, type KeyParts } from '../../../engine/cache/key.ts';
import { layerNames } from '../../../engine/model/freshness.ts';
import { leaseName } from '../../../engine/redis/key-names.ts';

const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const filters = fc.dictionary(
  name,
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true })),
);
const parts: fc.Arbitrary<KeyParts> = fc.record({
  pack: name,
  packVersion: fc.nat(),
  filters,
  asOf: fc.constantFrom('2026-01-15', '2026-01-16'),
  layer: fc.constantFrom(...layerNames),
  section: name,
});

/** The same meaning written differently: names in another order, texts decomposed, zero with the other sign. */
function rewritten(given: KeyParts): KeyParts {
  const fields = Object.entries(given.filters).map(([id, value]): [string, string | number] => [
    id,
    typeof value === 'string' ? value.normalize('NFD') : value === 0 ? -value : value,
  ]);
  return { ...given, filters: Object.fromEntries(fields.toReversed()) };
}

function meaningOf({ filters: given, ...rest }: KeyParts): string {
  const fields = Object.entries(given).map(
    ([id, value]) => [id, typeof value, String(value).normalize('NFC')] as const,
  );
  return JSON.stringify([rest.pack, rest.packVersion, rest.asOf, fields.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

describe('a key', () => {
  test('is equal for equal meaning', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(entryKey(rewritten(given))).toEqual(entryKey(given));
      }),
    );
  });

  test('differs for different meaning', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(entryKey(one).viewId === entryKey(other).viewId).toBe(meaningOf(one) === meaningOf(other));
      }),
    );
  });

  test('tells a number from its text, and an empty text from nothing', () => {
    const of = (given: KeyParts['filters']): string =>
      entryKey({ pack: 'p', packVersion: 1, filters: given, asOf: '2026-01-15', layer: 'kpis', section: 's' }).viewId;
    expect(new Set([of({ a: 1 }), of({ a: '1' }), of({ a: '' }), of({})]).size).toBe(4);
  });

  test('keeps the sections of one view in one cluster slot, lease included', () => {
    fc.assert(
      fc.property(parts, name, (given, section) => {
        const [one, other] = [entryKey(given), entryKey({ ...given, section })];
        const slot = (redisKey: string): string | undefined => /\{(.*?)\}/.exec(redisKey)?.[1];
        expect([slot(one.redisKey), slot(leaseName(other.redisKey))]).toEqual([one.viewId, one.viewId]);
        expect(one.viewId).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });

  test('can be explained back to its filters', () => {
    const key = entryKey({
      pack: 'edp',
      packVersion: 3,
      filters: { client: 'Ñuble', days: 30 },
      asOf: '2026-01-15',
      layer: 'kpis',
      section: 'essentials',
    });
    expect(JSON.parse(key.meaning)).toEqual({
      pack: 'edp',
      packVersion: 3,
      filters: { client: 'Ñuble', days: 30 },
      asOf: '2026-01-15',
    });
  });

  test('is known again by its name alone', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const key = entryKey(given);
        expect(entryKeyOf(key.redisKey)).toEqual({ ...key, meaning: '' });
      }),
    );
    expect(entryKeyOf('vigia:v2:{abc}:kpis:s')).toBeNull();
    expect(entryKeyOf(`vigia:v2:{${'0'.repeat(32)}}:attic:s`)).toBeNull();
  });

  test('of extra parts differs from one without, and from none only when there are any', () => {
    const given: KeyParts = { pack: 'p', packVersion: 1, filters: {}, asOf: '2026-01-15', layer: 'kpis', section: 's' };
    expect(entryKey({ ...given, extra: {} }).viewId).toBe(entryKey(given).viewId);
    expect(entryKey({ ...given, extra: { rate: 0.1 } }).viewId).not.toBe(entryKey(given).viewId);
  });

  test('is never made from what JSON has no word for', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});
