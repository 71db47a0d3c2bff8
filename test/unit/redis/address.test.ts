import { describe, expect, test } from 'vitest';
import type { EngineError } from '../../../engine/base/errors.ts';
import { parseRedisUrl } from '../../../engine/redis/address.ts';

const defaultTls = { caFile: null, certFile: null, keyFile: null, servername: null, verify: true };

describe('a Redis address', () => {
  const nobody = { username: null, password: null };
  test.each([
    ['redis://localhost', { nodes: [{ host: 'localhost', port: 6379 }], db: 0, local: true }, 'redis://localhost:6379'],
    ['redis://h:7000/3', { nodes: [{ host: 'h', port: 7000 }], db: 3, local: false, ...nobody }, 'redis://h:7000/3'],
    ['redis://h?db=4', { nodes: [{ host: 'h', port: 6379 }], db: 4, tls: null }, 'redis://h:6379/4'],
    ['redis://[::1]:6380/0', { nodes: [{ host: '::1', port: 6380 }], local: true }, 'redis://[::1]:6380'],
    ['redis://:p%40ss@h', { username: null, password: 'p@ss' }, 'redis://h:6379'],
    ['redis://ana:s3cret@h', { username: 'ana', password: 's3cret' }, 'redis://h:6379'],
    ['redis://ana:a:b@h/', { username: 'ana', password: 'a:b', db: 0 }, 'redis://h:6379'],
    ['rediss://h:1', { topology: 'standalone', tls: { ...defaultTls } }, 'rediss://h:1'],
    [
      'rediss://h:1?ssl_cert_reqs=CERT_NONE&ssl_ca_certs=/ca.pem&ssl_certfile=/c.pem&ssl_keyfile=/k.pem&servername=r.test',
      { tls: { caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem', servername: 'r.test', verify: false } },
      'rediss://h:1',
    ],
    ['unix:///run/a%20b.sock?db=2', { topology: 'socket', path: '/run/a b.sock', db: 2 }, 'unix:///run/a b.sock?db=2'],
    ['unix://:pw@localhost/r.sock', { path: '/r.sock', db: 0, password: 'pw', local: true }, 'unix:///r.sock'],
    ['/run/redis.sock', { path: '/run/redis.sock', db: 0, nodes: [] }, 'unix:///run/redis.sock'],
    [
      'redis-sentinel://ana:pw@s1,s2:26380/shop/2?sentinel_password=other',
      {
        topology: 'sentinel',
        nodes: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_380 },
        ],
        ...{ masterName: 'shop', db: 2, username: 'ana', password: 'pw', sentinelPassword: 'other', local: false },
      },
      'redis-sentinel://s1:26379,s2:26380/shop/2',
    ],
    ['redis-sentinel://s1', { masterName: 'mymaster', db: 0 }, 'redis-sentinel://s1:26379/mymaster'],
    [
      'rediss-cluster://:pw@h1:7000,h2',
      {
        topology: 'cluster',
        nodes: [
          { host: 'h1', port: 7000 },
          { host: 'h2', port: 6379 },
        ],
        tls: { ...defaultTls },
      },
      'rediss-cluster://h1:7000,h2:6379',
    ],
    ['redis-cluster://127.0.0.1:1,localhost:2', { local: true }, 'redis-cluster://127.0.0.1:1,localhost:2'],
  ])('%s is understood and labelled without credentials', (url, address, label) => {
    expect(parseRedisUrl(url)).toMatchObject({ ...address, label });
  });

  test.each([
    '',
    'localhost:6379',
    'http://h',
    'redis://',
    'redis://h/zero',
    'redis://h/-1',
    'unix://relative',
    'unix://other-host/r.sock',
    'redis://h/99999999',
    'redis://h1,h2',
    'redis://h:0',
    'redis://h:66000',
    'redis://h/0/1',
    'redis-cluster://h/1',
    'redis-sentinel://h/m/0/x',
    'rediss://h?ssl_cert_reqs=perhaps',
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
