import { describe, expect, test } from 'vitest';
import type { EngineError } from '../../../engine/base/errors.ts';
import { parseRedisUrl } from '../../../engine/redis/address.ts';

describe('a Redis address', () => {
  test.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }, 'redis://localhost:6379'],
    ['redis://h:7000/3', { host: 'h', port: 7000, db: 3 }, 'redis://h:7000/3'],
    ['redis://h?db=4', { host: 'h', port: 6379, db: 4 }, 'redis://h:6379/4'],
    ['redis://[::1]:6380/0', { host: '::1', port: 6380, db: 0 }, 'redis://[::1]:6380'],
    ['redis://:p%40ss@h', { host: 'h', port: 6379, db: 0, password: 'p@ss' }, 'redis://h:6379'],
    ['redis://ana:s3cret@h', { host: 'h', port: 6379, db: 0, username: 'ana', password: 's3cret' }, 'redis://h:6379'],
    ['rediss://h:1', { host: 'h', port: 1, db: 0, tls: {} }, 'rediss://h:1'],
    ['unix:///run/a%20b.sock?db=2', { path: '/run/a b.sock', db: 2 }, 'unix:///run/a b.sock?db=2'],
    ['unix://:pw@localhost/r.sock', { path: '/r.sock', db: 0, password: 'pw' }, 'unix:///r.sock'],
    ['/run/redis.sock', { path: '/run/redis.sock', db: 0 }, 'unix:///run/redis.sock'],
  ])('%s is understood and labelled without credentials', (url, options, label) => {
    expect(parseRedisUrl(url)).toEqual({ options, label });
  });

  test.each([
    '',
    'localhost:6379',
    'http://h',
    'redis://',
    'redis://h/zero',
    'redis://h/-1',
    'unix://relative',
    'redis://h/99999999',
  ])('%j is refused by its own code', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'REDIS_URL_INVALID' }));
  });

  test('a refused one does not repeat its password', () => {
    try {
      parseRedisUrl('redis://ana:s3cret@h/zero');
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify((error as EngineError).toView())).not.toContain('s3cret');
    }
  });
});
