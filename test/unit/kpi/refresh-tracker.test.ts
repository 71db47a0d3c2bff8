import { beforeEach, describe, expect, test } from 'vitest';
import { RefreshTracker } from '../../../engine/kpi/refresh-tracker.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
let tracker: RefreshTracker;
beforeEach(() => {
  clock = new ManualClock();
  tracker = new RefreshTracker(clock);
});

describe('a refresh', () => {
  test('is idle until one is started', () => {
    expect(tracker.statusOf('v')).toEqual({ status: 'idle' });
    expect(tracker.shouldWait('v')).toBe(false);
  });

  test('tells its task, its progress and since when it runs', () => {
    const sinceMs = clock.now();
    tracker.started('v', 't');
    tracker.progressed('t', 0.4);
    expect(tracker.statusOf('v')).toEqual({ status: 'running', taskId: 't', progress: 0.4, sinceMs });
    expect(tracker.viewOf('t')).toBe('v');
  });

  test('keeps its start and progress when a second reader joins it', () => {
    tracker.started('v', 't');
    tracker.progressed('t', 0.4);
    tracker.started('v', 't');
    expect(tracker.statusOf('v')).toMatchObject({ progress: 0.4 });
  });

  test('counts failures in a row and waits twice as long after each, five minutes at most', () => {
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      tracker.started('v', `t${round}`);
      tracker.failed(`t${round}`, 'no source');
      const status = tracker.statusOf('v');
      if (status.status === 'failed') waits.push((status.nextTryAtMs ?? 0) - clock.now());
      expect(status).toMatchObject({ status: 'failed', times: round + 1, lastError: 'no source' });
      expect(tracker.shouldWait('v')).toBe(true);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1_000));
  });

  test('may be tried again once the wait is over', async () => {
    tracker.failedView('v', 'broker away');
    await clock.advance(4_999);
    expect(tracker.shouldWait('v')).toBe(true);
    await clock.advance(1);
    expect(tracker.shouldWait('v')).toBe(false);
  });

  test('forgets earlier failures once it succeeds', () => {
    tracker.failedView('v', 'broker away');
    tracker.started('v', 't');
    tracker.succeeded('t');
    expect(tracker.statusOf('v')).toEqual({ status: 'idle' });
  });

  test('that is revoked is neither a success nor a failure', () => {
    tracker.failedView('v', 'first');
    tracker.started('v', 't');
    tracker.ended('t');
    expect(tracker.statusOf('v')).toMatchObject({ status: 'failed', times: 1 });
  });

  test('of a task that was replaced tells nothing any more', () => {
    tracker.started('v', 'old');
    tracker.started('v', 'new');
    tracker.failed('old', 'late news');
    expect(tracker.statusOf('v')).toMatchObject({ status: 'running', taskId: 'new' });
  });
});
