/**
 * The `.vigia` file: a line of magic, a line of JSON that describes and seals, and the compressed content. What was changed
 * after it was sealed, in either part, is refused with the reason.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { EngineError } from '../base/errors.ts';
import {
  type FileSeal,
  type OpenedFile,
  type ReviewContent,
  reviewContentSchema,
  reviewFileKindSchema,
} from '../model/review-file.ts';

/** Seals with the key of this installation. */
export interface Sealer {
  readonly privateKey: KeyObject;
}

const magic = 'VIGIA FILE\n';
const format = 1;
/** What a content may open to: a small file must not fill the memory. */
const contentBytes = 64 * 1024 * 1024;
const headBytes = 16 * 1024;

const headSchema = z.object({
  format: z.number(),
  kind: reviewFileKindSchema,
  madeAtMs: z.number(),
  madeBy: z.string(),
  bodyBytes: z.number(),
  bodySha256: z.string(),
  publicKey: z.string(),
});
type Head = z.infer<typeof headSchema>;
const sealedHeadSchema = headSchema.extend({ signature: z.string() });

/** A key for sealing, as text that a vault can keep. */
export function newSealingKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

export function sealerOf(key: string): Sealer {
  return { privateKey: createPrivateKey({ key: Buffer.from(key, 'base64'), type: 'pkcs8', format: 'der' }) };
}

export function sealFile(content: ReviewContent, { privateKey }: Sealer): { file: Buffer; seal: FileSeal } {
  const body = zstdCompressSync(JSON.stringify(content));
  const publicKey = publicText(privateKey);
  const head: Head = {
    format,
    kind: content.kind,
    madeAtMs: content.madeAtMs,
    madeBy: content.madeBy,
    bodyBytes: body.length,
    bodySha256: sha256(body),
    publicKey,
  };
  const signature = sign(null, signedText(head), privateKey).toString('base64');
  const file = Buffer.concat([Buffer.from(`${magic}${JSON.stringify({ ...head, signature })}\n`), body]);
  return { file, seal: { sha256: head.bodySha256, fingerprint: fingerprintOf(publicKey) } };
}

/**
 * @param own null where there is no installation to compare with
 * @throws EngineError REVIEW_FILE_REFUSED with the reason
 */
export function openFile(file: Buffer, own: Sealer | null): OpenedFile {
  const { head, signature, body } = parts(file);
  if (body.length !== head.bodyBytes) {
    const what = body.length < head.bodyBytes ? 'cut short' : 'longer than what was sealed';
    throw refused(`it is ${what}: ${body.length} bytes of content instead of ${head.bodyBytes}`);
  }
  if (sha256(body) !== head.bodySha256)
    throw refused('its content was changed after it was sealed (the checksum differs)');
  if (!isSigned(head, signature)) throw refused('its description was changed after it was sealed (the seal is broken)');
  const content = contentOf(body);
  if (content.madeAtMs !== head.madeAtMs || content.kind !== head.kind)
    throw refused('its description and content differ');
  return {
    content,
    seal: { sha256: head.bodySha256, fingerprint: fingerprintOf(head.publicKey) },
    isOwn: own !== null && head.publicKey === publicText(own.privateKey),
    sizeBytes: file.length,
  };
}

function parts(file: Buffer): { head: Head; signature: string; body: Buffer } {
  if (file.subarray(0, magic.length).toString('latin1') !== magic) throw refused('it is not a .vigia file');
  const end = file.subarray(0, headBytes).indexOf('\n', magic.length);
  if (end < 0) throw refused('its description is cut short');
  const text = file.subarray(magic.length, end).toString('utf8');
  const parsed = sealedHeadSchema.safeParse(asJson(text));
  if (!parsed.success) throw refused('its description cannot be read');
  const { signature, ...head } = parsed.data;
  if (head.format > format)
    throw refused(`it was written by a newer Vigía (format ${head.format}, this one knows ${format})`);
  return { head, signature, body: file.subarray(end + 1) };
}

function contentOf(body: Buffer): ReviewContent {
  let text: string;
  try {
    text = zstdDecompressSync(body, { maxOutputLength: contentBytes }).toString('utf8');
  } catch {
    throw refused('its content cannot be opened, or is larger than 64 MB');
  }
  const parsed = reviewContentSchema.safeParse(asJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refused(
    `its content is not what this version expects (${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''})`,
  );
}

function isSigned(head: Head, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(head.publicKey, 'base64'), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' && verify(null, signedText(head), key, Buffer.from(signature, 'base64'));
  } catch {
    // A key that is none seals nothing; the caller refuses the file.
    return false;
  }
}

/** The fields in one order, whatever order the file has them in. */
function signedText(head: Head): Buffer {
  const { kind, madeAtMs, madeBy, bodyBytes, bodySha256, publicKey } = head;
  return Buffer.from(magic + JSON.stringify([head.format, kind, madeAtMs, madeBy, bodyBytes, bodySha256, publicKey]));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function publicText(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Short enough to be read to somebody over the phone. */
function fingerprintOf(publicKey: string): string {
  return (sha256(Buffer.from(publicKey, 'base64')).slice(0, 16).match(/.{4}/g) ?? []).join('-');
}

function refused(reason: string): EngineError {
  return new EngineError('REVIEW_FILE_REFUSED', `The file is refused: ${reason}`);
}
