/** The commands that change nothing, which are all that an observed connection may send; what is not listed is refused. */

/**
 * Source: Redis's COMMAND table up to version 8, the commands without the `write` flag that also neither publish,
 * block for good, stop, reconfigure nor debug the server. KEYS and MONITOR change nothing and are left out for their cost.
 */
const plain = new Set(
  [
    // The connection itself.
    'auth hello ping echo select quit reset readonly readwrite asking',
    // The server's account of itself.
    'info time dbsize lastsave role command',
    // Keys.
    'exists type ttl pttl expiretime pexpiretime scan randomkey dump',
    // Strings.
    'get getrange mget strlen substr getbit bitcount bitpos bitfield_ro lcs digest',
    // Hashes, lists, sets, sorted sets.
    'hget hmget hgetall hkeys hvals hlen hexists hstrlen hscan hrandfield httl hpttl hexpiretime hpexpiretime',
    'lindex llen lpos lrange',
    'scard sismember smismember smembers srandmember sscan sdiff sinter sintercard sunion',
    'zcard zcount zdiff zinter zintercard zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank',
    'zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion',
    // Streams, places, vectors.
    'xlen xrange xrevrange xread xpending',
    'geodist geohash geopos geosearch georadius_ro georadiusbymember_ro',
    'vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vsim',
    // Scripts and sorting, where the server itself refuses writes.
    'sort_ro eval_ro evalsha_ro fcall_ro',
    // Listening.
    'subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe',
    // The JSON module.
    'json.get json.mget json.type json.strlen json.arrlen json.objlen json.objkeys json.resp',
  ].flatMap((line) => line.split(' ')),
);

/** Commands whose second word decides. */
const containers = new Map(
  Object.entries({
    acl: 'whoami users list getuser cat log dryrun help',
    client: 'id info list getname setname setinfo getredir tracking trackinginfo caching no-touch help',
    cluster:
      'info nodes slots shards myid myshardid keyslot countkeysinslot getkeysinslot links replicas slaves slot-stats help',
    config: 'get help',
    function: 'list stats dump help',
    latency: 'latest history graph doctor histogram help',
    memory: 'usage stats doctor malloc-stats help',
    module: 'list help',
    object: 'encoding freq idletime refcount help',
    pubsub: 'channels numsub numpat shardchannels shardnumsub help',
    script: 'exists help',
    slowlog: 'get len help',
    xinfo: 'stream groups consumers help',
  }).map(([name, subcommands]) => [name, new Set(subcommands.split(' '))]),
);

/** True only for a command that is known to change nothing, whatever its arguments. */
export function isReadCommand(name: string, args: readonly unknown[]): boolean {
  const command = name.toLowerCase();
  if (plain.has(command)) return true;
  const word = wordOf(args[0]);
  if (containers.get(command)?.has(word) !== true) return false;
  return !(command === 'acl' && word === 'log' && wordOf(args[1]) === 'reset');
}

/** What is listed, `config|get` for a command of two words: for the test that holds it against a server. */
export function listedReadCommands(): string[] {
  const two = [...containers].flatMap(([name, words]) => [...words].map((word) => `${name}|${word}`));
  return [...plain, ...two];
}

function wordOf(argument: unknown): string {
  return typeof argument === 'string' || Buffer.isBuffer(argument) ? argument.toString().toLowerCase() : '';
}
