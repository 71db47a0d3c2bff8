/** The past of queues: minutes add up to hours and days, and each tier keeps its own time. */
import { describe, expect, it } from 'vitest';
import type { HistoryPoint } from '../../../engine/model/queue.ts';
import { storeRoom } from '../../support/store-room.ts';

const queue = { connectionId: 'broker', prefix: 'bull', name: 'q' };
const minute = 60_000;
const startMs = Date.UTC(2026, 0, 15);

function point(atMs: number, change: Partial<HistoryPoint> = {}): HistoryPoint {
  return {
    atMs,
    waiting: 1,
    active: 0,
    delayed: 0,
    failed: 0,
    addedJobs: 2,
    startedJobs: 2,
    finishedJobs: 2,
    failedJobs: 0,
    oldestWaitingMs: null,
    waitP95Ms: null,
    runP95Ms: 10,
    workers: 1,
    sizeBytes: null,
    ...change,
  };
}

describe('a queue’s history', () => {
  it('keeps the last of counts, the sum of jobs and the worst of times, in every tier', async () => {
    const { queueHistory } = await storeRoom().open();
    queueHistory.append([{ queue, point: point(startMs, { waiting: 5, runP95Ms: 900, oldestWaitingMs: 70 }) }]);
    queueHistory.append([{ queue, point: point(startMs + minute, { waiting: 3, addedJobs: null, sizeBytes: 100 }) }]);
    const minutes = queueHistory.read(queue, 'minute', startMs, startMs + minute);
    expect(minutes.map(({ waiting }) => waiting)).toEqual([5, 3]);
    for (const tier of ['hour', 'day'] as const) {
      expect(queueHistory.read(queue, tier, startMs, startMs + minute)).toEqual([
        point(startMs, {
          waiting: 3,
          addedJobs: 2,
          startedJobs: 4,
          finishedJobs: 4,
          failedJobs: 0,
          runP95Ms: 900,
          oldestWaitingMs: 70,
          sizeBytes: 100,
        }),
      ]);
    }
  });

  it('belongs to one queue of one connection', async () => {
    const { queueHistory } = await storeRoom().open();
    queueHistory.append([{ queue, point: point(startMs) }]);
    expect(queueHistory.read({ ...queue, connectionId: 'other' }, 'minute', startMs, startMs)).toEqual([]);
    expect(queueHistory.read({ ...queue, prefix: 'other' }, 'minute', startMs, startMs)).toEqual([]);
  });

  it('loses minutes after two days, hours after thirty, days after a year; its size follows', async () => {
    const { queueHistory } = await storeRoom().open();
    queueHistory.append([{ queue, point: point(startMs) }]);
    const left = (nowMs: number): number[] => {
      while (queueHistory.pruneStep(nowMs) > 0);
      return (['minute', 'hour', 'day'] as const).map(
        (tier) => queueHistory.read(queue, tier, startMs, startMs).length,
      );
    };
    const day = 24 * 60 * minute;
    const full = queueHistory.sizeBytes();
    expect(left(startMs + day)).toEqual([1, 1, 1]);
    expect(left(startMs + 3 * day)).toEqual([0, 1, 1]);
    expect(queueHistory.sizeBytes()).toBeLessThan(full);
    expect(left(startMs + 31 * day)).toEqual([0, 0, 1]);
    expect(left(startMs + 366 * day)).toEqual([0, 0, 0]);
  });
});
