/** The verbs of Redis servers: their health, their keys, their analyses. */
import type {
  AclLogEntry,
  DoctorWords,
  RedisClient,
  RedisConfig,
  RedisHealth,
  RedisPoint,
  RedisTier,
  SlowLog,
} from '../model/redis-health.ts';
import type {
  Analysis,
  AnalysisSummary,
  KeyDetail,
  KeyEdit,
  KeyFilter,
  KeyGuard,
  KeyName,
  KeyPage,
  KeyRef,
  KeySpaceRef,
  StringFormat,
  TreePage,
} from '../model/redis-keys.ts';

interface One {
  connectionId: string;
}

export interface HistoryQuery extends One {
  shard?: string | undefined;
  fromMs: number;
  toMs: number;
  tier?: RedisTier | undefined;
}

export interface AnalyseOrder extends KeySpaceRef {
  separator: string;
  maxMeasuredKeys: number;
  commandsPerS: number;
}

export interface RedisOps {
  health(connectionId: string): RedisHealth;
  history(query: HistoryQuery): Promise<{ tier: RedisTier; stepMs: number; shards: string[]; points: RedisPoint[] }>;
  slowLog(connectionId: string, limit: number): Promise<SlowLog>;
  clients(connectionId: string): Promise<{ atMs: number; clients: RedisClient[] }>;
  kill(connectionId: string, shard: string, clientId: string): Promise<boolean>;
  config(connectionId: string): Promise<RedisConfig>;
  aclLog(connectionId: string): Promise<AclLogEntry[]>;
  doctorWords(connectionId: string): Promise<DoctorWords[]>;
  keys(query: KeySpaceRef & { filter: KeyFilter; cursor: string | null; limit: number }): Promise<KeyPage>;
  tree(
    query: KeySpaceRef & {
      path: string;
      pathEncoding: KeyName['keyEncoding'];
      separator: string;
      cursor: string | null;
    },
  ): Promise<TreePage>;
  key(query: KeyRef & { as: StringFormat; cursor: string | null; limit: number }): Promise<KeyDetail>;
  /** Without a guard whatever is there is replaced. */
  edit(ref: KeyRef, edit: KeyEdit, was?: KeyGuard): Promise<number>;
  add(ref: KeyRef, edit: KeyEdit, ttlMs: number | null): Promise<number>;
  rename(ref: KeyRef, to: string): Promise<void>;
  setTtl(ref: KeyRef, ttlMs: number | null): Promise<boolean>;
  remove(space: KeySpaceRef, keys: readonly KeyName[]): Promise<number>;
  analyses(connectionId: string | null, limit: number): { analyses: AnalysisSummary[]; sizeBytes: number };
  analysis(analysisId: string): Analysis;
  analyse(order: AnalyseOrder): AnalysisSummary;
  cancel(analysisId: string): Promise<AnalysisSummary>;
}

export interface RedisVerbParts {
  readonly redis: RedisOps;
}

export function redisVerbs({ redis }: RedisVerbParts) {
  return {
    'redis.health': async ({ connectionId }: One) => redis.health(connectionId),
    'redis.history': (query: HistoryQuery) => redis.history(query),
    'redis.slowlog': ({ connectionId, limit }: One & { limit: number }) => redis.slowLog(connectionId, limit),
    'redis.clients': ({ connectionId }: One) => redis.clients(connectionId),
    'redis.clients.kill': async ({ connectionId, shard, clientId }: One & { shard: string; clientId: string }) => ({
      killed: await redis.kill(connectionId, shard, clientId),
    }),
    'redis.config': ({ connectionId }: One) => redis.config(connectionId),
    'redis.aclLog': async ({ connectionId }: One) => ({ entries: await redis.aclLog(connectionId) }),
    'redis.doctorWords': async ({ connectionId }: One) => ({ shards: await redis.doctorWords(connectionId) }),
    'redis.keys': (query: Parameters<RedisOps['keys']>[0]) => redis.keys(query),
    'redis.keyTree': (query: Parameters<RedisOps['tree']>[0]) => redis.tree(query),
    'redis.key': (query: Parameters<RedisOps['key']>[0]) => redis.key(query),
    'redis.key.set': async ({ edit, was, ...ref }: KeyRef & { edit: KeyEdit; was?: KeyGuard | undefined }) => ({
      changed: await redis.edit(ref, edit, was),
    }),
    'redis.key.add': async ({ edit, ttlMs, ...ref }: KeyRef & { edit: KeyEdit; ttlMs: number | null }) => ({
      changed: await redis.add(ref, edit, ttlMs),
    }),
    'redis.key.rename': async ({ to, ...ref }: KeyRef & { to: string }) => {
      await redis.rename(ref, to);
      return { done: true as const };
    },
    'redis.key.ttl': async ({ ttlMs, ...ref }: KeyRef & { ttlMs: number | null }) => ({
      changed: await redis.setTtl(ref, ttlMs),
    }),
    'redis.key.delete': async ({ keys, ...space }: KeySpaceRef & { keys: KeyName[] }) => ({
      removed: await redis.remove(space, keys),
    }),
    'redis.analyses': async ({ connectionId, limit }: { connectionId?: string | undefined; limit: number }) =>
      redis.analyses(connectionId ?? null, limit),
    'redis.analysis': async ({ analysisId }: { analysisId: string }) => redis.analysis(analysisId),
    'redis.analyse': async (order: AnalyseOrder) => redis.analyse(order),
    'redis.analyse.cancel': ({ analysisId }: { analysisId: string }) => redis.cancel(analysisId),
  };
}
