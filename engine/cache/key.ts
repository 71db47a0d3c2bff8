/** Makes the key of an entry from what it means: equal meaning gives the equal key in every process and machine. */
import { createHash } from 'node:crypto';
import { EngineError } from '../base/errors.ts';
import { type LayerName, layerNameSchema } from '../model/freshness.ts';
import { entryName, parseEntryName } from '../redis/key-names.ts';
import type { EntryKey } from './cache.ts';

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

export interface KeyParts {
  readonly pack: string;
  readonly packVersion: number;
  /** Normalised by the pack: what means nothing is not in it. */
  readonly filters: Readonly<Record<string, string | number>>;
  /** ISO date. */
  readonly asOf: string;
  readonly layer: LayerName;
  readonly section: string;
  /** Anything else that the values depend on, e.g. settings of the formulas. */
  readonly extra?: Readonly<Record<string, Plain>>;
}

/** Half of a SHA-256: enough that two meanings never meet, short enough for a key. */
const hashHexLength = 32;

export function entryKey(parts: KeyParts): EntryKey {
  const { pack, packVersion, filters, asOf, extra, layer, section } = parts;
  const meaning = canonicalJson({ pack, packVersion, filters, asOf, ...(hasAny(extra) ? { extra } : {}) });
  const viewId = createHash('sha256').update(meaning).digest('hex').slice(0, hashHexLength);
  return { layer, section, viewId, redisKey: entryName(viewId, layer, section), meaning };
}

/** The key of a stored entry's name, for whoever was only told the name; null for a foreign one. Its meaning is empty. */
export function entryKeyOf(redisKey: string): EntryKey | null {
  const parts = parseEntryName(redisKey);
  const layer = layerNameSchema.safeParse(parts?.layer);
  if (!parts || !layer.success) return null;
  return { layer: layer.data, section: parts.section, viewId: parts.viewId, redisKey, meaning: '' };
}

function hasAny(extra: KeyParts['extra']): extra is NonNullable<KeyParts['extra']> {
  return extra !== undefined && Object.keys(extra).length > 0;
}

/**
 * JSON with names in code-point order, texts in Unicode NFC and one zero.
 * @throws EngineError INTERNAL for a number that JSON has no word for.
 */
export function canonicalJson(value: Plain): string {
  if (typeof value === 'string') return JSON.stringify(value.normalize('NFC'));
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new EngineError('INTERNAL', `A cache key cannot be made from ${value}`);
    return JSON.stringify(value === 0 ? 0 : value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value).map(([name, field]) => [canonicalJson(name), canonicalJson(field)] as const);
  return `{${fields
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${name}:${field}`)
    .join(',')}}`;
}

/** Array.isArray does not narrow a readonly list. */
function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
