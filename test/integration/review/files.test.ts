/** The sealed file: what goes in comes out, no secret goes in, and whatever was tampered with is refused with its reason. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { newSealingKey } from '../../../engine/review/sealing.ts';
import { hour, reviewNow as now, type ReviewRoom, reviewRoom } from '../../support/review-room.ts';

async function roomWithPast(key?: string): Promise<ReviewRoom> {
  const room = await reviewRoom(key === undefined ? {} : { key });
  room.save('essentials', now - 3 * hour, { dso_days: 50 });
  room.save('essentials', now - hour, { dso_days: 40 }, { cliente: 'Andes' });
  room.save('essentials', now - hour, { dso_days: 41 });
  await room.reach.look();
  await room.notes.add(
    {
      kind: 'note',
      words: 'as agreed with redis://me:hunter22@x',
      kpiId: 'dso_days',
      filters: {},
      atMs: null,
      who: '',
    },
    'me',
  );
  return room;
}

const made = (room: ReviewRoom) => room.files.make({ kind: 'snapshot', filters: {}, instants: [null, now - 2 * hour] });
const bytesOf = async (room: ReviewRoom): Promise<Buffer> => Buffer.from((await made(room)).contentBase64, 'base64');

/** The file's lines of description, and its content. */
function parted(file: Buffer): { head: Record<string, unknown>; body: Buffer } {
  const start = file.indexOf('\n') + 1;
  const end = file.indexOf('\n', start);
  return {
    head: JSON.parse(file.subarray(start, end).toString()) as Record<string, unknown>,
    body: file.subarray(end + 1),
  };
}

function joined(head: unknown, body: Buffer): string {
  return Buffer.concat([Buffer.from(`VIGIA FILE\n${JSON.stringify(head)}\n`), body]).toString('base64');
}

describe('a snapshot file', () => {
  it('opens in another installation with values, ages, provenance, history and notes', async () => {
    const file = await made(await roomWithPast());
    const elsewhere = await reviewRoom();
    const opened = elsewhere.files.open(file.contentBase64);
    expect(opened).toMatchObject({ isOwn: false, seal: file.seal, sizeBytes: file.sizeBytes });
    expect(opened.content.frames.map(({ atMs }) => atMs)).toEqual([now - 2 * hour, now]);
    expect(opened.content.frames[1]).toMatchObject({
      pack: 'edp',
      source: 'demo',
      surroundings: { links: [{ role: 'cache', state: 'ready' }, { role: 'broker' }] },
      sections: [
        { state: 'stale', computedAtMs: now - hour, dataAsOfMs: now - 2 * hour, packVersion: 1 },
        { state: 'missing' },
      ],
    });
    expect(
      opened.content.histories.find(({ kpiId }) => kpiId === 'dso_days')?.points.map(({ value }) => value),
    ).toEqual([50, null, 41]);
    expect(opened.content.notes).toMatchObject([{ asStood: { figure: { value: 41 } } }]);
  });

  it('is known again by the installation that sealed it', async () => {
    const key = newSealingKey();
    const file = await made(await roomWithPast(key));
    const again = await reviewRoom({ key });
    expect(again.files.open(file.contentBase64).isOwn).toBe(true);
  });

  it('holds no credentials, wherever they were written', async () => {
    const { body } = parted(await bytesOf(await roomWithPast()));
    const text = zstdDecompressSync(body).toString();
    expect(text).toContain('as agreed with redis://***@x');
    expect(text).not.toContain('hunter22');
  });

  it('is refused when a value in it was changed, even with the checksum mended', async () => {
    const room = await roomWithPast();
    const { head, body } = parted(await bytesOf(room));
    const changed = zstdCompressSync(zstdDecompressSync(body).toString().replace('"value":50', '"value":49'));
    const { createHash } = await import('node:crypto');
    const mended = {
      ...head,
      bodyBytes: changed.length,
      bodySha256: createHash('sha256').update(changed).digest('hex'),
    };
    expect(() => room.files.open(joined({ ...head, bodyBytes: changed.length }, changed))).toThrow(/checksum differs/);
    expect(() => room.files.open(joined(mended, changed))).toThrow(/the seal is broken/);
  });

  it('is refused at every byte that was flipped', async () => {
    const room = await roomWithPast();
    const file = await bytesOf(room);
    for (let n = 0; n < file.length; n += 37) {
      const flipped = Buffer.from(file);
      flipped[n] = (flipped[n] ?? 0) ^ 0x20;
      // A space more or less between fields is no change of what they say; there is none to flip in what we write.
      expect(() => room.files.open(flipped.toString('base64'))).toThrow(/The file is refused/);
    }
  });

  it('is refused with its reason when it is cut, lengthened, foreign, newer, or described wrongly', async () => {
    const room = await roomWithPast();
    const file = await bytesOf(room);
    const { head, body } = parted(file);
    const open = (content: string) => () => room.files.open(content);
    expect(open(file.subarray(0, -5).toString('base64'))).toThrow(/cut short/);
    expect(open(Buffer.concat([file, Buffer.from('x')]).toString('base64'))).toThrow(/longer than what was sealed/);
    expect(open(Buffer.from('PK zip').toString('base64'))).toThrow(/not a \.vigia file/);
    expect(open(joined({ ...head, format: 2 }, body))).toThrow(/newer Vigía/);
    expect(open(joined({ ...head, madeAtMs: 1 }, body))).toThrow(/the seal is broken/);
    expect(open(joined({ head: 1 }, body))).toThrow(/description cannot be read/);
  });
});

describe('a support bundle', () => {
  it('is a day of moments that can be replayed, without values, names and secrets', async () => {
    const room = await roomWithPast();
    const { contentBase64 } = await room.files.make({ kind: 'support', filters: {}, instants: [null] });
    const { content } = room.files.open(contentBase64);
    expect(content.frames).toHaveLength(49);
    const last = content.frames.at(-1)?.sections[0];
    expect(last).toMatchObject({
      computedAtMs: now - hour,
      payload: { figures: { dso_days: { value: null, unit: 'days' } } },
    });
    expect(content.notes).toEqual([]);
    expect(content.support?.settings[0]?.value).toBe('redis://***@host-1:6379');
    expect(content.support?.log).toEqual(['GET https://x/?token=***', 'Bearer ***', 'connect host-1 as ***']);
    expect(JSON.stringify(content)).not.toMatch(/hunter22|db\.internal|Andes/);
  });
});
