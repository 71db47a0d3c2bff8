/** What the Redis page makes of what the engine answers: gaps, rates that are no rates, verdicts, the order of clients. */
import { describe, expect, it } from 'vitest';
import {
  clientKey,
  clientSorting,
  shownClients,
  sortingText,
} from '../../../src/renderer/pages/redis/clients-model.ts';
import {
  commandPerS,
  type Figures,
  type History,
  hitRatioLine,
  limitOf,
  lineOf,
  memoryVerdict,
  type Point,
  persistenceVerdict,
  replicationVerdict,
  sparseLineOf,
  topCommands,
  unseenSpans,
} from '../../../src/renderer/pages/redis/redis-model.ts';
import { gapSpans, timeTicks } from '../../../src/renderer/ui/charts/time-series.ts';
import { clientAt, figures } from '../../support/console-redis.ts';

function point(atMs: number, change: Partial<Point> = {}): Point {
  return { ...({} as Point), atMs, coveredMs: 10_000, hits: 90, misses: 10, limitBytes: null, ...change };
}

function history(points: Point[]): History {
  return { tier: 'ten-seconds', stepMs: 10_000, shards: ['one'], points };
}

describe('a line of the history', () => {
  it('is broken where a stretch is missing, and nowhere else', () => {
    const line = lineOf('ops', 'ops', history([point(0), point(10_000), point(50_000), point(60_000)]), () => 1);
    expect(line.points.map(({ atMs, value }) => [atMs, value])).toEqual([
      [0, 1],
      [10_000, 1],
      [20_000, null],
      [50_000, 1],
      [60_000, 1],
    ]);
    expect(gapSpans([line])).toEqual([[10_000, 50_000]]);
  });

  it('has the hit rate of the five minutes before each point, and none of too few reads', () => {
    const reads = (hits: number, misses: number) => ({ hits, misses });
    const ratios = (points: Point[], minimum: number) =>
      hitRatioLine('h', 'h', history(points), minimum).points.map(({ value }) => value);
    expect(ratios([point(0, reads(60, 0)), point(10_000, reads(20, 20)), point(20_000, reads(0, 0))], 100)).toEqual([
      null,
      0.8,
      0.8,
    ]);
    const later = Array.from({ length: 31 }, (_, n) => point(n * 10_000, n === 0 ? reads(0, 900) : reads(10, 0)));
    expect(ratios(later, 100).at(-2)).toBeLessThan(0.3);
    // What lies five minutes back counts no more.
    expect(ratios(later, 100).at(-1)).toBe(1);
    expect(ratios([point(0, { hits: null, misses: null })], 1)).toEqual([null]);
  });

  it('is not called unseen where there were too few reads, nor broken where latencies are looked for once a minute', () => {
    const points = Array.from({ length: 13 }, (_, n) =>
      point(n * 10_000, { hits: 0, misses: 0, p50Ms: n % 6 === 0 ? n : null }),
    );
    expect(unseenSpans(history(points))).toEqual([]);
    const line = sparseLineOf('p', 'p', history(points), ({ p50Ms }) => p50Ms);
    expect(line.points.map(({ value }) => value)).toEqual([0, 6, 12]);
    const away = [...points.slice(0, 7), point(400_000, { p50Ms: 5 })];
    expect(sparseLineOf('p', 'p', history(away), ({ p50Ms }) => p50Ms).points.map(({ value }) => value)).toEqual([
      0,
      6,
      null,
      5,
    ]);
    expect(unseenSpans(history(away))).toEqual([[60_000, 400_000]]);
  });

  it('knows the rate of a command, which is nothing when it was not called and unknown when nothing was counted', () => {
    expect(commandPerS(point(0, { commands: { get: 50 } }), 'get')).toBe(5);
    expect(commandPerS(point(0, { commands: { get: 50 } }), 'set')).toBe(0);
    expect(commandPerS(point(0, { commands: null }), 'get')).toBeNull();
  });

  it('draws the commands that were called most over all of it, never the rest together', () => {
    const points = [point(0, { commands: { get: 5, other: 900 } }), point(1, { commands: { set: 9, get: 5, del: 1 } })];
    expect(topCommands(points, 2)).toEqual(['get', 'set']);
  });

  it('has a limit as it is now, and says whether it was always that', () => {
    expect(limitOf([point(0), point(1)])).toBeNull();
    expect(limitOf([point(0, { limitBytes: 5 }), point(1, { limitBytes: 5 })])).toEqual({ bytes: 5, isSteady: true });
    expect(limitOf([point(0, { limitBytes: 5 }), point(1, { limitBytes: 9 })])).toEqual({ bytes: 9, isSteady: false });
  });
});

describe('a verdict', () => {
  const memory = (usedRatio: number, policy: string): Figures => {
    const all = figures();
    if (all.memory === null) throw new Error('figures without memory');
    return { ...all, memory: { ...all.memory, policy, limit: { kind: 'limited', bytes: 100, usedRatio } } };
  };

  it('is bad for a full memory only where writes would fail', () => {
    expect(memoryVerdict(memory(0.5, 'noeviction'))?.kind).toBe('fresh');
    expect(memoryVerdict(memory(0.95, 'noeviction'))).toEqual({ kind: 'failed', word: 'nearlyFull' });
    expect(memoryVerdict(memory(0.95, 'allkeys-lru'))).toEqual({ kind: 'stale', word: 'atLimit' });
  });

  it('names whatever of the persistence failed last', () => {
    const all = figures();
    const of = (part: Partial<Figures['persistence']>) =>
      persistenceVerdict({ ...all, persistence: { ...all.persistence, ...part } }).word;
    expect(of({})).toBe('snapshots');
    expect(of({ appendOnly: true })).toBe('appendOnly');
    expect(of({ appendOnly: true, lastRewriteOk: false })).toBe('failing');
    expect(of({ lastSaveOk: false })).toBe('failing');
    expect(of({ loading: true })).toBe('loading');
  });

  it('is silent where nothing is replicated, and bad where the master is away', () => {
    const all = figures();
    const of = (part: Partial<Figures['replication']>) =>
      replicationVerdict({ ...all, replication: { ...all.replication, ...part } })?.word ?? null;
    const replica = { address: 'a', state: 'online', lagBytes: 0, lagS: 0 };
    expect(of({})).toBeNull();
    expect(of({ role: 'replica', masterLinkUp: false })).toBe('masterAway');
    expect(of({ replicas: [replica] })).toBe('inStep');
    expect(of({ replicas: [{ ...replica, lagS: 30 }] })).toBe('lagging');
    expect(of({ replicas: [{ ...replica, state: 'wait_bgsave' }] })).toBe('lagging');
  });
});

describe('clients', () => {
  const all = Array.from({ length: 100 }, (_, index) => clientAt(index, 100));

  it('are told apart by their server too', () => {
    expect(clientKey({ shard: 'a:1', id: '7' })).not.toBe(clientKey({ shard: 'b:1', id: '7' }));
  });

  it('are found by address, name, command or kind', () => {
    const found = (text: string, kind: Parameters<typeof shownClients>[2]) =>
      shownClients(all, text, kind, clientSorting('')).map(({ id }) => id);
    expect(found('10.0.0.42:', 'all')).toEqual(['1042']);
    expect(found('', 'own')).toEqual(['1099']);
    expect(found('web-4', 'blocked')).toEqual(['1084']);
    expect(found('BRPOP', 'all').length).toBe(33);
  });

  it('are in the order that the address says; what is not known is last in both directions', () => {
    const first = (sort: string) => shownClients(all, '', 'all', clientSorting(sort))[0]?.id;
    expect(first('')).toBe('1017');
    expect(first('age')).toBe('1000');
    expect(first('-age')).toBe('1099');
    for (const sort of ['name', '-name']) {
      expect(shownClients(all, '', 'all', clientSorting(sort)).at(-1)?.name).toBeNull();
      expect(sortingText(clientSorting(sort))).toBe(sort);
    }
    expect(clientSorting('nonsense').columnId).toBe('memory');
  });
});

describe('the axis of a year', () => {
  it('has no more marks than can be read', () => {
    const dayMs = 86_400_000;
    for (const days of [1 / 144, 1 / 24, 1, 7, 365]) {
      const ticks = timeTicks(0, days * dayMs, 8);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThanOrEqual(9);
    }
  });
});
