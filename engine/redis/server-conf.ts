/** Writes a production configuration for a Redis of one of the two roles, with the reason of every line. */
import type { RedisRole } from '../model/health.ts';

export interface ServerConfWish {
  readonly role: RedisRole;
  readonly memoryBytes: number;
  readonly port: number;
  /** Null: none, and the file says so. */
  readonly password: string | null;
}

/** Understood by Redis 6.2 and newer, and by Valkey. Ends with a line break. */
export function serverConf(wish: ServerConfWish): string {
  const { role } = wish;
  const sections = [
    head(wish),
    network(wish),
    memory(wish),
    role === 'cache' ? cacheDisk : brokerDisk,
    seeing,
    clients,
  ];
  return `${sections.join('\n\n')}\n`;
}

function head({ role, memoryBytes }: ServerConfWish): string {
  const what =
    role === 'cache'
      ? '# Everything in it can be computed again: it may forget, and must never grow past its ceiling.'
      : '# Jobs and messages live in it: it must forget nothing, so it refuses writes when it is full.';
  return [
    `# Redis as the ${role} of Vigía, ${megabytes(memoryBytes)} MB. Made by \`vigia redis-conf\`.`,
    what,
    '# Start it with:  redis-server /path/to/this/file --dir /var/lib/redis-of-your-choice',
  ].join('\n');
}

function network({ port, password }: ServerConfWish): string {
  return [
    '# --- Who may reach it',
    '# This machine only. For others put an address of a private network here, and TLS (tls-port, tls-cert-file) before it.',
    'bind 127.0.0.1 -::1',
    `port ${port}`,
    '# Refuses other machines as long as there is no password, whatever bind says.',
    'protected-mode yes',
    ...(password === null
      ? [
          '# No password was wanted: every program of this machine may do everything.',
          '# requirepass put-a-long-random-text-here',
        ]
      : ['# Keep this file readable by its owner and the server only: chmod 600.', `requirepass ${password}`]),
    '# A dead peer is noticed after a minute; an idle client is never cut off, workers wait for hours.',
    'tcp-keepalive 60',
    'timeout 0',
    '# The queue of connections not yet taken; the kernel caps it by net.core.somaxconn.',
    'tcp-backlog 511',
  ].join('\n');
}

function memory({ role, memoryBytes }: ServerConfWish): string {
  const evicting =
    role === 'cache'
      ? [
          '# The least recently used key goes when it is full. Safe here only: in a broker jobs would vanish.',
          'maxmemory-policy allkeys-lru',
          '# Looks at ten keys for the oldest instead of five: nearer to true LRU for little processor.',
          'maxmemory-samples 10',
          '# Memory is given back in the background.',
          'lazyfree-lazy-eviction yes',
          'lazyfree-lazy-expire yes',
          'lazyfree-lazy-server-del yes',
        ]
      : [
          '# Never evicts. A full broker refuses new jobs loudly instead of losing old ones silently.',
          'maxmemory-policy noeviction',
          '# Saving forks: until it ends, changed pages exist twice. Leave the machine as much again free,',
          '# and set vm.overcommit_memory = 1, or saving fails when memory is short.',
          'lazyfree-lazy-server-del yes',
        ];
  return [
    '# --- Memory',
    '# Without a ceiling it grows until the kernel ends it.',
    `maxmemory ${memoryBytes}`,
    ...evicting,
  ].join('\n');
}

const cacheDisk = [
  '# --- Disk',
  '# Nothing is kept: a restart is a cold start, and no fork ever doubles the memory.',
  'save ""',
  'appendonly no',
].join('\n');

const brokerDisk = [
  '# --- Disk',
  '# Every write goes to a log that is forced to disk once a second: a crash loses at most that second.',
  'appendonly yes',
  'appendfsync everysec',
  '# The log is written anew when it has doubled, from 64 MB on.',
  'auto-aof-rewrite-percentage 100',
  'auto-aof-rewrite-min-size 64mb',
  '# A log whose end was torn by a crash is read up to there.',
  'aof-load-truncated yes',
  '# A snapshot besides, for backups: after an hour with a change, 5 minutes with 100, a minute with 10000.',
  'save 3600 1',
  'save 300 100',
  'save 60 10000',
  '# A disk that is full is told to whoever writes, instead of being found out at the next start.',
  'stop-writes-on-bgsave-error yes',
].join('\n');

const seeing = [
  '# --- What can be seen afterwards',
  '# Commands of 10 ms and more, the last 512.',
  'slowlog-log-slower-than 10000',
  'slowlog-max-len 512',
  '# Events that held the server for 100 ms: LATENCY DOCTOR has something to say.',
  'latency-monitor-threshold 100',
].join('\n');

const clients = [
  '# --- Clients',
  '# More than the system allows is lowered at the start: raise `ulimit -n` to this and some.',
  'maxclients 10000',
  '# A listener that does not take its messages is cut off before it eats the memory.',
  'client-output-buffer-limit pubsub 64mb 16mb 60',
].join('\n');

function megabytes(bytes: number): string {
  return (bytes / (1_024 * 1_024)).toFixed(0);
}
