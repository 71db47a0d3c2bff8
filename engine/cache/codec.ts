/**
 * Writes an entry into the one Redis value that it is, and reads it back without ever throwing: what cannot be read
 * is a miss with its reason.
 *
 * Layout, little-endian: magic `VGE` and format version (4 bytes) · codec (1) · reserved (3) · CRC-32 of everything
 * from byte 12 on (4) · lengths of meaning, JSON text and stored payload (3 × 4) · id (16) · computedAt, dataAsOf,
 * computeMs, freshUntil, staleUntil as doubles, NaN for null (5 × 8) · meaning · payload.
 */
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { Entry, EntryHead } from './entry.ts';

export type Decoded = { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly problem: string };

export interface Encoded {
  readonly bytes: Buffer;
  readonly rawBytes: number;
}

const formatVersion = 1;
const magic = Buffer.from('VGE');
const codecs = { json: 0, zstdJson: 1 } as const;
/** Where the id lies; the scripts in Redis read it there. */
export const idOffset = 24;
export const idLength = 16;
const timesOffset = idOffset + idLength;
const headLength = timesOffset + 5 * 8;

/** Unpacking costs a reader 17 µs even for 2 kB, a tenth of a hit; from here on three quarters of the bytes go for it. */
const compressFromBytes = 4 * 1024;
/** Above it (some milliseconds) compression leaves the event loop's thread. */
const offThreadFromBytes = 512 * 1024;
/** A header that claims more is not believed. */
const largestRawBytes = 256 * 1024 * 1024;
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compressOffThread = promisify(zstdCompress);
const decompressOffThread = promisify(zstdDecompress);

export async function encodeEntry(head: EntryHead, value: unknown): Promise<Encoded> {
  const raw = Buffer.from(JSON.stringify(value) ?? 'null');
  const compressed = raw.length >= compressFromBytes ? await compress(raw) : raw;
  const smaller = compressed.length < raw.length;
  return { bytes: assemble(head, raw.length, smaller ? compressed : raw, smaller), rawBytes: raw.length };
}

async function compress(raw: Buffer): Promise<Buffer> {
  return raw.length > offThreadFromBytes ? compressOffThread(raw, compression) : zstdCompressSync(raw, compression);
}

function assemble(head: EntryHead, rawLength: number, payload: Buffer, compressed: boolean): Buffer {
  const meaning = Buffer.from(head.meaning);
  const bytes = Buffer.alloc(headLength + meaning.length + payload.length);
  magic.copy(bytes);
  bytes.writeUInt8(formatVersion, 3);
  bytes.writeUInt8(compressed ? codecs.zstdJson : codecs.json, 4);
  bytes.writeUInt32LE(meaning.length, 12);
  bytes.writeUInt32LE(rawLength, 16);
  bytes.writeUInt32LE(payload.length, 20);
  bytes.write(head.id, idOffset, idLength, 'hex');
  for (const [index, time] of timesOf(head).entries()) bytes.writeDoubleLE(time ?? Number.NaN, timesOffset + 8 * index);
  meaning.copy(bytes, headLength);
  payload.copy(bytes, headLength + meaning.length);
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
  const meaningLength = bytes.readUInt32LE(12);
  const rawLength = bytes.readUInt32LE(16);
  const payload = bytes.subarray(headLength + meaningLength);
  try {
    if (bytes.readUInt8(4) === codecs.json) return parsed(bytes, payload);
    const limits = { maxOutputLength: Math.max(1, rawLength) };
    if (rawLength <= offThreadFromBytes) return parsed(bytes, zstdDecompressSync(payload, limits));
    return decompressOffThread(payload, limits).then((raw) => parsed(bytes, raw), unreadable);
  } catch (error) {
    return unreadable(error);
  }
}

function frameProblem(bytes: Buffer): string | null {
  if (bytes.length < headLength || !bytes.subarray(0, 3).equals(magic)) return 'not an entry of ours';
  if (bytes.readUInt8(3) !== formatVersion) return `format version ${bytes.readUInt8(3)}`;
  if (bytes.readUInt8(4) > codecs.zstdJson) return `codec ${bytes.readUInt8(4)}`;
  if (bytes.readUInt32LE(16) > largestRawBytes) return 'impossible length';
  const wholeLength = headLength + bytes.readUInt32LE(12) + bytes.readUInt32LE(20);
  return bytes.length === wholeLength ? null : `${bytes.length} bytes instead of ${wholeLength}`;
}

function checksumProblem(bytes: Buffer): string | null {
  return crc32(bytes.subarray(12)) === bytes.readUInt32LE(8) ? null : 'wrong checksum';
}

function parsed(bytes: Buffer, raw: Buffer): Decoded {
  try {
    const value: unknown = JSON.parse(raw.toString());
    return { ok: true, entry: { ...headOf(bytes), value, sizeBytes: bytes.length, rawBytes: raw.length } };
  } catch (error) {
    return unreadable(error);
  }
}

function headOf(bytes: Buffer): EntryHead {
  const time = (index: number): number => bytes.readDoubleLE(timesOffset + 8 * index);
  const nullable = (index: number): number | null => (Number.isNaN(time(index)) ? null : time(index));
  return {
    id: bytes.toString('hex', idOffset, idOffset + idLength),
    meaning: bytes.toString('utf8', headLength, headLength + bytes.readUInt32LE(12)),
    computedAtMs: time(0),
    dataAsOfMs: nullable(1),
    computeMs: nullable(2),
    freshUntilMs: time(3),
    staleUntilMs: time(4),
  };
}

function unreadable(error: unknown): Decoded {
  return { ok: false, problem: error instanceof Error ? error.message : String(error) };
}
