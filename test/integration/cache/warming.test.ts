import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { leaveReport } from '../../../engine/cache/reports.ts';
import { Views } from '../../../engine/kpi/views.ts';
import type { WarmedVariant, WarmReport } from '../../../engine/model/cache-actions.ts';
import type { RedisRole } from '../../../engine/model/health.ts';
import type { TaskStatus } from '../../../engine/model/task.ts';
import type { JobData } from '../../../engine/queue/jobs.ts';
import { RedisLink } from '../../../engine/redis/link.ts';
import { Warming } from '../../../engine/wiring/warming.ts';
import { edpPack } from '../../../packs/edp/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let link: RedisLink<RedisRole>;
const settings = { criticalDays: 60, capitalRate: 0, fastCollectionDays: 30, monthlyGoal: null, targets: {} };
const resumeMs = 60_000;

beforeAll(async () => {
  redis = await startRedis();
  const common = { clock: systemClock, random: systemRandom, logger: silentLogger };
  link = new RedisLink<RedisRole>({ role: 'cache', url: redis.url, access: 'own', ...common });
  await link.whenReady(5_000);
});
afterAll(async () => {
  await link.close();
  await redis.stop();
});
beforeEach(() => link.command('FLUSHALL', (client) => client.flushall()));

const section = { key: 'k', section: 'kpis' };
const variants = {
  proved: { outcome: 'proved', proofs: [{ ...section, outcome: 'hit', problem: null }] },
  failed: { outcome: 'failed', proofs: [{ ...section, outcome: 'missing', problem: 'evicted' }] },
  skipped: { outcome: 'skipped', proofs: [] },
} as const;

async function openRoom() {
  const clock = new ManualClock();
  const store = await storeRoom(clock).open();
  const jobs: JobData['precompute'][] = [];
  const listeners = new Set<(status: TaskStatus) => void>();
  const queues = {
    enqueue: async (_name: string, data: object) => {
      jobs.push(data);
      return { taskId: `background:${jobs.length}`, joined: false };
    },
    onTaskChanged: (listener: (status: TaskStatus) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const views = new Views({ pack: edpPack, basis: { source: 'test', settings }, asOf: '2026-01-15', clock });
  const of = { pack: edpPack, views, links: { cache: link, broker: link }, queues, store };
  const warming = new Warming(
    { ...of, settings: { warming: true, warmLearnedCount: 5 }, onChanged: () => undefined },
    { clock, ids: systemIds, random: systemRandom, logger: silentLogger },
  );
  onTestFinished(() => warming.stop());
  let run = 0;
  const ended = (state: 'SUCCESS' | 'FAILURE', error: string | null): void => {
    const status = { taskId: `background:${run}`, job: 'precompute', state, error } as TaskStatus;
    for (const listener of listeners) listener(status);
  };
  /** As a worker leaves it: one variant of each outcome named. */
  async function warmed(outcomes: readonly (keyof typeof variants)[], gaveWay: string | null = null): Promise<void> {
    run += 1;
    const done = outcomes.map((outcome, at): WarmedVariant => {
      const proofs = variants[outcome].proofs.map((proof) => ({ ...proof }));
      const what = { filters: { cliente: `C${at}` }, origin: 'learned' as const, viewId: `${at}` };
      return { ...what, outcome, computedCount: 1, proofs, tookMs: 5 };
    });
    const proofs = done.flatMap((each) => each.proofs);
    const provedCount = proofs.filter(({ outcome }) => outcome === 'hit').length;
    const counts = { keyCount: proofs.length, provedCount, failedCount: proofs.length - provedCount };
    const finishedAtMs = clock.now() + run;
    const report: WarmReport = {
      taskId: `background:${run}`,
      startedAtMs: 0,
      finishedAtMs,
      variants: done,
      gaveWay,
      ...counts,
    };
    await leaveReport(link, 'warm-up', report);
    ended('SUCCESS', null);
    await until(() => warming.view().lastReport?.finishedAtMs === finishedAtMs, 15_000, 'the report');
  }
  const notices = () => store.notices.list().map(({ message }) => message);
  return { clock, warming, jobs, warmed, failed: (error: string) => ended('FAILURE', error), notices };
}

describe('after a warm-up that gave way', () => {
  test('it waits, says why, and goes on a minute later with what is not proved yet', async () => {
    const { clock, warming, jobs, warmed } = await openRoom();
    await warmed(['proved', 'failed', 'skipped', 'skipped'], '3 other jobs wait');
    expect(warming.view()).toMatchObject({ state: 'waiting', reason: '3 other jobs wait' });
    await clock.advance(resumeMs - 1);
    expect(jobs).toEqual([]);
    await clock.advance(1);
    expect(jobs).toEqual([
      {
        requestedBy: 'resume',
        variants: ['C1', 'C2', 'C3'].map((cliente) => ({ filters: { cliente }, origin: 'learned' })),
      },
    ]);
    expect(warming.view()).toMatchObject({ state: 'idle', reason: null });
  });

  test('it goes on once, also when a second one gave way meanwhile', async () => {
    const { clock, jobs, warmed } = await openRoom();
    await warmed(['skipped', 'skipped'], '1 other job waits');
    await clock.advance(resumeMs / 2);
    await warmed(['proved', 'skipped'], '1 other job waits');
    await clock.advance(2 * resumeMs);
    expect(jobs.map(({ variants: left }) => left?.map(({ filters }) => filters))).toEqual([[{ cliente: 'C1' }]]);
  });

  test('nothing goes on when the console stops first', async () => {
    const { clock, warming, jobs, warmed } = await openRoom();
    await warmed(['skipped'], '1 other job waits');
    warming.stop();
    await clock.advance(2 * resumeMs);
    expect(jobs).toEqual([]);
  });
});

describe('the proof of a warm-up', () => {
  test('that failed is noticed and counted until one succeeds', async () => {
    const { warming, warmed, notices } = await openRoom();
    expect(warming.unprovedCount).toBeNull();
    await warmed(['proved', 'failed', 'failed']);
    expect(warming.unprovedCount).toBe(2);
    expect(notices()).toEqual([expect.stringContaining('2 of 3 warmed keys are no hit when read back')]);
    await warmed(['proved']);
    expect(warming.unprovedCount).toBe(0);
    expect(notices()).toEqual([]);
  });

  test('is not taken back by one that gave way before its first key', async () => {
    const { warming, warmed, notices } = await openRoom();
    await warmed(['failed']);
    await warmed(['skipped'], '1 other job waits');
    expect(warming.unprovedCount).toBe(1);
    expect(notices()).toHaveLength(1);
  });

  test('counts as failed when the warm-up came to nothing, and says why', async () => {
    const { warming, warmed, failed, notices } = await openRoom();
    await warmed(['proved']);
    failed('the source is away');
    expect(warming.unprovedCount).toBe(1);
    expect(warming.view().failure).toBe('the source is away');
    expect(notices()).toEqual([expect.stringContaining('the source is away')]);
    await warmed(['proved']);
    expect(warming.view().failure).toBeNull();
    expect(warming.unprovedCount).toBe(0);
  });
});
