/**
 * Writes an entry into the one Redis value that it is, and reads it back without ever throwing: what cannot be read
 * is a miss with its reason.
 *
 * Layout, little-endian: magic `VGE` and format version (4 bytes) · codec (1) · reserved (3) · CRC-32 of everything
 * from byte 12 on (4) · lengths of tags, meaning, JSON text and stored payload (4 × 4) · alphabet of the JSON text (1:
 * 0 UTF-8, 1 Latin-1) · reserved (3) · id (16) ·
 * computedAt, dataAsOf, computeMs, freshUntil, staleUntil as doubles, NaN for null (5 × 8) · the epoch (8, zero:
 * unknown) and number (8, double) where the sequence of invalidations stood · tags, a line each · meaning · payload.
 */
import { crc32 } from 'node:zlib';
import type { LayerCodec } from '../config/settings.ts';
import { compress, decompress } from './compression.ts';
import type { Entry, EntryHead } from './entry.ts';

export type Decoded = { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly problem: string };

export interface Encoded {
  readonly bytes: Buffer;
  readonly rawBytes: number;
}

const formatVersion = 3;
const magic = Buffer.from('VGE');
const codecs = { none: 0, zstd: 1, brotli: 2 } as const;
const alphabets = { utf8: 0, latin1: 1 } as const;
const alphabetOffset = 28;
/** Where the id lies; the scripts in Redis read it there. */
export const idOffset = 32;
export const idLength = 16;
const timesOffset = idOffset + idLength;
const stampOffset = timesOffset + 5 * 8;
/** Of every entry, before its tags. */
export const headBytes = stampOffset + 2 * 8;

/** A header that claims more is not believed. */
const largestRawBytes = 256 * 1024 * 1024;

export interface Packing {
  readonly kind: LayerCodec['kind'];
  /** Shorter JSON text is left alone. */
  readonly fromBytes: number;
}

export async function encodeEntry(head: EntryHead, value: unknown, how: Packing): Promise<Encoded> {
  const text = textOf(value);
  const { raw } = text;
  if (how.kind !== 'none' && raw.length >= how.fromBytes) {
    const packed = await compress(raw, how.kind);
    if (packed.length < raw.length) {
      return { bytes: assemble(head, text, packed, codecs[how.kind]), rawBytes: raw.length };
    }
  }
  return { bytes: assemble(head, text, raw, codecs.none), rawBytes: raw.length };
}

interface JsonBytes {
  readonly raw: Buffer;
  readonly alphabet: number;
}

/** In Latin-1 where that can say it all, as it can Spanish: a byte a letter, and a fifteenth less time to read than UTF-8. */
function textOf(value: unknown): JsonBytes {
  const text = JSON.stringify(value) ?? 'null';
  const fits = !beyondLatin1.test(text);
  return fits
    ? { raw: Buffer.from(text, 'latin1'), alphabet: alphabets.latin1 }
    : { raw: Buffer.from(text), alphabet: alphabets.utf8 };
}

const beyondLatin1 = /[\u0100-\uffff]/;

function assemble(head: EntryHead, { raw, alphabet }: JsonBytes, payload: Buffer, codec: number): Buffer {
  const tags = Buffer.from(head.tags.join('\n'));
  const meaning = Buffer.from(head.meaning);
  const bytes = Buffer.alloc(headBytes + tags.length + meaning.length + payload.length);
  magic.copy(bytes);
  bytes.writeUInt8(formatVersion, 3);
  bytes.writeUInt8(codec, 4);
  bytes.writeUInt32LE(tags.length, 12);
  bytes.writeUInt32LE(meaning.length, 16);
  bytes.writeUInt32LE(raw.length, 20);
  bytes.writeUInt32LE(payload.length, 24);
  bytes.writeUInt8(alphabet, alphabetOffset);
  bytes.write(head.id, idOffset, idLength, 'hex');
  for (const [index, time] of timesOf(head).entries()) bytes.writeDoubleLE(time ?? Number.NaN, timesOffset + 8 * index);
  bytes.write(head.stamp.epoch, stampOffset, 8, 'hex');
  bytes.writeDoubleLE(head.stamp.seq, stampOffset + 8);
  tags.copy(bytes, headBytes);
  meaning.copy(bytes, headBytes + tags.length);
  payload.copy(bytes, headBytes + tags.length + meaning.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

function timesOf(head: EntryHead): (number | null)[] {
  return [head.computedAtMs, head.dataAsOfMs, head.computeMs, head.freshUntilMs, head.staleUntilMs];
}

/** Null when the bytes are not an entry of ours; cheap, for whoever only asks whether a copy is still the one stored. */
export function entryIdOf(bytes: Buffer): string | null {
  return frameProblem(bytes) === null ? bytes.toString('hex', idOffset, idOffset + idLength) : null;
}

/** By its first four bytes: not ours or of an older format. A newer one belongs to a newer program. */
export function isOutdated(head: Buffer): boolean {
  return head.length < 4 || !head.subarray(0, 3).equals(magic) || head.readUInt8(3) < formatVersion;
}

/** Synchronous unless the payload is large. */
export function decodeEntry(bytes: Buffer): Decoded | Promise<Decoded> {
  const problem = frameProblem(bytes) ?? checksumProblem(bytes);
  if (problem !== null) return { ok: false, problem };
  const rawLength = bytes.readUInt32LE(20);
  const codec = bytes.readUInt8(4);
  try {
    if (codec === codecs.none) return parsed(bytes, bytes, payloadOffset(bytes));
    const payload = bytes.subarray(payloadOffset(bytes));
    const raw = decompress(payload, codec === codecs.brotli ? 'brotli' : 'zstd', rawLength);
    if (Buffer.isBuffer(raw)) return parsed(bytes, raw);
    return raw.then((text) => parsed(bytes, text), unreadable);
  } catch (error) {
    return unreadable(error);
  }
}

/** @param length of the whole entry, of which `bytes` may be the beginning. */
function frameProblem(bytes: Buffer, length = bytes.length): string | null {
  const problem = headProblem(bytes);
  if (problem !== null) return problem;
  const wholeLength = payloadOffset(bytes) + bytes.readUInt32LE(24);
  return length === wholeLength ? null : `${length} bytes instead of ${wholeLength}`;
}

function headProblem(bytes: Buffer): string | null {
  if (bytes.length < 4 || bytes[0] !== magic[0] || bytes[1] !== magic[1] || bytes[2] !== magic[2]) {
    return 'not an entry of ours';
  }
  if (bytes[3] !== formatVersion) return `format version ${bytes[3]}`;
  if (bytes.length < headBytes) return `only ${bytes.length} bytes`;
  if (bytes.readUInt8(4) > codecs.brotli) return `codec ${bytes.readUInt8(4)}`;
  if (bytes.readUInt8(alphabetOffset) > alphabets.latin1) return `alphabet ${bytes.readUInt8(alphabetOffset)}`;
  return bytes.readUInt32LE(20) > largestRawBytes ? 'impossible length' : null;
}

function payloadOffset(bytes: Buffer): number {
  return headBytes + bytes.readUInt32LE(12) + bytes.readUInt32LE(16);
}

function checksumProblem(bytes: Buffer): string | null {
  return crc32(bytes.subarray(12)) === bytes.readUInt32LE(8) ? null : 'wrong checksum';
}

function parsed(bytes: Buffer, raw: Buffer, from = 0): Decoded {
  try {
    const isLatin1 = bytes[alphabetOffset] === alphabets.latin1;
    const value: unknown = JSON.parse(isLatin1 ? slices(raw).latin1Slice(from) : slices(raw).utf8Slice(from));
    return { ok: true, entry: entryOf(bytes, value, raw.length - from) };
  } catch (error) {
    return unreadable(error);
  }
}

function entryOf(bytes: Buffer, value: unknown, rawBytes: number): Entry {
  return { ...headOf(bytes), value, sizeBytes: bytes.length, rawBytes };
}

/** What `toString` comes to once it has looked the encoding up; Node has them, its types do not. */
interface Slices {
  latin1Slice(from: number, to?: number): string;
  utf8Slice(from: number, to?: number): string;
  hexSlice(from: number, to?: number): string;
}

const slices = (bytes: Buffer): Slices => bytes as unknown as Slices;

const noTags: readonly string[] = [];

function headOf(bytes: Buffer): EntryHead {
  const time = (index: number): number => bytes.readDoubleLE(timesOffset + 8 * index);
  const nullable = (index: number): number | null => (Number.isNaN(time(index)) ? null : time(index));
  const meaningOffset = headBytes + bytes.readUInt32LE(12);
  const text = slices(bytes);
  return {
    id: text.hexSlice(idOffset, idOffset + idLength),
    meaning: text.utf8Slice(meaningOffset, meaningOffset + bytes.readUInt32LE(16)),
    tags: meaningOffset === headBytes ? noTags : text.utf8Slice(headBytes, meaningOffset).split('\n'),
    stamp: { epoch: epochOf(bytes), seq: bytes.readDoubleLE(stampOffset + 8) },
    computedAtMs: time(0),
    dataAsOfMs: nullable(1),
    computeMs: nullable(2),
    freshUntilMs: time(3),
    staleUntilMs: time(4),
  };
}

/** Nearly all entries are of one epoch, so its text is made once. */
let lastEpoch = { high: 0, low: 0, text: '' };

function epochOf(bytes: Buffer): string {
  const high = bytes.readUInt32LE(stampOffset);
  const low = bytes.readUInt32LE(stampOffset + 4);
  if (high === 0 && low === 0) return '';
  if (high !== lastEpoch.high || low !== lastEpoch.low) {
    lastEpoch = { high, low, text: bytes.toString('hex', stampOffset, stampOffset + 8) };
  }
  return lastEpoch.text;
}

function unreadable(error: unknown): Decoded {
  return { ok: false, problem: error instanceof Error ? error.message : String(error) };
}

/** What the first bytes of an entry say of it. */
export interface EntryPeek {
  readonly formatVersion: number;
  readonly codec: string;
  readonly head: Omit<EntryHead, 'meaning'>;
  /** Null when it was not among the bytes; they would end at {@link EntryPeek.meaningEnd}. */
  readonly meaning: string | null;
  readonly meaningStart: number;
  readonly meaningEnd: number;
  readonly rawBytes: number;
}

/**
 * Everything but the payload, from the beginning of an entry that holds at least its tags.
 * @param length of the entry as stored
 */
export function peekEntry(
  prefix: Buffer,
  length: number,
): { readonly ok: true; readonly peek: EntryPeek } | { readonly ok: false; readonly problem: string } {
  const problem = frameProblem(prefix, length);
  if (problem !== null) return { ok: false, problem };
  const meaningStart = headBytes + prefix.readUInt32LE(12);
  if (prefix.length < Math.min(meaningStart, length)) return { ok: false, problem: 'more tags than were asked for' };
  const meaningEnd = payloadOffset(prefix);
  const { meaning, ...head } = headOf(prefix);
  const kind = prefix.readUInt8(4);
  return {
    ok: true,
    peek: {
      formatVersion,
      codec: Object.entries(codecs).find(([, code]) => code === kind)?.[0] ?? String(kind),
      head,
      meaning: prefix.length >= meaningEnd ? meaning : null,
      meaningStart,
      meaningEnd,
      rawBytes: prefix.readUInt32LE(20),
    },
  };
}
