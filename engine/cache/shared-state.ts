/**
 * What the whole fleet shares besides entries, in one hash of Redis in a slot of its own: the sequence of
 * invalidations with the last one of every tag, and layers that were set at run time.
 *
 * Fields: `#epoch` (new whenever the hash had to begin anew), `#seq`, `#layer:<layer>`, and for each tag
 * `t:<tag>` → `seq expiredSeq atMs mode reason`. One key, so that evicting it loses all of it at once and is noticed
 * by the epoch; it is read often enough to be the last that an LRU policy takes.
 */
import { EngineError } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import { sharedStateName } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';
import { RedisScript } from '../redis/script.ts';
import { newEntryId } from './entry-id.ts';
import type { EntryStore } from './entry-store.ts';
import { argumentsOf, type LayerChange, layerFields, layersText, setLayersScript, timesOf } from './shared-layers.ts';
import type { InvalidationMode, Stamp, TagMark } from './tags.ts';

export interface SharedContents {
  readonly stamp: Stamp;
  readonly marks: readonly TagMark[];
  /** JSON by layer; null when nobody set any at run time. */
  readonly layers: string | null;
}

/** KEYS: hash. ARGV: an epoch for a hash that is not there. */
const beginScript = new RedisScript(`
redis.call('HSETNX', KEYS[1], '#epoch', ARGV[1])
return redis.call('HMGET', KEYS[1], '#epoch', '#seq')`);

/** KEYS: hash. ARGV: epoch for a new hash, mode, reason, channel, origin, tags … */
const invalidateScript = new RedisScript(`
redis.call('HSETNX', KEYS[1], '#epoch', ARGV[1])
local epoch = redis.call('HGET', KEYS[1], '#epoch')
local seq = redis.call('HINCRBY', KEYS[1], '#seq', 1)
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local marks = {}
for i = 6, #ARGV do
  local expired = seq
  if ARGV[2] == 'stale' then
    local old = redis.call('HGET', KEYS[1], 't:' .. ARGV[i])
    expired = old and tonumber(string.match(old, '^%d+ (%d+)')) or 0
  end
  redis.call('HSET', KEYS[1], 't:' .. ARGV[i], string.format('%.0f %.0f %.0f %s %s', seq, expired, at, ARGV[2], ARGV[3]))
  marks[#marks + 1] = { tag = ARGV[i], seq = seq, expiredSeq = expired, atMs = at, mode = ARGV[2], reason = ARGV[3] }
end
local text = cjson.encode({ kind = 'invalidated', from = ARGV[5], epoch = epoch, marks = marks })
redis.call('PUBLISH', ARGV[4], text)
return text`);

/** KEYS: hash. ARGV: server time before which a mark is of no use, then field and value pairs as they were seen. */
const pruneScript = new RedisScript(`
local gone = 0
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then gone = gone + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return gone`);

const pageSize = 500;

export class SharedState {
  readonly #store: EntryStore;
  readonly #origin: string;
  readonly #ids: IdSource;

  constructor(store: EntryStore, origin: string, ids: IdSource) {
    this.#store = store;
    this.#origin = origin;
    this.#ids = ids;
  }

  /** Page by page; what changes meanwhile is told as messages. @throws EngineError REDIS_* */
  async load(): Promise<SharedContents> {
    const { stamp, layers } = await this.#head();
    const marks: TagMark[] = [];
    for await (const fields of this.#pages()) {
      for (const [field, value] of fields) {
        const mark = markOf(field, value);
        if (mark !== null) marks.push(mark);
      }
    }
    // Lost and begun anew while it was read.
    if ((await this.stamp()).epoch !== stamp.epoch) return this.load();
    return { stamp, marks, layers };
  }

  /** Where the sequence stands now; it begins here if it never did. @throws EngineError REDIS_* */
  async stamp(): Promise<Stamp> {
    return (await this.#head()).stamp;
  }

  /** In one short call whatever the number of entries; answers the message that everybody was told. @throws EngineError REDIS_* */
  async invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<string> {
    const args = [this.#newEpoch(), mode, reason, this.#store.channel, this.#origin, ...tags];
    return String(
      await this.#run('Invalidating tags', (client) => invalidateScript.run(client, [sharedStateName], args)),
    );
  }

  /** Tells everybody, if any of them holds; answers as {@link timesOf}. @throws EngineError REDIS_* */
  async setLayers(changes: readonly LayerChange[], message: string): Promise<(number | null)[]> {
    const args = [this.#store.channel, message, ...argumentsOf(changes)];
    return timesOf(await this.#run('Setting layers', (client) => setLayersScript.run(client, [sharedStateName], args)));
  }

  /** Removes marks older than every entry that they could concern. @throws EngineError REDIS_* */
  async prune(olderThanMs: number): Promise<number> {
    const [seconds] = await this.#run('TIME', (client) => client.time());
    const beforeMs = Number(seconds) * 1_000 - olderThanMs;
    let removed = 0;
    for await (const fields of this.#pages()) {
      const old = fields.filter(
        ([field, value]) => (markOf(field, value)?.atMs ?? Number.POSITIVE_INFINITY) < beforeMs,
      );
      if (old.length === 0) continue;
      removed += Number(
        await this.#run('Pruning tags', (client) => pruneScript.run(client, [sharedStateName], old.flat())),
      );
    }
    return removed;
  }

  async #head(): Promise<{ stamp: Stamp; layers: string | null }> {
    const [epoch = null, seq = null, ...set] = await this.#run('Reading tags', (client) =>
      client.hmget(sharedStateName, '#epoch', '#seq', ...layerFields),
    );
    const layers = layersText(set);
    if (epoch !== null) return { stamp: { epoch, seq: Number(seq ?? 0) }, layers };
    const begun = await this.#run('Beginning tags', (client) =>
      beginScript.run(client, [sharedStateName], [this.#newEpoch()]),
    );
    if (!Array.isArray(begun)) throw new EngineError('REDIS_COMMAND_FAILED', 'The tags could not be begun');
    const [newest, at]: unknown[] = begun;
    return { stamp: { epoch: String(newest), seq: Number(at ?? 0) }, layers };
  }

  async *#pages(): AsyncGenerator<[field: string, value: string][]> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, flat] = await this.#run('Reading tags', (client) =>
        client.hscan(sharedStateName, from, 'MATCH', 't:*', 'COUNT', pageSize),
      );
      yield Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? '', flat[2 * at + 1] ?? '']);
      cursor = next;
    } while (cursor !== '0');
  }

  #newEpoch(): string {
    return newEntryId(this.#ids).slice(0, 16);
  }

  #run<Value>(what: string, work: (client: ReturnType<RedisLink['duplicate']>) => Promise<Value>): Promise<Value> {
    return this.#store.run(what, work);
  }
}

function markOf(field: string, value: string): TagMark | null {
  const match = /^(\d+) (\d+) (\d+) (stale|expired) (.*)$/s.exec(value);
  if (!match || !field.startsWith('t:')) return null;
  const [, seq, expiredSeq, atMs, mode, reason = ''] = match;
  return {
    tag: field.slice(2),
    seq: Number(seq),
    expiredSeq: Number(expiredSeq),
    atMs: Number(atMs),
    mode: mode === 'expired' ? 'expired' : 'stale',
    reason,
  };
}
