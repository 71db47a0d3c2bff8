/** Opens one entry: what its bytes say, what lies in it, and, for one of another program, its companions. */
import type { Clock } from '../../base/clock.ts';
import type { CacheEntryDetail } from '../../model/cache-entries.ts';
import type { RedisLink } from '../../redis/link.ts';
import { decodeEntry, peekEntry } from '../codec.ts';
import type { Entry } from '../entry.ts';
import type { CommandMeter } from './command-meter.ts';
import { orNullForWrongType } from './head-reader.ts';
import type { IndexedEntry } from './indexed-entry.ts';
import { type Payload, payloadLimitBytes, payloadOf } from './payload.ts';

type Header = NonNullable<CacheEntryDetail['header']>;
type Companion = CacheEntryDetail['companions'][number];

export interface Opened {
  readonly payload: Payload;
  /** Null unless it is one of ours and whole. */
  readonly entry: Entry | null;
  /** Null unless it is one of ours. */
  readonly frame: Pick<Header, 'id' | 'formatVersion' | 'codec' | 'checksumOk'> | null;
}

/** Stored bytes beyond this are not fetched, so that one look never blocks Redis or this thread. */
const fetchLimitBytes = 4 * payloadLimitBytes;
const companionLimitBytes = 64 * 1_024;

export class EntryInspector {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #meter: CommandMeter;

  constructor(parts: { link: RedisLink; clock: Clock; meter: CommandMeter }) {
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#meter = parts.meter;
  }

  /** @throws EngineError REDIS_* */
  async open({ key, origin, sizeBytes }: IndexedEntry): Promise<Opened> {
    const limitBytes = origin === 'own' ? fetchLimitBytes : payloadLimitBytes;
    const bytes = await this.#fetch(key, limitBytes);
    if (bytes === null) return closed({ kind: 'unreadable', problem: 'not a text' });
    if (bytes.length === 0) return closed({ kind: 'gone' });
    if (origin === 'foreign') return closed(payloadOf(bytes, Math.max(sizeBytes, bytes.length)));
    return this.#own(bytes, Math.max(sizeBytes, bytes.length));
  }

  /** `:stale` and `:meta` beside an entry of another program. @throws EngineError REDIS_* */
  async companions(key: string): Promise<Companion[]> {
    const [stale, meta] = await Promise.all([
      this.#companion(`${key}:stale`, 'stale-copy'),
      this.#companion(`${key}:meta`, 'meta'),
    ]);
    return [stale, meta].filter((found) => found !== null);
  }

  async #own(bytes: Buffer, wholeBytes: number): Promise<Opened> {
    const peeked = peekEntry(bytes, wholeBytes);
    if (!peeked.ok) return closed({ kind: 'unreadable', problem: peeked.problem });
    const { head, formatVersion, codec, rawBytes } = peeked.peek;
    const frame = { id: head.id, formatVersion, codec };
    if (bytes.length < wholeBytes) {
      const payload = { kind: 'too-large' as const, rawBytes, limitBytes: payloadLimitBytes };
      return { payload, entry: null, frame: { ...frame, checksumOk: true } };
    }
    const decoded = await decodeEntry(bytes);
    if (!decoded.ok) {
      const payload = { kind: 'unreadable' as const, problem: decoded.problem };
      return { payload, entry: null, frame: { ...frame, checksumOk: false } };
    }
    const tooLarge = rawBytes > payloadLimitBytes;
    const payload: Payload = tooLarge
      ? { kind: 'too-large', rawBytes, limitBytes: payloadLimitBytes }
      : // What was decoded from JSON is JSON.
        ({ kind: 'json', value: decoded.entry.value } as Payload);
    return { payload, entry: decoded.entry, frame: { ...frame, checksumOk: true } };
  }

  /** The beginning of a text, empty when there is none; null for what is no text. */
  #fetch(key: string, limitBytes: number): Promise<Buffer | null> {
    this.#meter.add(1);
    return this.#link.command('Opening an entry', (client) =>
      orNullForWrongType(client.getrangeBuffer(key, 0, limitBytes - 1)),
    );
  }

  async #companion(key: string, kind: Companion['kind']): Promise<Companion | null> {
    this.#meter.add(2);
    const [liveMs, sizeBytes] = await this.#link.command('Looking at a companion', (client) =>
      Promise.all([client.pttl(key), orNullForWrongType(client.strlen(key))]),
    );
    if (liveMs === -2) return null;
    const bytes = await this.#fetch(key, companionLimitBytes);
    const payload = bytes === null ? null : payloadOf(bytes, sizeBytes ?? 0);
    return {
      key,
      kind,
      sizeBytes: sizeBytes ?? 0,
      deletedAtMs: liveMs < 0 ? null : this.#clock.now() + liveMs,
      value: payload?.kind === 'json' ? payload.value : payload?.kind === 'text' ? payload.text : null,
    };
  }
}

function closed(payload: Payload): Opened {
  return { payload, entry: null, frame: null };
}
