/** Made-up Redis servers for tests of the Redis page: a cache on this machine, a broker, a cluster in production. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

type Health = CallOutput<'redis.health'>;
export type Shard = Health['shards'][number];
type Figures = NonNullable<Shard['figures']>;
type History = CallOutput<'redis.history'>;
type Point = History['points'][number];
export type RedisClient = CallOutput<'redis.clients'>['clients'][number];

export interface RedisScript {
  /** Changed before it is answered. */
  change: (health: Health) => Health;
  /** Stretches of the past that nobody looked at, as [from, to] before now. */
  gapsMs: [number, number][];
  changePoint: (point: Point) => Point;
  clientCount: number;
  slow: CallOutput<'redis.slowlog'>;
  config: CallOutput<'redis.config'>;
  acl: CallOutput<'redis.aclLog'>['entries'];
  words: CallOutput<'redis.doctorWords'>['shards'];
  /** What is asked of the server itself fails with this message. */
  failure: string | null;
  /** Answers are held back while this is unsettled. */
  hold: Promise<void> | null;
  killed: CallInput<'redis.clients.kill'>[];
  histories: CallInput<'redis.history'>[];
  wordsAsked: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const megabyte = 1_048_576;
const clusterShards = ['10.1.0.1:7000', '10.1.0.2:7000', '10.1.0.3:7000'];

export function redisScript(nowMs: number): RedisScript {
  return {
    change: (health) => health,
    gapsMs: [[25 * minuteMs, 18 * minuteMs]],
    changePoint: (point) => point,
    clientCount: 10_000,
    slow: slowLog(nowMs),
    config: configuration(),
    acl: [
      {
        shard: 'cache',
        count: 12,
        reason: 'command',
        context: 'toplevel',
        object: 'flushall',
        username: 'reports',
        client: '10.0.0.31:51022',
        lastAtMs: nowMs - 4 * minuteMs,
      },
      {
        shard: 'cache',
        count: 1,
        reason: 'auth',
        context: 'toplevel',
        object: 'AUTH',
        username: 'guest',
        client: '10.0.0.77:40110',
        lastAtMs: nowMs - 3 * hourMs,
      },
    ],
    words: [
      {
        shard: 'cache',
        memory:
          'Sam, I detected a few issues in this Redis instance memory implants:\n\n * Peak memory: In the past this instance used more than 150% the memory that is currently using.',
        latency: 'Dave, I have observed latency spikes in this Redis instance.',
        problem: null,
      },
    ],
    failure: null,
    hold: null,
    killed: [],
    histories: [],
    wordsAsked: 0,
  };
}

export function figures(change: Partial<Figures> = {}): Figures {
  return {
    uptimeS: 86_400 * 12,
    memory: {
      usedBytes: 163 * megabyte,
      peakBytes: 240 * megabyte,
      rssBytes: 188 * megabyte,
      fragmentationRatio: 1.15,
      datasetBytes: 141 * megabyte,
      clientBytes: 2 * megabyte,
      limit: { kind: 'limited', bytes: 256 * megabyte, usedRatio: 163 / 256 },
      policy: 'allkeys-lru',
    },
    clients: { connected: 214, blocked: 6, max: 10_000, rejectedSinceStart: 3 },
    persistence: {
      loading: false,
      lastSaveAtMs: null,
      lastSaveOk: true,
      unsavedChanges: 1_204,
      saving: false,
      appendOnly: false,
      lastAppendOk: null,
      lastRewriteOk: null,
      lastForkMs: 4.2,
    },
    replication: { role: 'master', masterLinkUp: null, masterSilentS: null, replicas: [] },
    databases: [
      { db: 0, keyCount: 48_211, expiringCount: 47_980, averageTtlMs: 720_000 },
      { db: 2, keyCount: 12, expiringCount: 0, averageTtlMs: 0 },
    ],
    keyCount: 48_223,
    roundTripMs: 0.21,
    ...change,
  };
}

function windowOf(windowMs: number, change: Partial<Shard['windows'][number]> = {}): Shard['windows'][number] {
  return {
    windowMs,
    coveredMs: windowMs,
    hits: { reads: Math.round(windowMs / 20), ratio: 0.943, minimumReads: 100 },
    opsPerS: 412.6,
    evictedPerS: 0,
    expiredPerS: 3.4,
    keysGainedPerS: 0.8,
    netInBytesPerS: 81_200,
    netOutBytesPerS: 1_240_000,
    connectionsPerS: 0.4,
    rejectedCount: 0,
    cpuRatio: 0.062,
    ...change,
  };
}

const uses: Shard['commands'] = [
  { command: 'get', perS: 300.2, meanMs: 0.004, timeShare: 0.31, rejected: 0, failed: 0, p50Ms: 0.003, p99Ms: 0.011 },
  { command: 'evalsha', perS: 41, meanMs: 0.047, timeShare: 0.52, rejected: 0, failed: 2, p50Ms: 0.041, p99Ms: 0.19 },
  { command: 'set', perS: 60.1, meanMs: 0.009, timeShare: 0.15, rejected: 0, failed: 0, p50Ms: 0.008, p99Ms: 0.03 },
  { command: 'config|get', perS: 0.1, meanMs: 0.2, timeShare: 0.02, rejected: 4, failed: 0, p50Ms: null, p99Ms: null },
];

export function shardOf(address: string, nowMs: number, change: Partial<Shard> = {}): Shard {
  return {
    address,
    atMs: nowMs - 900,
    problem: null,
    product: 'Redis',
    version: '7.0.15',
    figures: figures({ persistence: { ...figures().persistence, lastSaveAtMs: nowMs - 14 * minuteMs } }),
    windows: [windowOf(minuteMs), windowOf(5 * minuteMs), windowOf(hourMs)],
    commands: uses,
    latencyEvents: [{ event: 'command', atMs: nowMs - 9 * minuteMs, latestMs: 112, worstMs: 340 }],
    roundTrips: { windowMs: hourMs, count: 358, p50Ms: 0.19, p99Ms: 1.84 },
    histogram: {
      windowMs: 5 * minuteMs,
      count: 123_800,
      p50Ms: 0.004,
      p99Ms: 0.131,
      buckets: [
        { upToMs: 0.004, count: 90_000 },
        { upToMs: 0.016, count: 31_000 },
        { upToMs: 0.131, count: 2_700 },
        { upToMs: 4.19, count: 100 },
      ],
    },
    ...change,
  };
}

/** Of the connection `cache` one server, of `orders` a cluster of three. */
function healthOf(connectionId: string, nowMs: number): Health {
  const addresses = connectionId === 'orders' ? clusterShards : [connectionId];
  const shards = addresses.map((address) => shardOf(address, nowMs));
  const [first] = shards;
  if (first === undefined) throw new Error('A connection has at least one server');
  const { address: _address, problem: _problem, ...one } = first;
  return {
    connectionId,
    nowMs,
    state: 'sampling',
    problem: null,
    periodMs: 2_000,
    total: one,
    shards,
    own: {
      clientNamePrefix: `vigia:${connectionId}:`,
      commandsLastMinute: 39 * shards.length,
      askedCommandsLastMinute: 4,
      budgetPerMinute: 60,
      deferredCount: 0,
      cpuRatio: 0.00012,
    },
    history: { sizeBytes: 12 * megabyte, ceilingBytes: 192 * megabyte },
  };
}

const steps = { 'ten-seconds': 10_000, minute: minuteMs, 'ten-minutes': 10 * minuteMs } as const;

function historyOf(script: RedisScript, input: CallInput<'redis.history'>): History {
  const { fromMs, toMs, connectionId } = input;
  const spanMs = toMs - fromMs;
  const tier = spanMs <= hourMs ? 'ten-seconds' : spanMs <= 25 * hourMs ? 'minute' : 'ten-minutes';
  const stepMs = spanMs > 8 * 24 * hourMs ? 6 * hourMs : steps[tier];
  const points: Point[] = [];
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) {
    const isUnseen = script.gapsMs.some(([from, to]) => atMs > toMs - from && atMs < toMs - to);
    if (!isUnseen) points.push(script.changePoint(pointAt(atMs, stepMs)));
  }
  return { tier, stepMs, shards: connectionId === 'orders' ? clusterShards : [connectionId], points };
}

function pointAt(atMs: number, stepMs: number): Point {
  const wave = Math.sin(atMs / (17 * stepMs));
  const reads = (stepMs / 1_000) * (300 + 60 * wave);
  const seconds = stepMs / 1_000;
  return {
    atMs,
    coveredMs: stepMs,
    usedBytes: (163 + 9 * wave) * megabyte,
    rssBytes: 188 * megabyte,
    limitBytes: 256 * megabyte,
    fragmentationRatio: 1.15,
    hits: reads * (0.94 + 0.03 * wave),
    misses: reads * (0.06 - 0.03 * wave),
    opsPerS: 412 + 80 * wave,
    evictedPerS: 0,
    expiredPerS: 3.4 + wave,
    netInBytesPerS: 81_200 + 9_000 * wave,
    netOutBytesPerS: 1_240_000 + 200_000 * wave,
    rejectedConnections: 0,
    cpuRatio: 0.062 + 0.02 * wave,
    clients: 214,
    blockedClients: 6,
    keyCount: 48_223 + Math.round(400 * wave),
    expiringCount: 47_992,
    roundTripMs: 0.2 + 0.05 * wave,
    p50Ms: 0.004,
    p99Ms: 0.131,
    replicaCount: 0,
    replicationLagBytes: null,
    replicationLagS: null,
    unsavedChanges: 1_204,
    persistenceFailing: false,
    ownCommands: Math.round((39 * stepMs) / minuteMs),
    commands: {
      get: 300 * seconds,
      set: 60 * seconds,
      evalsha: 41 * seconds,
      ping: 0.1 * seconds,
      other: 11 * seconds,
    },
    databases: { '0': 48_211, '2': 12 },
  };
}

/** Every third one waits in a BLPOP; the last is ours. */
export function clientAt(index: number, count: number): RedisClient {
  const isOwn = index === count - 1;
  const isBlocked = index % 3 === 0 && !isOwn;
  return {
    shard: 'cache',
    id: String(1_000 + index),
    name: isOwn ? 'vigia:cache:4211' : index % 4 === 0 ? `web-${index % 40}` : null,
    user: 'default',
    address: `10.0.${Math.floor(index / 250)}.${index % 250}:${40_000 + index}`,
    db: index % 3,
    kind: isBlocked ? 'blocked' : 'normal',
    ageS: 60 + index * 7,
    idleS: index % 900,
    lastCommand: isBlocked ? 'brpop' : 'get',
    outputBytes: index === 17 ? 48 * megabyte : 0,
    memoryBytes: index === 17 ? 49 * megabyte : 2_048 + index,
    library: index % 2 === 0 ? 'redis-py 5.0' : null,
    own: isOwn,
  };
}

function slowLog(nowMs: number): RedisScript['slow'] {
  const entry = (id: number, tookMs: number, words: string[], client: string, own = false) => ({
    shard: 'cache',
    id,
    atMs: nowMs - id * minuteMs,
    tookMs,
    words,
    client,
    own,
  });
  const entries = [
    entry(1, 24.1, ['HGETALL', 'session:9114'], 'web-7'),
    entry(2, 31.7, ['HGETALL', 'session:204'], 'web-7'),
    entry(3, 412, ['KEYS', 'report:*'], '10.0.0.31'),
    entry(4, 11.2, ['SCAN', '0', 'COUNT', '1000'], 'vigia:cache:4211', true),
  ];
  const group = (shape: string, client: string, count: number, totalMs: number, worstMs: number, own = false) => ({
    shape,
    client,
    own,
    count,
    totalMs,
    worstMs,
    firstAtMs: nowMs - hourMs,
    lastAtMs: nowMs - minuteMs,
    shards: ['cache'],
  });
  return {
    atMs: nowMs,
    thresholdMs: 10,
    maxLength: 128,
    groups: [
      group('KEYS report:*', '10.0.0.31', 1, 412, 412),
      group('HGETALL session:*', 'web-7', 2, 55.8, 31.7),
      group('SCAN', 'vigia:cache', 1, 11.2, 11.2, true),
    ],
    entries,
  };
}

function configuration(): RedisScript['config'] {
  const one = (name: string, value: string, defaultValue: string | null = value) => ({
    name,
    value,
    defaultValue,
    isDefault: defaultValue === null ? null : defaultValue === value,
    differsOn: [],
  });
  return {
    defaultsOf: 'Redis 7.0',
    parameters: [
      one('appendonly', 'no'),
      one('client-output-buffer-limit', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'),
      one('dir', '/var/lib/redis', null),
      one('hz', '10'),
      one('latency-monitor-threshold', '100', '0'),
      one('maxclients', '10000'),
      one('maxmemory', '268435456', '0'),
      one('maxmemory-policy', 'allkeys-lru', 'noeviction'),
      one('requirepass', '***', ''),
      one('save', '3600 1 300 100 60 10000'),
      one('timeout', '0'),
    ],
  };
}

export function redisHandlers(script: RedisScript): Partial<Handlers> {
  const asked = async (): Promise<void> => {
    await script.hold;
    if (script.failure !== null) throw new EngineError('REDIS_UNREACHABLE', script.failure);
  };
  return {
    async 'redis.health'({ connectionId }) {
      await script.hold;
      return script.change(healthOf(connectionId, Date.now()));
    },
    async 'redis.history'(input) {
      await script.hold;
      script.histories.push(input);
      return historyOf(script, input);
    },
    async 'redis.slowlog'() {
      await asked();
      return script.slow;
    },
    async 'redis.clients'() {
      await asked();
      const all = Array.from({ length: script.clientCount }, (_, index) => clientAt(index, script.clientCount));
      const clients = all.filter(({ id }) => !script.killed.some(({ clientId }) => clientId === id));
      return { atMs: Date.now(), clients };
    },
    async 'redis.clients.kill'(input) {
      await asked();
      script.killed.push(input);
      return { killed: true };
    },
    async 'redis.config'() {
      await asked();
      return script.config;
    },
    async 'redis.aclLog'() {
      await asked();
      return { entries: script.acl };
    },
    async 'redis.doctorWords'() {
      await asked();
      script.wordsAsked += 1;
      return { shards: script.words };
    },
  };
}
