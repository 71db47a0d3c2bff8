/** Adds up what an analysis sees: every key by its namespace, and size, type and expiry of the keys that were measured. */
import { type Analysis, type KeyRow, type NamespaceUse, ttlBucketsMs } from '../../model/redis-keys.ts';
import { bytesOf, readable } from './names.ts';

interface Namespace {
  keys: number;
  measured: number;
  bytes: number;
  noExpiry: number;
  readonly types: Map<string, number>;
}

type Found = Omit<KeyRow, 'idleS'>;

export type Findings = Pick<
  Analysis,
  'namespaces' | 'biggestKeys' | 'keysWithoutExpiry' | 'ttlHistogram' | 'types' | 'totalBytes' | 'noExpiryCount'
>;

/** Namespaces beyond are counted together, so that memory stays bounded whatever keys are called. */
const mostNamespaces = 20_000;
const shownNamespaces = 200;
const shownKeys = 50;
const depth = 3;
const other = '(other)';
const root = '(no namespace)';

export class AnalysisTally {
  readonly #separator: string;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #types = new Map<string, { keys: number; bytes: number }>();
  readonly #ttl: number[] = Array.from({ length: ttlBucketsMs.length + 1 }, () => 0);
  #biggest: Found[] = [];
  #withoutExpiry: Found[] = [];
  #keys = 0;
  #measured = 0;
  #bytes = 0;
  #noExpiry = 0;

  constructor(separator: string) {
    this.#separator = separator;
  }

  count(key: Buffer): void {
    this.#keys += 1;
    this.#namespace(readable(key)).keys += 1;
  }

  measure({ idleS: _idleS, ...row }: KeyRow): void {
    const bytes = row.sizeBytes ?? 0;
    const namespace = this.#namespace(readable(bytesOf(row)));
    namespace.measured += 1;
    namespace.bytes += bytes;
    namespace.types.set(row.type, (namespace.types.get(row.type) ?? 0) + 1);
    this.#measured += 1;
    this.#bytes += bytes;
    const type = this.#types.get(row.type) ?? { keys: 0, bytes: 0 };
    this.#types.set(row.type, { keys: type.keys + 1, bytes: type.bytes + bytes });
    this.#biggest = withBig(this.#biggest, row);
    if (row.ttlMs === null) {
      namespace.noExpiry += 1;
      this.#noExpiry += 1;
      this.#withoutExpiry = withBig(this.#withoutExpiry, row);
    } else {
      const { ttlMs } = row;
      const bucket = ttlBucketsMs.findIndex((upToMs) => ttlMs <= upToMs);
      const at = bucket < 0 ? ttlBucketsMs.length : bucket;
      this.#ttl[at] = (this.#ttl[at] ?? 0) + 1;
    }
  }

  findings(previous: Analysis | null): Findings {
    const factor = this.#measured === 0 ? 0 : this.#keys / this.#measured;
    const all = [...this.#namespaces].map(([name, use]) => this.#useOf(name, use));
    const ordered = all.toSorted((a, b) => b.bytes - a.bytes);
    const rest = ordered.slice(shownNamespaces);
    const shown = ordered.slice(0, shownNamespaces);
    const listed = rest.length === 0 ? shown : [...shown, together(rest)];
    const before = new Map(previous?.namespaces.map((use) => [use.namespace, use]));
    return {
      namespaces: listed.map((use) => withTrend(use, before.get(use.namespace))),
      biggestKeys: bySize(this.#biggest).slice(0, shownKeys),
      keysWithoutExpiry: bySize(this.#withoutExpiry).slice(0, shownKeys),
      ttlHistogram: this.#ttl.map((count, at) => ({
        upToMs: ttlBucketsMs[at] ?? null,
        keyCount: Math.round(count * factor),
      })),
      types: [...this.#types]
        .map(([type, { keys, bytes }]) => ({
          type,
          keyCount: Math.round(keys * factor),
          bytes: Math.round(bytes * factor),
        }))
        .toSorted((a, b) => b.bytes - a.bytes),
      totalBytes: this.#measured === 0 ? null : all.reduce((sum, { bytes }) => sum + bytes, 0),
      noExpiryCount: this.#measured === 0 ? null : Math.round(this.#noExpiry * factor),
    };
  }

  #namespace(key: string): Namespace {
    const name = namespaceOf(key, this.#separator);
    const known = this.#namespaces.get(name);
    if (known) return known;
    const kept = this.#namespaces.size < mostNamespaces ? name : other;
    const made = this.#namespaces.get(kept) ?? { keys: 0, measured: 0, bytes: 0, noExpiry: 0, types: new Map() };
    this.#namespaces.set(kept, made);
    return made;
  }

  /** A namespace of which nothing was measured is taken to be like the whole. */
  #useOf(namespace: string, { keys, measured, bytes, noExpiry, types }: Namespace): NamespaceUse {
    const mean = measured > 0 ? bytes / measured : this.#measured > 0 ? this.#bytes / this.#measured : 0;
    return {
      namespace,
      keyCount: keys,
      bytes: Math.round(mean * keys),
      measuredKeys: measured,
      noExpiryShare: measured === 0 ? 0 : noExpiry / measured,
      types: Object.fromEntries(types),
      trend: null,
    };
  }
}

/** `user:17:orders:5` is of `user:*:orders:*`: ids become stars, and what is deeper is taken together. */
export function namespaceOf(key: string, separator: string): string {
  const parts = key.split(separator);
  if (parts.length === 1) return root;
  const named = parts
    .slice(0, Math.min(depth, parts.length - 1))
    .map((part) => (isId(part) ? '*' : part.slice(0, 100)));
  return [...named, '*'].join(separator);
}

/** Numbers, hashes, UUIDs, and dates. */
function isId(part: string): boolean {
  const bare = part.replace(/^\{(.*)\}$/, '$1');
  return /^\d[\d.-]*$/.test(bare) || /^[0-9a-f]{8,}$/i.test(bare) || /^[0-9a-f]{4,}(-[0-9a-f]{4,})+$/i.test(bare);
}

function together(rest: readonly NamespaceUse[]): NamespaceUse {
  const measuredKeys = rest.reduce((sum, use) => sum + use.measuredKeys, 0);
  const types: Record<string, number> = {};
  for (const use of rest) {
    for (const [type, count] of Object.entries(use.types)) types[type] = (types[type] ?? 0) + count;
  }
  return {
    namespace: other,
    keyCount: rest.reduce((sum, use) => sum + use.keyCount, 0),
    bytes: rest.reduce((sum, use) => sum + use.bytes, 0),
    measuredKeys,
    noExpiryShare:
      measuredKeys === 0 ? 0 : rest.reduce((sum, use) => sum + use.noExpiryShare * use.measuredKeys, 0) / measuredKeys,
    types,
    trend: null,
  };
}

function withTrend(use: NamespaceUse, before: NamespaceUse | undefined): NamespaceUse {
  if (before === undefined) return use;
  return { ...use, trend: { keyCount: use.keyCount - before.keyCount, bytes: use.bytes - before.bytes } };
}

/** Trimmed now and then, not with every key. */
function withBig(found: Found[], row: Found): Found[] {
  found.push(row);
  return found.length < 8 * shownKeys ? found : bySize(found).slice(0, shownKeys);
}

/** SCAN may have brought a key twice. */
function bySize(found: readonly Found[]): Found[] {
  const unique = new Map(found.map((row) => [`${row.keyEncoding}${row.key}`, row]));
  return [...unique.values()].toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
}
