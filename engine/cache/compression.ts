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

type Kind = 'zstd' | 'brotli';

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
  const limits = { maxOutputLength: Math.max(1, rawLength) };
  if (rawLength > offThreadFromBytes) return (kind === 'zstd' ? zstd : brotli).unpack(packed, limits);
  return kind === 'zstd' ? zstdDecompressSync(packed, limits) : brotliDecompressSync(packed, limits);
}
