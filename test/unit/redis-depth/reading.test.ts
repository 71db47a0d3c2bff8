/** What INFO, LATENCY, the slow log and CLIENT LIST say, read into figures. */
import { describe, expect, test } from 'vitest';
import { CounterRing } from '../../../engine/health/redis/counter-ring.ts';
import { clientsOf } from '../../../engine/redis/client-list.ts';
import { infoFields } from '../../../engine/redis/info.ts';
import { commandCountersOf, countersOf, figuresOf } from '../../../engine/redis/info-figures.ts';
import { namespaceOf } from '../../../engine/redis/keys/analysis-tally.ts';
import { shownOf } from '../../../engine/redis/keys/names.ts';
import { histogramsOf, latencyEventsOf, quantileMs, since } from '../../../engine/redis/latency.ts';
import { shapeOf, slowEntriesOf, slowGroupsOf } from '../../../engine/redis/slow-log.ts';

describe('INFO', () => {
  test('tells of replicas and their lag, of databases, and of commands', () => {
    const fields = infoFields(
      [
        '# Replication',
        'role:master',
        'master_repl_offset:1000',
        'slave0:ip=10.0.0.2,port=6379,state=online,offset=900,lag=1',
        'db0:keys=5,expires=2,avg_ttl=1500',
        'db3:keys=1,expires=0,avg_ttl=0',
        'cmdstat_config|get:calls=3,usec=20,usec_per_call=6.67,rejected_calls=1,failed_calls=2',
      ].join('\r\n'),
    );
    const { replication, databases, keyCount, memory } = figuresOf(fields);
    expect(replication).toMatchObject({
      role: 'master',
      replicas: [{ address: '10.0.0.2:6379', state: 'online', lagBytes: 100, lagS: 1 }],
    });
    expect(databases).toEqual([
      { db: 0, keyCount: 5, expiringCount: 2, averageTtlMs: 1_500 },
      { db: 3, keyCount: 1, expiringCount: 0, averageTtlMs: null },
    ]);
    expect({ keyCount, memory }).toEqual({ keyCount: 6, memory: null });
    expect(commandCountersOf(fields).get('config|get')).toEqual({ calls: 3, usec: 20, rejected: 1, failed: 2 });
  });

  test('no limit is never divided by, and a small server is not called fragmented', () => {
    const of = (lines: string[]) => figuresOf(infoFields(lines.join('\n'))).memory;
    const small = ['used_memory:1000000', 'used_memory_rss:12000000', 'maxmemory:0', 'total_system_memory:5'];
    expect(of(small)).toMatchObject({ limit: { kind: 'none', systemBytes: 5 }, fragmentationRatio: null });
    const big = ['used_memory:100000000', 'used_memory_rss:150000000', 'maxmemory:200000000'];
    expect(of(big)).toMatchObject({
      limit: { kind: 'limited', bytes: 200_000_000, usedRatio: 0.5 },
      fragmentationRatio: 1.5,
    });
  });
});

describe('windows', () => {
  const counted = (atS: number, hits: number, misses: number, runId = 'a') => ({
    monotonicMs: atS * 1_000,
    counters: countersOf(
      infoFields(
        `run_id:${runId}\nkeyspace_hits:${hits}\nkeyspace_misses:${misses}\ntotal_commands_processed:${hits + misses}`,
      ),
    ),
  });

  test('count what happened in them only', () => {
    const ring = new CounterRing();
    for (let atS = 0; atS <= 600; atS += 2) ring.take(counted(atS, atS < 540 ? 0 : (atS - 540) * 10, atS * 10));
    expect(ring.window(60_000)).toMatchObject({ coveredMs: 60_000, hits: { reads: 1_200, ratio: 0.5 }, opsPerS: 20 });
    const long = ring.window(300_000);
    expect(long.hits.ratio).toBeCloseTo(600 / 3_600, 1);
    expect(ring.window(3_600_000).coveredMs).toBe(600_000);
  });

  test('begin anew with another run of the server', () => {
    const ring = new CounterRing();
    ring.take(counted(0, 1_000, 1_000));
    ring.take(counted(2, 1_000, 1_100));
    ring.take(counted(4, 2_000, 2_000, 'b'));
    expect(ring.window(60_000)).toMatchObject({ coveredMs: 0, opsPerS: null, hits: { reads: 0, ratio: null } });
  });
});

describe('LATENCY', () => {
  test('histograms become what came since, with quantiles', () => {
    const of = (calls: number, buckets: number[]) => histogramsOf(['GET', ['calls', calls, 'histogram_usec', buckets]]);
    const [before, after] = [of(10, [1, 8, 4, 10]).get('get'), of(110, [1, 58, 4, 100, 1024, 110]).get('get')];
    expect([...(before ?? [])]).toEqual([
      [1, 8],
      [4, 2],
    ]);
    const more = since(after ?? new Map(), before);
    expect([...(more ?? [])]).toEqual([
      [1, 50],
      [4, 40],
      [1024, 10],
    ]);
    expect([quantileMs(more ?? new Map(), 0.5), quantileMs(more ?? new Map(), 0.99)]).toEqual([0.001, 1.024]);
    expect(since(before ?? new Map(), after)).toBeNull();
  });

  test('events have their times', () => {
    expect(latencyEventsOf([['fork', 1_700_000_000, 12, 40]])).toEqual([
      { event: 'fork', atMs: 1_700_000_000_000, latestMs: 12, worstMs: 40 },
    ]);
  });
});

describe('the slow log', () => {
  test.each([
    [['HGETALL', 'user:17:cart'], 'HGETALL user:*:cart'],
    [['get', '{0f3a9c1d2e}:a'], 'GET *:a'],
    [['CONFIG', 'GET', '*'], 'CONFIG GET'],
    [['KEYS', 'session:*'], 'KEYS session:*'],
    [['EVALSHA', 'abc', '1', 'bull:mail:wait'], 'EVALSHA bull:mail:wait'],
    [['MEMORY', 'USAGE', 'a:1'], 'MEMORY USAGE a:*'],
    [['SCAN', '0'], 'SCAN'],
  ])('%j has the shape %s', (words, shape) => {
    expect(shapeOf(words)).toBe(shape);
  });

  test('is grouped by shape and client, the costliest first', () => {
    const entries = slowEntriesOf(
      [
        [1, 100, 5_000, ['get', 'a:1'], '10.0.0.1:5555', ''],
        [2, 101, 7_000, ['get', 'a:2'], '10.0.0.1:6666', ''],
        [3, 102, 20_000, ['SCAN', '0'], '10.0.0.2:1', 'vigia:cache:1:watch'],
      ],
      's1',
    );
    expect(slowGroupsOf(entries)).toMatchObject([
      { shape: 'SCAN', own: true, totalMs: 20 },
      { shape: 'GET a:*', client: '10.0.0.1', own: false, count: 2, totalMs: 12, worstMs: 7 },
    ]);
  });
});

test('clients are told by what they do', () => {
  const line = (more: string): string =>
    `id=7 addr=1.2.3.4:5 name=x age=10 idle=2 db=1 omem=5 tot-mem=9 cmd=get user=u ${more}`;
  const kinds = ['flags=N sub=0', 'flags=P sub=1', 'flags=S', 'flags=b'].map(
    (flags) => clientsOf(line(flags), 's')[0]?.kind,
  );
  expect(kinds).toEqual(['normal', 'subscriber', 'replica', 'blocked']);
  expect(clientsOf(line('flags=N'), 's')[0]).toMatchObject({
    id: '7',
    db: 1,
    outputBytes: 5,
    memoryBytes: 9,
    idleS: 2,
  });
});

test.each([
  ['session:abc', 'session:*'],
  ['user:17:orders:5:lines', 'user:*:orders:*'],
  ['{0123456789abcdef}:kpis', '*:*'],
  ['plain', '(no namespace)'],
])('the namespace of %s is %s', (key, namespace) => {
  expect(namespaceOf(key, ':')).toBe(namespace);
});

test('a text that is cut within a character is still text', () => {
  const bytes = Buffer.from('añ').subarray(0, 2);
  expect(shownOf(bytes, 3)).toEqual({ format: 'text', text: 'a', wholeBytes: 3, cut: true });
});
