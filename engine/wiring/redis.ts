/** The Redis servers of every connection in depth: sampled, asked, their keys shown, changed and analysed. */
import type { RedisOps } from '../api/redis-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import { decodeEntry, peekEntry } from '../cache/codec.ts';
import { RedisSampler } from '../health/redis/redis-sampler.ts';
import { type RedisTier, redisTierSchema } from '../model/redis-health.ts';
import type { KeySpaceRef, KeyValue } from '../model/redis-keys.ts';
import { addKey, deleteKeys, editKey, renameKey, setTtl } from '../redis/keys/key-edits.ts';
import { keyTree, listKeys } from '../redis/keys/key-list.ts';
import { type KeySpace, KeySpaces } from '../redis/keys/key-space.ts';
import { openKey } from '../redis/keys/key-value.ts';
import {
  aclLog,
  clients,
  configuration,
  doctorWords,
  killClient,
  type Questions,
  slowLog,
} from '../redis/questions.ts';
import { redisTiers } from '../store/redis-history-store.ts';
import type { Store } from '../store/store.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';
import { RedisAnalyses } from './redis-analyses.ts';

export interface RedisInputs {
  readonly connections: Pick<Connections, 'ids' | 'of' | 'onChange'>;
  readonly store: Pick<Store, 'redisHistory' | 'redisAnalyses'>;
}

interface RedisTopics {
  sampled: { connectionId: string; atMs: number };
  analysed: { connectionId: string; analysisId: string };
}

export interface WatchedRedis {
  readonly ops: RedisOps;
  /** Counts what is asked of a connection's servers as our load. @throws EngineError CONNECTION_NOT_FOUND */
  counted(connectionId: string): KeySpace['count'];
  on<Name extends keyof RedisTopics>(topic: Name, listener: (payload: RedisTopics[Name]) => void): Stop;
  stop(): Promise<void>;
}

export function watchRedis({ connections, store }: RedisInputs, foundation: Foundation): WatchedRedis {
  const { clock, logger } = foundation;
  const topics = new Emitter<RedisTopics>((error) =>
    logger.error('A listener to the health of Redis failed', { error: messageOf(error) }),
  );
  const samplers = watchConnections({ connections, store }, foundation, (sampled) => topics.emit('sampled', sampled));
  const spaces = new KeySpaces(clock);
  const counted = (connectionId: string): KeySpace['count'] => {
    const sampler = samplers.get(connectionId);
    return (shard, command, times) => sampler.meterOf(shard).add('asked', command, times);
  };
  const spaceOf = ({ connectionId, db }: KeySpaceRef): KeySpace =>
    spaces.of(connectionId, connections.of(connectionId), db, counted(connectionId));
  const questions = (connectionId: string): Questions => ({
    link: connections.of(connectionId),
    clock,
    count: counted(connectionId),
  });
  const analyses = new RedisAnalyses(
    { store, spaceOf, onChanged: (change) => topics.emit('analysed', change) },
    foundation,
  );
  const ops: RedisOps = {
    health: (connectionId) => samplers.get(connectionId).view(),
    async history({ connectionId, shard = null, fromMs, toMs, tier = tierFor(clock.now(), fromMs, toMs) }) {
      const stepMs = stepFor(tier, fromMs, toMs);
      const points = await store.redisHistory.past({ connectionId, shard, tier, stepMs, fromMs, toMs });
      return { tier, stepMs, shards: store.redisHistory.shards(connectionId), points };
    },
    slowLog: (connectionId, limit) => slowLog(questions(connectionId), limit),
    clients: async (connectionId) => ({ atMs: clock.now(), clients: await clients(questions(connectionId)) }),
    kill: (connectionId, shard, clientId) => killClient(questions(connectionId), shard, clientId),
    config: (connectionId) => configuration(questions(connectionId)),
    aclLog: (connectionId) => aclLog(questions(connectionId)),
    doctorWords: (connectionId) => doctorWords(questions(connectionId)),
    keys: (query) => listKeys(spaceOf(query), clock, query),
    tree: (query) => keyTree(spaceOf(query), clock, query),
    key: (query) => openKey(spaceOf(query), query, openEntry),
    edit: (ref, edit, was) => editKey(spaceOf(ref), ref, edit, was),
    add: (ref, edit, ttlMs) => addKey(spaceOf(ref), ref, edit, ttlMs),
    rename: (ref, to) => renameKey(spaceOf(ref), ref, to),
    setTtl: (ref, ttlMs) => setTtl(spaceOf(ref), ref, ttlMs),
    remove: (space, keys) => deleteKeys(spaceOf(space), keys),
    analyses: (connectionId, limit) => analyses.list(connectionId, limit),
    analysis: (analysisId) => analyses.get(analysisId),
    analyse: (order) => analyses.begin(order),
    cancel: (analysisId) => analyses.cancel(analysisId),
  };
  return {
    ops,
    counted,
    on: topics.on.bind(topics),
    async stop(): Promise<void> {
      await analyses.stop();
      spaces.close();
      await samplers.stop();
    },
  };
}

interface Samplers {
  /** @throws EngineError CONNECTION_NOT_FOUND */
  get(connectionId: string): RedisSampler;
  stop(): Promise<void>;
}

function watchConnections(
  { connections, store }: RedisInputs,
  { clock, logger }: Foundation,
  onSampled: (sampled: RedisTopics['sampled']) => void,
): Samplers {
  const samplers = new Map<string, RedisSampler>();
  const sync = (connectionId: string): void => {
    const known = samplers.get(connectionId);
    const wanted = connections.ids().includes(connectionId);
    if (wanted === (known !== undefined)) return;
    if (known) {
      samplers.delete(connectionId);
      void known.stop();
      return;
    }
    const sampler = new RedisSampler({
      connectionId,
      // The link of a connection that was saved anew is another one.
      link: () => connections.of(connectionId),
      clock,
      logger,
      history: store.redisHistory,
      onSampled: (atMs) => onSampled({ connectionId, atMs }),
    });
    samplers.set(connectionId, sampler);
    sampler.start();
  };
  for (const id of connections.ids()) sync(id);
  const unlisten = connections.onChange(sync);
  return {
    get(connectionId) {
      const sampler = samplers.get(connectionId);
      if (sampler) return sampler;
      throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${connectionId}"`);
    },
    async stop() {
      unlisten();
      await Promise.all([...samplers.values()].map((sampler) => sampler.stop()));
    },
  };
}

/** What a chart can show. */
const chartPoints = 1_500;

/** The finest tier that still has the beginning and fits into a chart. */
function tierFor(nowMs: number, fromMs: number, toMs: number): RedisTier {
  const fitting = redisTierSchema.options.find((tier) => {
    const { keptMs, stepMs } = redisTiers[tier];
    return fromMs >= nowMs - keptMs && (toMs - fromMs) / stepMs <= chartPoints;
  });
  return fitting ?? 'ten-minutes';
}

/** The tier's own step, or so many of it that all of the time fits into a chart. */
function stepFor(tier: RedisTier, fromMs: number, toMs: number): number {
  const { stepMs } = redisTiers[tier];
  const times = [1, 2, 3, 6, 12, 18, 36, 72, 144].find((each) => (toMs - fromMs) / (each * stepMs) <= chartPoints);
  return stepMs * (times ?? Math.ceil((toMs - fromMs) / (chartPoints * stepMs)));
}

/** What lies in a value that is a cache entry of ours; null for anything else. */
async function openEntry(bytes: Buffer): Promise<Extract<KeyValue, { kind: 'string' }>['entry']> {
  const peeked = peekEntry(bytes, bytes.length);
  const decoded = await decodeEntry(bytes);
  if (!decoded.ok || !peeked.ok) return null;
  const { entry } = decoded;
  return {
    codec: peeked.peek.codec,
    computedAtMs: entry.computedAtMs,
    dataAsOfMs: entry.dataAsOfMs,
    freshUntilMs: entry.freshUntilMs,
    tags: [...entry.tags],
    // What was decoded from JSON is JSON.
    value: entry.value as NonNullable<Extract<KeyValue, { kind: 'string' }>['entry']>['value'],
  };
}
