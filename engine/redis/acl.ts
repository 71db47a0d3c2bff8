/** The rights that the console needs on a server that it watches, as a line for Redis's ACL: no more than it uses. */
import type { ConnectionMode } from './operate-gate.ts';

export interface AclWish {
  readonly mode: ConnectionMode;
  readonly user: string;
  /** Redis 6.2 has no permission to read only for keys. */
  readonly redis: '6.2' | '7';
}

/** What connecting, sampling and the pages ask of the server itself; the keys' own commands come as a category. */
const observeCommands = [
  'auth hello ping echo select quit reset readonly readwrite asking command info time lastsave role',
  'client|id client|info client|list client|getname client|setname client|setinfo client|getredir client|tracking',
  'client|trackinginfo client|caching client|no-touch',
  'config|get slowlog|get slowlog|len memory|usage memory|stats memory|doctor memory|malloc-stats',
  'latency|latest latency|history latency|graph latency|doctor latency|histogram',
  'acl|whoami acl|users acl|list acl|getuser acl|cat acl|log acl|dryrun module|list',
  'cluster|info cluster|nodes cluster|slots cluster|shards cluster|myid cluster|keyslot cluster|countkeysinslot',
  'cluster|getkeysinslot cluster|links cluster|replicas cluster|slaves',
  'pubsub|channels pubsub|numsub pubsub|numpat pubsub|shardchannels pubsub|shardnumsub',
  'subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe',
  'script|exists function|list function|stats function|dump eval_ro evalsha_ro fcall_ro',
].flatMap((line) => line.split(' '));

/** What edits of keys, BullMQ's actions, Celery's control and the doctor's fixes ask for beside that. */
const operateCommands = [
  'eval evalsha script|load multi exec discard watch unwatch publish',
  'config|set config|rewrite client|kill client|unblock slowlog|reset latency|reset memory|purge',
].flatMap((line) => line.split(' '));

/** Reads that cost a server dear, and writes that nothing here ever sends. */
const never = { observe: ['keys'], operate: ['keys', 'flushall', 'flushdb', 'swapdb', 'migrate', 'restore'] } as const;

/** Subcommands and commands that Redis 6.2 does not know, and refuses a whole line for. */
const since7 = new Set(
  [
    'client|no-touch client|setinfo latency|histogram acl|dryrun cluster|shards cluster|links pubsub|shardchannels',
    'pubsub|shardnumsub ssubscribe sunsubscribe function|list function|stats function|dump eval_ro evalsha_ro fcall_ro',
  ].flatMap((line) => line.split(' ')),
);
/** Source: client no-touch and client setinfo came with Redis 7.2; a 7.0 refuses a line that names them. */
const since72 = new Set(['client|no-touch', 'client|setinfo']);

/** Commands by name that the line of a mode gives: `info`, `config|get`. Those of keys come as categories beside them. */
export function aclCommands(mode: ConnectionMode): readonly string[] {
  return mode === 'observe' ? observeCommands : [...observeCommands, ...operateCommands];
}

/** The words after `ACL SETUSER`, without a password. Source: the ACL rules of Redis 6.2 and 7. */
export function aclRules({ mode, user, redis }: AclWish): string[] {
  const known = aclCommands(mode).filter((name) => !since72.has(name) && (redis === '7' || !since7.has(name)));
  return [
    user,
    ...['reset', 'on', mode === 'observe' && redis === '7' ? '%R~*' : '~*', '&*', '-@all', '+@read'],
    ...(mode === 'operate' ? ['+@write'] : []),
    ...known.map((name) => `+${name}`),
    ...never[mode].map((name) => `-${name}`),
  ];
}

/** A line to be given to redis-cli, with a placeholder for the password. */
export function aclLine(wish: AclWish): string {
  const [user = '', reset = '', on = '', ...rest] = aclRules(wish);
  return ['ACL', 'SETUSER', user, reset, on, '>PASSWORD', ...rest].join(' ');
}
