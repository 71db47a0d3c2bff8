import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TagMarks } from '../../../engine/cache/tag-marks.ts';
import { normalTag, normalTags, type TagMark } from '../../../engine/cache/tags.ts';

const epoch = '00000000000000aa';
const mark = (tag: string, seq: number, expiredSeq = 0, reason = ''): TagMark => ({
  tag,
  seq,
  expiredSeq,
  atMs: 1_000 + seq,
  mode: expiredSeq === seq ? 'expired' : 'stale',
  reason,
});
function known(...marks: TagMark[]): TagMarks {
  const all = new TagMarks();
  all.replace(epoch, Math.max(0, ...marks.map(({ seq }) => seq)), marks);
  return all;
}

describe('an invalidation', () => {
  test('concerns what began to be computed before it, and nothing that began after', () => {
    const marks = known(mark('table:edp', 5));
    expect(marks.verdict(['table:edp'], { epoch, seq: 4 })).toEqual({ mode: 'stale', detail: 'table:edp' });
    expect(marks.verdict(['table:edp'], { epoch, seq: 5 })).toBeNull();
  });

  test('of other tags concerns nobody', () => {
    const marks = known(mark('table:edp', 5));
    expect(marks.verdict(['table:cost'], { epoch, seq: 0 })).toBeNull();
    expect(marks.verdict([], { epoch, seq: 0 })).toBeNull();
  });

  test('that only makes stale does not undo one that expired', () => {
    const marks = known(mark('a', 9, 6, 'import'));
    expect(marks.verdict(['a'], { epoch, seq: 5 })).toEqual({ mode: 'expired', detail: 'a (import)' });
    expect(marks.verdict(['a'], { epoch, seq: 6 })).toMatchObject({ mode: 'stale' });
  });

  test('with the gravest outcome counts, whatever the order of the tags', () => {
    const marks = known(mark('a', 9), mark('b', 7, 7), mark('c', 8));
    for (const tags of [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'a'],
    ]) {
      expect(marks.verdict(tags, { epoch, seq: 1 })).toMatchObject({ mode: 'expired', detail: 'b' });
    }
    expect(marks.verdict(['c', 'a'], { epoch, seq: 1 })).toMatchObject({ mode: 'stale', detail: 'a' });
  });

  test('that was lost with the record makes everything stale that depends on anything', () => {
    const marks = known(mark('a', 9));
    expect(marks.verdict(['b'], { epoch: '00000000000000bb', seq: 99 })).toMatchObject({ mode: 'stale' });
    expect(marks.verdict([], { epoch: '00000000000000bb', seq: 99 })).toBeNull();
  });

  test('told while the record is read survives the reading', () => {
    const marks = known(mark('a', 3));
    expect(marks.heard(epoch, [mark('b', 8)])).toBe(true);
    marks.replace(epoch, 5, [mark('a', 3), mark('c', 5)]);
    expect(marks.list().map(({ tag }) => tag)).toEqual(['b', 'c', 'a']);
    expect(marks.stamp).toEqual({ epoch, seq: 8 });
  });

  test('of another epoch is not taken, so that the record is read anew', () => {
    expect(known(mark('a', 3)).heard('00000000000000bb', [mark('a', 1)])).toBe(false);
  });

  test('is never missed by comparing, whatever came in which order', () => {
    const event = fc.record({ tag: fc.constantFrom('a', 'b', 'c'), expire: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 12 }),
        fc.nat(12),
        fc.subarray(['a', 'b', 'c']),
        (events, began, tags) => {
          const latest = new Map<string, TagMark>();
          const told = events.map(({ tag, expire }, index) => {
            const seq = index + 1;
            const one = mark(tag, seq, expire ? seq : (latest.get(tag)?.expiredSeq ?? 0));
            latest.set(tag, one);
            return one;
          });
          const marks = known();
          for (const one of told.toReversed()) marks.heard(epoch, [one]);
          const after = events.filter((one, index) => index + 1 > began && tags.includes(one.tag));
          const expected = after.length === 0 ? null : after.some(({ expire }) => expire) ? 'expired' : 'stale';
          expect(marks.verdict(tags, { epoch, seq: began })?.mode ?? null).toBe(expected);
        },
      ),
    );
  });
});

describe('a tag', () => {
  test('has one form', () => {
    expect(normalTag(' cliente:N\u0303uble ')).toBe('cliente:Ñuble');
    expect(normalTags(['b', 'a', ' b'])).toEqual(['a', 'b']);
  });

  test.each(['', '  ', 'a\nb', 'x'.repeat(301)])('cannot be %j', (tag) => {
    expect(() => normalTag(tag)).toThrow(expect.objectContaining({ code: 'CACHE_TAG_INVALID' }));
  });
});
