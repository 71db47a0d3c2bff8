import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Decoded,
  decodeEntry,
  encodeEntry,
  entryIdOf,
  headBytes,
  isOutdated,
} from '../../../engine/cache/codec.ts';
import { packedFromBytes } from '../../../engine/cache/compression.ts';
import type { EntryHead } from '../../../engine/cache/entry.ts';

const time = fc.double({ noNaN: true, noDefaultInfinity: true });
const head: fc.Arbitrary<EntryHead> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{32}$/),
  meaning: fc.string({ unit: 'grapheme' }),
  tags: fc.array(fc.stringMatching(/^[a-zñ :_]{1,20}$/)),
  stamp: fc.record({
    epoch: fc.oneof(fc.constant(''), fc.stringMatching(/^[1-9a-f]{16}$/)),
    seq: fc.maxSafeNat(),
  }),
  computedAtMs: time,
  dataAsOfMs: fc.option(time),
  computeMs: fc.option(time),
  freshUntilMs: time,
  staleUntilMs: time,
});
const sample: EntryHead = {
  id: '0123456789abcdef0123456789abcdef',
  meaning: '{"filters":{"client":"Ñuble"}}',
  tags: ['cliente:Ñuble', 'table:edp'],
  stamp: { epoch: '00112233445566aa', seq: 41 },
  computedAtMs: 1_700_000_000_000,
  dataAsOfMs: null,
  computeMs: 12.5,
  freshUntilMs: 1_700_000_300_000,
  staleUntilMs: 1_700_002_100_000,
};
const zstd = { kind: 'zstd', fromBytes: 4_096 } as const;
const small = { section: 'kpis', figures: { dso: 45 } };
const large = { rows: Array.from({ length: 400 }, (_, index) => ['Constructora', index, index / 7, null]) };

async function problemOf(bytes: Buffer): Promise<string | null> {
  const decoded: Decoded = await decodeEntry(bytes);
  return decoded.ok ? null : decoded.problem;
}

describe('an entry', () => {
  test('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(head, fc.jsonValue(), async (given, value) => {
        const { bytes, rawBytes } = await encodeEntry(given, value, zstd);
        const decoded = await decodeEntry(bytes);
        const expected = JSON.parse(JSON.stringify(value));
        expect(decoded).toEqual({ ok: true, entry: { ...given, value: expected, sizeBytes: bytes.length, rawBytes } });
        expect(entryIdOf(bytes)).toBe(given.id);
      }),
    );
  });

  test.each([
    ['Ñuble, año', 'in one byte a letter', 'Ñuble, año'.length],
    ['Ñuble: 5 €', 'in UTF-8 when a letter needs it', Buffer.byteLength('Ñuble: 5 €')],
  ])('of the text "%s" is stored %s', async (text, _how, textBytes) => {
    for (const kind of ['none', 'zstd'] as const) {
      const { bytes, rawBytes } = await encodeEntry(sample, text, { kind, fromBytes: 0 });
      expect(rawBytes).toBe(textBytes + '""'.length);
      expect(await decodeEntry(bytes)).toMatchObject({ ok: true, entry: { value: text, rawBytes } });
    }
  });

  test('is compressed when it is large, and left alone when it is small', async () => {
    const [one, other] = [await encodeEntry(sample, large, zstd), await encodeEntry(sample, small, zstd)];
    expect(one.bytes.length).toBeLessThan(one.rawBytes / 2);
    expect(other.bytes.length).toBe(
      headBytes + Buffer.byteLength(sample.meaning + sample.tags.join('\n')) + other.rawBytes,
    );
  });

  test.each(['none', 'zstd', 'brotli'] as const)('comes back through the codec %s', async (kind) => {
    const { bytes } = await encodeEntry(sample, large, { kind, fromBytes: 0 });
    expect(await decodeEntry(bytes)).toMatchObject({ ok: true, entry: { value: large, tags: sample.tags } });
  });

  test.each([
    ['unix:///run/redis.sock', 65_536],
    ['redis://127.0.0.1:6379/0', 65_536],
    ['rediss://***@localhost:6379/0', 65_536],
    ['redis://10.0.0.5:6379/0', 4_096],
    ['redis://cache.internal:6379/0', 4_096],
  ])('for a Redis at %s is packed from %i bytes on, unless the layer says otherwise', (address, bytes) => {
    expect(packedFromBytes({ kind: 'zstd', fromBytes: null }, address)).toBe(bytes);
    expect(packedFromBytes({ kind: 'zstd', fromBytes: 7 }, address)).toBe(7);
  });

  test('of a megabyte is coded off the thread and comes back whole', async () => {
    const huge = { rows: Array.from({ length: 40_000 }, (_, index) => [`row ${index}`, index]) };
    const { bytes, rawBytes } = await encodeEntry(sample, huge, zstd);
    expect(rawBytes).toBeGreaterThan(700_000);
    expect(await decodeEntry(bytes)).toMatchObject({ ok: true, entry: { value: huge } });
  });
});

describe('what cannot be read', () => {
  test('is told as a problem however it was cut', async () => {
    for (const value of [small, large]) {
      const { bytes } = await encodeEntry(sample, value, zstd);
      for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 300)) {
        expect(await problemOf(bytes.subarray(0, length))).not.toBeNull();
      }
      expect(await problemOf(Buffer.concat([bytes, Buffer.from('x')]))).not.toBeNull();
    }
  });

  test('is told as a problem whichever bit was turned', async () => {
    for (const value of [small, large]) {
      const { bytes } = await encodeEntry(sample, value, zstd);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
          // The three reserved bytes mean nothing yet.
          fc.pre(![5, 6, 7].includes(bit >> 3));
          const broken = Buffer.from(bytes);
          broken.writeUInt8(broken.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          expect(await problemOf(broken)).not.toBeNull();
        }),
      );
    }
  });

  test('is told as a problem when it is anything at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
        expect(await problemOf(Buffer.from(noise))).not.toBeNull();
        expect(await problemOf(Buffer.concat([Buffer.from('VGE\u0003'), Buffer.from(noise)]))).not.toBeNull();
      }),
    );
  });

  test('names the version of another format', async () => {
    const { bytes } = await encodeEntry(sample, small, zstd);
    bytes.writeUInt8(9, 3);
    expect(await problemOf(bytes)).toContain('version 9');
    expect(entryIdOf(bytes)).toBeNull();
  });

  test('is outdated when it is not ours or older, and not when it is newer', async () => {
    const { bytes } = await encodeEntry(sample, small, zstd);
    expect([
      isOutdated(bytes),
      isOutdated(Buffer.from('VGE\u0000')),
      isOutdated(Buffer.from('VGE\u0009')),
      isOutdated(Buffer.from('{"a"')),
    ]).toEqual([false, true, false, true]);
  });
});
