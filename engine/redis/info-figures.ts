/** Everything that INFO tells of a server's health, as figures of now, counters since its start, and use by command. */
import type { RedisFigures } from '../model/redis-health.ts';

/** Since the server's start; null where it is not reported. */
export interface RedisCounters {
  /** Source: `run_id` of the server section: another one means that it was started anew. */
  readonly runId: string | null;
  readonly hits: number | null;
  readonly misses: number | null;
  readonly ops: number | null;
  readonly evicted: number | null;
  readonly expired: number | null;
  readonly netInBytes: number | null;
  readonly netOutBytes: number | null;
  readonly connections: number | null;
  readonly rejected: number | null;
  /** Of all databases; the only one that may fall. */
  readonly keyCount: number | null;
  /** Of the server itself, its forks left out. */
  readonly cpuMs: number | null;
}

export interface CommandCounters {
  readonly calls: number;
  readonly usec: number;
  readonly rejected: number;
  readonly failed: number;
}

type Fields = ReadonlyMap<string, string>;

/** Below it RSS is mostly the program itself, and a ratio would only frighten. */
const fragmentationFromBytes = 64 * 1024 * 1024;

export function figuresOf(fields: Fields): Omit<RedisFigures, 'roundTripMs'> {
  const databases = databasesOf(fields);
  return {
    uptimeS: numberIn(fields, 'uptime_in_seconds'),
    memory: memoryOf(fields),
    clients: {
      connected: numberIn(fields, 'connected_clients'),
      blocked: numberIn(fields, 'blocked_clients'),
      max: numberIn(fields, 'maxclients'),
      rejectedSinceStart: numberIn(fields, 'rejected_connections'),
    },
    persistence: persistenceOf(fields),
    replication: replicationOf(fields),
    databases,
    keyCount: keyCountOf(databases),
  };
}

function keyCountOf(databases: RedisFigures['databases']): number {
  return databases.reduce((sum, { keyCount }) => sum + keyCount, 0);
}

export function countersOf(fields: Fields): RedisCounters {
  const [sys, user] = [numberIn(fields, 'used_cpu_sys'), numberIn(fields, 'used_cpu_user')];
  return {
    runId: fields.get('run_id') ?? null,
    hits: numberIn(fields, 'keyspace_hits'),
    misses: numberIn(fields, 'keyspace_misses'),
    ops: numberIn(fields, 'total_commands_processed'),
    evicted: numberIn(fields, 'evicted_keys'),
    expired: numberIn(fields, 'expired_keys'),
    netInBytes: numberIn(fields, 'total_net_input_bytes'),
    netOutBytes: numberIn(fields, 'total_net_output_bytes'),
    connections: numberIn(fields, 'total_connections_received'),
    rejected: numberIn(fields, 'rejected_connections'),
    keyCount: keyCountOf(databasesOf(fields)),
    cpuMs: sys === null || user === null ? null : (sys + user) * 1_000,
  };
}

/** Source: `cmdstat_get:calls=3,usec=20,usec_per_call=6.67,rejected_calls=0,failed_calls=0`; `config|get` since 7. */
export function commandCountersOf(fields: Fields): ReadonlyMap<string, CommandCounters> {
  const found = new Map<string, CommandCounters>();
  for (const [name, value] of fields) {
    if (!name.startsWith('cmdstat_')) continue;
    const parts = pairs(value);
    found.set(name.slice('cmdstat_'.length).toLowerCase(), {
      calls: parts.get('calls') ?? 0,
      usec: parts.get('usec') ?? 0,
      rejected: parts.get('rejected_calls') ?? 0,
      failed: parts.get('failed_calls') ?? 0,
    });
  }
  return found;
}

export function productOf(fields: Fields): { product: 'Redis' | 'Valkey' | null; version: string | null } {
  const valkey = fields.get('valkey_version');
  const version = valkey ?? fields.get('redis_version') ?? null;
  return { product: version === null ? null : valkey === undefined ? 'Redis' : 'Valkey', version };
}

/** Source: `maxmemory` 0 is no limit on a 64-bit server; `mem_fragmentation_ratio` is RSS by used memory. */
function memoryOf(fields: Fields): RedisFigures['memory'] {
  const usedBytes = numberIn(fields, 'used_memory');
  if (usedBytes === null) return null;
  const [limit, rssBytes] = [numberIn(fields, 'maxmemory') ?? 0, numberIn(fields, 'used_memory_rss')];
  const normal = numberIn(fields, 'mem_clients_normal');
  return {
    usedBytes,
    peakBytes: numberIn(fields, 'used_memory_peak'),
    rssBytes,
    fragmentationRatio: usedBytes < fragmentationFromBytes || rssBytes === null ? null : rssBytes / usedBytes,
    datasetBytes: numberIn(fields, 'used_memory_dataset'),
    clientBytes: normal === null ? null : normal + (numberIn(fields, 'mem_clients_slaves') ?? 0),
    limit:
      limit > 0
        ? { kind: 'limited', bytes: limit, usedRatio: usedBytes / limit }
        : { kind: 'none', systemBytes: numberIn(fields, 'total_system_memory') },
    policy: fields.get('maxmemory_policy') ?? 'unknown',
  };
}

function persistenceOf(fields: Fields): RedisFigures['persistence'] {
  const flag = (name: string): boolean | null => {
    const value = numberIn(fields, name);
    return value === null ? null : value === 1;
  };
  const ok = (name: string): boolean | null => {
    const value = fields.get(name);
    return value === undefined ? null : value === 'ok';
  };
  const [savedS, forkUs] = [numberIn(fields, 'rdb_last_save_time'), numberIn(fields, 'latest_fork_usec')];
  return {
    loading: flag('loading'),
    lastSaveAtMs: savedS === null ? null : savedS * 1_000,
    lastSaveOk: ok('rdb_last_bgsave_status'),
    unsavedChanges: numberIn(fields, 'rdb_changes_since_last_save'),
    saving: flag('rdb_bgsave_in_progress'),
    appendOnly: flag('aof_enabled'),
    lastAppendOk: ok('aof_last_write_status'),
    lastRewriteOk: ok('aof_last_bgrewrite_status'),
    lastForkMs: forkUs === null ? null : forkUs / 1_000,
  };
}

/** Source: `slave0:ip=10.0.0.2,port=6379,state=online,offset=1234,lag=0` beside `master_repl_offset`. */
function replicationOf(fields: Fields): RedisFigures['replication'] {
  const role = fields.get('role');
  const offset = numberIn(fields, 'master_repl_offset');
  const up = fields.get('master_link_status');
  const replicas = [...fields]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, value]) => {
      const texts = new Map(value.split(',').map((part): [string, string] => splitOnce(part)));
      const taken = Number(texts.get('offset') ?? Number.NaN);
      const lagS = Number(texts.get('lag') ?? Number.NaN);
      return {
        address: `${texts.get('ip') ?? '?'}:${texts.get('port') ?? '?'}`,
        state: texts.get('state') ?? 'unknown',
        lagBytes: offset === null || Number.isNaN(taken) ? null : Math.max(0, offset - taken),
        lagS: Number.isNaN(lagS) || lagS < 0 ? null : lagS,
      };
    });
  const silentS = numberIn(fields, 'master_last_io_seconds_ago');
  return {
    role: role === undefined ? null : role === 'slave' ? 'replica' : 'master',
    masterLinkUp: up === undefined ? null : up === 'up',
    masterSilentS: silentS === null || silentS < 0 ? null : silentS,
    replicas,
  };
}

/** Source: `db0:keys=5,expires=1,avg_ttl=0`. */
function databasesOf(fields: Fields): RedisFigures['databases'] {
  return [...fields].flatMap(([name, value]) => {
    const db = /^db(\d+)$/.exec(name)?.[1];
    if (db === undefined) return [];
    const parts = pairs(value);
    const averageTtlMs = parts.get('avg_ttl') ?? 0;
    return [
      {
        db: Number(db),
        keyCount: parts.get('keys') ?? 0,
        expiringCount: parts.get('expires') ?? 0,
        averageTtlMs: averageTtlMs > 0 ? averageTtlMs : null,
      },
    ];
  });
}

function numberIn(fields: Fields, name: string): number | null {
  const text = fields.get(name);
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function pairs(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(',').map((part): [string, number] => {
      const [name, value] = splitOnce(part);
      return [name, Number(value)];
    }),
  );
}

function splitOnce(part: string): [string, string] {
  const cut = part.indexOf('=');
  return [part.slice(0, cut), part.slice(cut + 1)];
}
