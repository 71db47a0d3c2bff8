import { describe, expect, test } from 'vitest';
import { parseInfo } from '../../../engine/redis/info.ts';

const info = `# Server\r\nredis_version:7.0.15\r\nprocess_id:4711\r\nuptime_in_seconds:60\r\n\r\n# Memory\r\nused_memory:1048576\r
maxmemory:0\r\nmaxmemory_policy:noeviction\r\n# Stats\r\nevicted_keys:3\r\nkeyspace_hits:9\r\nkeyspace_misses:1\r
aof_enabled:1\r\n# Keyspace\r\ndb0:keys=5,expires=1,avg_ttl=0\r\ndb7:keys=2,expires=0,avg_ttl=0\r\n`;

describe('INFO', () => {
  test('becomes typed facts', () => {
    expect(parseInfo(info)).toMatchObject({
      version: '7.0.15',
      processId: 4711,
      uptimeS: 60,
      evictedKeyCount: 3,
      hitCount: 9,
      missCount: 1,
      keyCount: 7,
      appendOnly: true,
    });
  });

  test('without a memory limit says that there is none', () => {
    expect(parseInfo(info).memory).toEqual({ usedBytes: 1_048_576, limitBytes: null, policy: 'noeviction' });
  });

  test('tells a limit that is set', () => {
    expect(parseInfo('used_memory:1\r\nmaxmemory:268435456\r\nmaxmemory_policy:allkeys-lru\r\n').memory).toEqual({
      usedBytes: 1,
      limitBytes: 268_435_456,
      policy: 'allkeys-lru',
    });
  });

  test('of a service that hides things leaves them unknown', () => {
    expect(parseInfo('redis_version:7.2.4\n')).toMatchObject({ memory: null, evictedKeyCount: null, appendOnly: null });
  });
});
