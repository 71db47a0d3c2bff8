import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { readReport } from '../../../engine/cache/reports.ts';
import { SectionComputer } from '../../../engine/kpi/section-computer.ts';
import { Views } from '../../../engine/kpi/views.ts';
import { type WarmReport, warmReportSchema } from '../../../engine/model/cache-actions.ts';
import type { SectionPayload } from '../../../engine/model/dashboard.ts';
import type { SqlSource } from '../../../engine/sources/source.ts';
import { type WarmUpParts, warmUp } from '../../../engine/wiring/warm-up.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { CacheFleet, type Member, testLayers } from '../../support/cache-fleet.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';

let redis: TestRedis;
let member: Member;
const fleet = new CacheFleet();
const settings = { criticalDays: 60, capitalRate: 0, fastCollectionDays: 30, monthlyGoal: null, targets: {} };

beforeAll(async () => {
  redis = await startRedis();
  member = await fleet.join(redis.url);
});
afterAll(async () => {
  await fleet.close();
  await redis.stop();
});
beforeEach(() => member.link.command('FLUSHALL', (client) => client.flushall()));

let computed = 0;
/** The pack's views and sections, their payloads made here. */
const pack = {
  ...edpPack,
  version: 1,
  computeSection: async ({ section }: { section: SectionPayload['section'] }) => {
    computed += 1;
    return { payload: { section, figures: {}, breakdowns: {}, missing: [] }, dataAsOfMs: null };
  },
};
const views = new Views({ pack, basis: { source: 'test', settings }, asOf: '2026-01-15', clock: systemClock });
const unused = async (): Promise<SqlSource> => ({}) as SqlSource;
const variants = [
  { filters: {}, origin: 'static' as const },
  { filters: { cliente: 'A' }, origin: 'learned' as const },
];

async function run(change: Partial<WarmUpParts> = {}): Promise<WarmReport> {
  computed = 0;
  const { cache, link } = member;
  const parts: WarmUpParts = {
    ...{ clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger, link, views },
    computer: new SectionComputer({ pack, cache, source: unused, settings, queryDeadlineMs: 5_000 }),
    layers: () => testLayers,
    deadlineMs: 5_000,
    waitingJobs: async () => 0,
    ...change,
  };
  const context = { taskId: 'background:1', signal: new AbortController().signal, progress: () => undefined };
  await warmUp(parts, { variants }, context);
  const report = await readReport(link, 'warm-up', warmReportSchema);
  if (!report) throw new Error('No report was left');
  return report;
}

describe('a warm-up', () => {
  test('proves each key by reading it back, and computes nothing again that is fresh', async () => {
    const report = await run();
    expect(report).toMatchObject({ keyCount: 14, provedCount: 14, failedCount: 0, gaveWay: null });
    expect(report.variants.map(({ outcome, computedCount }) => [outcome, computedCount])).toEqual([
      ['proved', 7],
      ['proved', 7],
    ]);
    expect(await run()).toMatchObject({ provedCount: 14, variants: [{ computedCount: 0 }, { computedCount: 0 }] });
    expect(computed).toBe(0);
  });

  test('that warms nothing says so, key by key, although its own memory has every value', async () => {
    const stop = member.cache.onStored(({ redisKey }) => {
      void member.link.command('evict', (client) => client.unlink(redisKey));
    });
    const report = await run();
    stop();
    expect(report).toMatchObject({ provedCount: 0, failedCount: 14 });
    expect(report.variants[0]).toMatchObject({ outcome: 'failed', proofs: expect.any(Array) });
    expect(report.variants[0]?.proofs[0]).toMatchObject({
      outcome: 'missing',
      problem: expect.stringMatching(/evicted/),
    });
  });

  test('goes on past a section that cannot be computed, and names it', async () => {
    const broken = {
      ...pack,
      computeSection: async (request: { section: SectionPayload['section'] }) => {
        if (request.section === 'charts') throw new Error('no such column');
        return pack.computeSection(request);
      },
    };
    const { cache } = member;
    const computer = new SectionComputer({ pack: broken, cache, source: unused, settings, queryDeadlineMs: 5_000 });
    const report = await run({ computer });
    expect(report).toMatchObject({ provedCount: 12, failedCount: 2 });
    const failed = report.variants.flatMap(({ proofs }) => proofs).filter(({ outcome }) => outcome !== 'hit');
    expect(failed).toMatchObject([
      { section: 'charts', outcome: 'compute-failed', problem: expect.stringMatching(/no such column/) },
      { section: 'charts', outcome: 'compute-failed' },
    ]);
  });

  test('gives way before the next view while other jobs wait, and says what is left', async () => {
    const waits = [0, 3];
    const report = await run({ waitingJobs: async () => waits.shift() ?? 0 });
    expect(report).toMatchObject({ gaveWay: '3 other jobs wait', keyCount: 7, provedCount: 7, failedCount: 0 });
    expect(report.variants.map(({ outcome }) => outcome)).toEqual(['proved', 'skipped']);
  });

  test('gives way when it cannot be seen whether others wait', async () => {
    const report = await run({ waitingJobs: () => Promise.reject(new Error('no broker')) });
    expect(report).toMatchObject({ gaveWay: expect.stringMatching(/cannot be seen: no broker/), keyCount: 0 });
  });
});
