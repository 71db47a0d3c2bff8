/** Packs and unpacks payloads; what would hold up the event loop's thread for milliseconds leaves it. */
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  brotliDecompressSync,
  constants,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import type { LayerCodec } from '../config/settings.ts';

/**
 * Measured: unpacking takes 16 µs and 0.4 µs a kilobyte. Over a network that is less than what the bytes would take
 * from 4 kB on (85 % of them go); through a socket of this machine the bytes are cheaper up to sizes that fill Redis.
 */
const fromBytes = { near: 64 * 1024, far: 4 * 1024 };

/** From which size on payloads are packed for a Redis at this address. */
export function packedFromBytes(codec: LayerCodec, address: string): number {
  if (codec.fromBytes !== null) return codec.fromBytes;
  const isNear = /^(unix:|\/|rediss?:\/\/([^@/]*@)?(localhost|127\.|\[::1\]))/.test(address);
  return isNear ? fromBytes.near : fromBytes.far;
}

type Kind = 'zstd' | 'brotli';

/** What zlib accepts. */
const leastChunkBytes = 64;
const offThreadFromBytes = 512 * 1024;
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const zstd = { pack: promisify(zstdCompress), unpack: promisify(zstdDecompress) };
const brotli = { pack: promisify(brotliCompress), unpack: promisify(brotliDecompress) };

export async function compress(raw: Buffer, kind: Kind): Promise<Buffer> {
  if (raw.length > offThreadFromBytes) {
    return kind === 'zstd' ? zstd.pack(raw, zstdOptions) : brotli.pack(raw, brotliOptions);
  }
  return kind === 'zstd' ? zstdCompressSync(raw, zstdOptions) : brotliCompressSync(raw, brotliOptions);
}

/** At once unless the result is large. @throws what zlib says of broken bytes, or of a result over `rawLength`. */
export function decompress(packed: Buffer, kind: Kind, rawLength: number): Buffer | Promise<Buffer> {
  // With room for all of it at once the result needs no joining.
  const limits = { maxOutputLength: Math.max(1, rawLength), chunkSize: Math.max(leastChunkBytes, rawLength) };
  if (rawLength > offThreadFromBytes) return (kind === 'zstd' ? zstd : brotli).unpack(packed, limits);
  return kind === 'zstd' ? zstdDecompressSync(packed, limits) : brotliDecompressSync(packed, limits);
}
