/** Looks at the cache entries of other programs: age, time left, size, stale copy. Reads only, ever. */
import type { Clock } from '../../base/clock.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { CommandMeter } from './command-meter.ts';
import type { ForeignName, ForeignNames } from './foreign-names.ts';
import { orNullForWrongType } from './head-reader.ts';
import type { IndexedEntry } from './indexed-entry.ts';

type Client = ReturnType<RedisLink['duplicate']>;

interface Copy {
  readonly liveMs: number;
  /** Null: no text, so its size is not asked for. */
  readonly sizeBytes: number | null;
}

/** A longer one is no note about an entry. */
const longestMetaBytes = 4_096;

export interface ForeignReaderOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly meter: CommandMeter;
  readonly names: ForeignNames;
  /** How long the other program keeps what is in a layer; null for a layer of no known TTL. */
  readonly ttlMsOf: (layer: string) => number | null;
}

export class ForeignReader {
  readonly #options: ForeignReaderOptions;

  constructor(options: ForeignReaderOptions) {
    this.#options = options;
  }

  /** The entries that the keys are or belong to, each once; those that have gone are left out. @throws EngineError REDIS_* */
  async read(keys: readonly string[], seen: number): Promise<IndexedEntry[]> {
    const { link, names } = this.#options;
    const wanted = new Map<string, ForeignName>();
    for (const key of keys) {
      const name = names.of(key);
      if (name) wanted.set(name.key, name);
    }
    if (wanted.size === 0) return [];
    const entries = await link.command('Looking at entries of other programs', (client) =>
      Promise.all([...wanted.values()].map((name) => this.#look(client, name, seen))),
    );
    return entries.filter((entry) => entry !== null);
  }

  async #look(client: Client, { key, layer }: ForeignName, seen: number): Promise<IndexedEntry | null> {
    const { clock, meter, ttlMsOf } = this.#options;
    const [entry, stale, meta] = await Promise.all([
      this.#copy(client, key),
      this.#copy(client, `${key}:stale`),
      orNullForWrongType(client.getrange(`${key}:meta`, 0, longestMetaBytes - 1)),
    ]);
    meter.add(5);
    const shown = entry ?? stale;
    if (!shown) return null;
    const nowMs = clock.now();
    const ttlMs = ttlMsOf(layer);
    const liveMs = shown.liveMs < 0 ? null : shown.liveMs;
    const told = writtenAtMs(meta ?? '');
    const worked = entry && liveMs !== null && ttlMs !== null && liveMs <= ttlMs ? nowMs - (ttlMs - liveMs) : null;
    return {
      key,
      origin: 'foreign',
      layer,
      section: null,
      view: null,
      computedAtMs: told ?? worked,
      dataAsOfMs: null,
      computeMs: null,
      // While the entry itself is there the other program serves it as current; then only its stale copy is left.
      freshUntilMs: entry ? (liveMs === null ? Number.MAX_SAFE_INTEGER : nowMs + liveMs) : 0,
      staleUntilMs: null,
      deletedAtMs: latest(nowMs, [entry, stale]),
      sizeBytes: shown.sizeBytes ?? 0,
      rawBytes: null,
      tags: [],
      stamp: null,
      hasStaleCopy: stale !== null,
      problem: shown.sizeBytes === null ? 'not a text' : null,
      seen,
    };
  }

  async #copy(client: Client, key: string): Promise<Copy | null> {
    const [liveMs, sizeBytes] = await Promise.all([client.pttl(key), orNullForWrongType(client.strlen(key))]);
    return liveMs === -2 ? null : { liveMs, sizeBytes };
  }
}

/** When the last of the copies goes; null when one of them stays for ever. */
function latest(nowMs: number, copies: readonly (Copy | null)[]): number | null {
  const lives = copies.flatMap((copy) => (copy ? [copy.liveMs] : []));
  return lives.some((liveMs) => liveMs < 0) ? null : nowMs + Math.max(...lives);
}

/** Names that programs give the time of writing in such notes, the likeliest first. */
const timeNames = ['computed_at', 'created_at', 'cached_at', 'timestamp', 'generated_at', 'last_updated', 'updated_at'];

/** From JSON such as `{"created_at": "2026-03-31T12:00:00Z"}` or seconds or milliseconds since 1970; null without one. */
export function writtenAtMs(meta: string): number | null {
  const fields = parsedObject(meta);
  for (const name of timeNames) {
    const atMs = epochMs(fields[name]);
    if (atMs !== null) return atMs;
  }
  return null;
}

function parsedObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    // No JSON: a note that tells us nothing.
    return {};
  }
}

/** Python's isoformat() of a naive time has no zone; such servers run on UTC. */
function epochMs(written: unknown): number | null {
  if (typeof written === 'number' && Number.isFinite(written) && written > 0)
    return Math.round(written < 1e11 ? written * 1_000 : written);
  if (typeof written !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(written)) return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`;
  const atMs = Date.parse(zoned.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(atMs) ? null : atMs;
}
