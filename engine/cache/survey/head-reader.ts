/** Reads what entries say of themselves (times, sizes, meaning) from their first bytes, without fetching payloads. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { parseEntryName } from '../../redis/key-names.ts';
import type { RedisLink } from '../../redis/link.ts';
import { type EntryPeek, headBytes, peekEntry } from '../codec.ts';
import type { CommandMeter } from './command-meter.ts';
import type { IndexedEntry, IndexedView } from './indexed-entry.ts';
import { Turns } from './turns.ts';

type Client = ReturnType<RedisLink['duplicate']>;

/** Enough for nearly all tags and meanings; a longer meaning is asked for once a view. */
const firstReadBytes = 3_072;
/** Enough for nearly all tags, once the meaning is known. */
const knownReadBytes = headBytes + 640;
/** The most that tags can take. */
const longestTagsBytes = headBytes + 64 * 1_024;
/** A meaning that claims more is not believed. */

const longestMeaningBytes = 256 * 1_024;

/** Kinds of tag lists remembered. */
const internedLists = 10_000;

interface Seen {
  readonly key: string;
  readonly liveMs: number;
  readonly sizeBytes: number;
  /** Null for a key that is no text. */
  readonly prefix: Buffer | null;
}

export class HeadReader {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #meter: CommandMeter;
  /** By view id: the sections of a view share their meaning, so it is read once. */
  readonly #views = new Map<string, IndexedView>();
  readonly #tags = new Map<string, readonly string[]>();

  constructor(parts: { link: RedisLink; clock: Clock; meter: CommandMeter }) {
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#meter = parts.meter;
  }

  /** In the order of the keys; null for one that has gone. @throws EngineError REDIS_* */
  async read(keys: readonly string[], seen: number): Promise<(IndexedEntry | null)[]> {
    if (keys.length === 0) return [];
    const found = await this.#link.command('Looking at entries', (client) =>
      Promise.all(keys.map((key) => this.#look(client, key))),
    );
    this.#meter.add(3 * keys.length);
    return Promise.all(found.map((each) => this.#entry(each, seen)));
  }

  /** Views that no entry has any more are forgotten. */
  async keepViews(used: ReadonlySet<string>): Promise<void> {
    const turns = new Turns(this.#clock);
    for (const viewId of this.#views.keys()) {
      if (!used.has(viewId)) this.#views.delete(viewId);
      if (turns.isOver) await turns.give();
    }
  }

  async #look(client: Client, key: string): Promise<Seen> {
    const known = this.#views.has(parseEntryName(key)?.viewId ?? '');
    const [liveMs, sizeBytes, prefix] = await Promise.all([
      client.pttl(key),
      orNullForWrongType(client.strlen(key)),
      orNullForWrongType(client.getrangeBuffer(key, 0, (known ? knownReadBytes : firstReadBytes) - 1)),
    ]);
    return { key, liveMs, sizeBytes: sizeBytes ?? 0, prefix };
  }

  async #entry({ key, liveMs, sizeBytes, prefix }: Seen, seen: number): Promise<IndexedEntry | null> {
    // -2: it has gone by itself since the scan.
    if (liveMs === -2) return null;
    const name = parseEntryName(key);
    const known = {
      key,
      origin: 'own' as const,
      layer: name?.layer ?? 'other',
      section: name?.section ?? null,
      deletedAtMs: liveMs < 0 ? null : this.#clock.now() + liveMs,
      sizeBytes,
      hasStaleCopy: false,
      seen,
    };
    const peeked = prefix === null ? null : await this.#peek(key, prefix, sizeBytes);
    if (!peeked?.ok) return { ...known, ...nothing, problem: peeked?.problem ?? 'not a text' };
    const { peek } = peeked;
    const { computedAtMs, dataAsOfMs, computeMs, freshUntilMs, staleUntilMs } = peek.head;
    const view = name === null ? null : await this.#view(key, name.viewId, peek);
    const times = { computedAtMs, dataAsOfMs, computeMs, freshUntilMs, staleUntilMs };
    const tags = this.#interned(peek.head.tags);
    return { ...known, ...times, view, tags, stamp: peek.head.stamp, rawBytes: peek.rawBytes, problem: null };
  }

  async #peek(key: string, prefix: Buffer, sizeBytes: number): Promise<ReturnType<typeof peekEntry>> {
    const peeked = peekEntry(prefix, sizeBytes);
    if (peeked.ok || prefix.length < knownReadBytes || prefix.length >= sizeBytes) return peeked;
    this.#meter.add(1);
    const longer = await this.#link.command('Looking at an entry', (client) =>
      client.getrangeBuffer(key, 0, longestTagsBytes - 1),
    );
    return peekEntry(longer, sizeBytes);
  }

  /** Many entries have the same few tags. */
  #interned(tags: readonly string[]): readonly string[] {
    const name = tags.join('\n');
    const known = this.#tags.get(name);
    if (known) return known;
    if (this.#tags.size >= internedLists) this.#tags.clear();
    this.#tags.set(name, tags);
    return tags;
  }

  /** Null when the meaning is not what the key was made from. */
  async #view(key: string, viewId: string, peek: EntryPeek): Promise<IndexedView | null> {
    const known = this.#views.get(viewId);
    if (known) return known;
    const meaning = peek.meaning ?? (await this.#meaning(key, peek));
    if (meaning === null || !isMeaningOf(meaning, viewId)) return null;
    const view = { viewId, meaning };
    this.#views.set(viewId, view);
    return view;
  }

  async #meaning(key: string, { meaningStart, meaningEnd }: EntryPeek): Promise<string | null> {
    if (meaningEnd - meaningStart > longestMeaningBytes) return null;
    this.#meter.add(1);
    const bytes = await this.#link.command('Looking at an entry', (client) =>
      client.getrangeBuffer(key, meaningStart, meaningEnd - 1),
    );
    return bytes.toString();
  }
}

const nothing = {
  view: null,
  tags: [],
  stamp: null,
  computedAtMs: null,
  dataAsOfMs: null,
  computeMs: null,
  freshUntilMs: null,
  staleUntilMs: null,
  rawBytes: null,
};

/** The view's id is a hash of the meaning, so an entry explains its own key. */
export function isMeaningOf(meaning: string, viewId: string): boolean {
  return createHash('sha256').update(meaning).digest('hex').startsWith(viewId);
}

/** Null for a key that is not a text at all. */
export async function orNullForWrongType<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
    throw error;
  }
}
