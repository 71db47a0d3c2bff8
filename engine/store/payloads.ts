/** Contents that records point to: each stored once, compressed, with its size counted by the database itself. */
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Connection } from './connection.ts';

export interface PayloadFigures {
  /** Different contents. */
  readonly payloadCount: number;
  /** As they lie in the file, without what the table itself takes. */
  readonly storedBytes: number;
  /** Before compression; contents kept by versions that did not count it are missing. */
  readonly rawBytes: number;
}

/** The id of this content, stored now unless it is already. @throws EngineError STORE_UNAVAILABLE */
export function payloadId(connection: Connection, value: unknown): number {
  const json = JSON.stringify(value ?? null);
  const hash = createHash('sha256').update(json).digest().subarray(0, 16);
  const known = connection.row<{ id: number }>('SELECT id FROM payload WHERE content_hash = ?', hash);
  if (known) return known.id;
  return connection.run(
    'INSERT INTO payload (content_hash, body, raw_bytes) VALUES (?, ?, ?)',
    hash,
    zstdCompressSync(json),
    Buffer.byteLength(json),
  ).lastId;
}

export function payloadOf(body: Buffer): unknown {
  return JSON.parse(zstdDecompressSync(body).toString('utf8')) as unknown;
}

/** @throws EngineError STORE_UNAVAILABLE */
export function payloadFigures(connection: Connection): PayloadFigures {
  return (
    connection.row<PayloadFigures>(
      `SELECT payload_count AS payloadCount, stored_bytes AS storedBytes, raw_bytes AS rawBytes FROM payload_size`,
    ) ?? { payloadCount: 0, storedBytes: 0, rawBytes: 0 }
  );
}
