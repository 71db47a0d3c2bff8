import { describe, expect, it } from 'vitest';
import type { QueueCounts, QueueName } from '../../../engine/model/task.ts';
import type { WorkerReport } from '../../../engine/queue/fleet.ts';
import { judgeWorker, type QueueMovement } from '../../../engine/queue/judge-worker.ts';

const now = Date.UTC(2026, 2, 31, 12);
const second = 1_000;
const minute = 60 * second;

function report(change: Partial<WorkerReport> = {}): WorkerReport {
  return {
    workerId: 'w1',
    host: 'host',
    pid: 7,
    version: '1',
    queues: ['kpis', 'dashboard', 'background'],
    concurrency: 4,
    startedAtMs: now - 60 * minute,
    sentAtMs: now - 2 * second,
    activeJobs: [],
    processedCount: 0,
    failedCount: 0,
    recycledCount: 0,
    cpuRatio: null,
    runs: {},
    retiring: false,
    rssBytes: 1,
    eventLoopDelayMs: 0,
    slots: { kpis: 1, dashboard: 2, background: 1 },
    lastStartedAtMs: {},
    clockSkewMs: 0,
    goodbye: false,
    ...change,
  };
}

function queue(name: QueueName, waiting: number, oldestWaitingMs: number | null): QueueCounts {
  return { queue: name, waiting, active: 0, delayed: 0, failed: 0, completed: 0, oldestWaitingMs };
}

const running = (...queues: QueueName[]): WorkerReport['activeJobs'] =>
  queues.map((name, index) => ({ taskId: `${name}:${index}`, job: 'refresh-kpis', startedAtMs: now - minute }));

const empty = [queue('kpis', 0, null), queue('dashboard', 0, null), queue('background', 0, null)];
const waitingKpis = [queue('kpis', 3, 43 * second)];

describe('a worker', () => {
  it.each<[string, Partial<WorkerReport>, QueueCounts[] | null, string, string]>([
    ['that beats, with nothing to do', {}, empty, 'consuming', 'nothing to do yet, heartbeat 2 s ago'],
    [
      'that began a job lately',
      { lastStartedAtMs: { kpis: now - 12 * second } },
      empty,
      'consuming',
      'last job begun 12 s ago, heartbeat 2 s ago',
    ],
    ['with a slot free', { activeJobs: running('kpis') }, empty, 'consuming', '1 of 4 slots taken, heartbeat 2 s ago'],
    [
      'with every slot taken',
      { activeJobs: running('kpis', 'dashboard', 'dashboard', 'background') },
      waitingKpis,
      'busy',
      'all 4 slots taken, the oldest job runs for 1 min',
    ],
    [
      'that begins nothing while its queue waits',
      {},
      waitingKpis,
      'wedged',
      '3 jobs in kpis, the oldest for 43 s, but it began none for 1 h with 1 free',
    ],
    [
      'that begins nothing of one queue while it works for another',
      { activeJobs: running('dashboard'), lastStartedAtMs: { dashboard: now - second } },
      waitingKpis,
      'wedged',
      '3 jobs in kpis, the oldest for 43 s, but it began none for 1 h with 1 free',
    ],
    [
      'whose only slot for the waiting queue is taken',
      { activeJobs: running('kpis') },
      waitingKpis,
      'consuming',
      '1 of 4 slots taken, heartbeat 2 s ago',
    ],
    [
      'that works through a long queue',
      { lastStartedAtMs: { kpis: now - 5 * second } },
      waitingKpis,
      'consuming',
      'last job begun 5 s ago, heartbeat 2 s ago',
    ],
    [
      'that was started a moment ago',
      { startedAtMs: now - 10 * second },
      waitingKpis,
      'consuming',
      'nothing to do yet, heartbeat 2 s ago',
    ],
    [
      'whose queue waits only shortly',
      {},
      [queue('kpis', 1, 20 * second)],
      'consuming',
      'nothing to do yet, heartbeat 2 s ago',
    ],
    [
      'that does not serve the waiting queue',
      { queues: ['background'], slots: { background: 4 } },
      waitingKpis,
      'consuming',
      'nothing to do yet, heartbeat 2 s ago',
    ],
    ['whose queues could not be counted', {}, null, 'consuming', 'heartbeat 2 s ago; the queues could not be counted'],
    [
      'that has been silent for three heartbeats',
      { sentAtMs: now - 16 * second, activeJobs: running('kpis') },
      waitingKpis,
      'unknown',
      'no heartbeat for 16 s; it ran 1 job then',
    ],
    [
      'silent at the limit',
      { sentAtMs: now - 15 * second },
      empty,
      'consuming',
      'nothing to do yet, heartbeat 15 s ago',
    ],
    ['silent for ten minutes', { sentAtMs: now - 11 * minute }, empty, 'gone', 'last heartbeat 11 min ago'],
    ['that said goodbye', { goodbye: true }, waitingKpis, 'gone', 'stopped in order 2 s ago'],
    [
      'on a machine whose clock is an hour ahead',
      { sentAtMs: now + 60 * minute - 2 * second, startedAtMs: now, clockSkewMs: 60 * minute },
      empty,
      'consuming',
      'nothing to do yet, heartbeat 2 s ago',
    ],
  ])('%s', (_title, change, queues, verdict, evidence) => {
    expect(judgeWorker({ report: report(change), queues, brokerNowMs: now })).toMatchObject({ verdict, evidence });
  });
});

describe('a worker, by what is known of its queues', () => {
  const full = { activeJobs: running('kpis', 'dashboard', 'dashboard', 'background') };
  const judged = (change: Partial<WorkerReport>, movement: QueueMovement): string => {
    const { verdict, evidence } = judgeWorker({
      report: report(change),
      queues: waitingKpis,
      brokerNowMs: now + 2 * second,
      movement,
    });
    return `${verdict}: ${evidence}`;
  };

  it('is not wedged while its queue is paused or at a limit', () => {
    expect(judged({}, { kpis: { heldBack: null, runP95Ms: null } })).toMatch(/^wedged/);
    expect(judged({}, { kpis: { heldBack: 'the queue is paused', runP95Ms: null } })).toMatch(/^consuming/);
  });

  it('with every slot taken is wedged when its oldest job runs far beyond its like, and busy before', () => {
    expect(judged(full, { kpis: { heldBack: null, runP95Ms: 30 * second } })).toBe(
      'busy: all 4 slots taken, the oldest job runs for 1 min; 95 of 100 end within 30 s',
    );
    expect(judged(full, { kpis: { heldBack: null, runP95Ms: 2 * second } })).toBe(
      'wedged: 3 jobs wait; all 4 slots taken, the oldest job runs for 1 min; 95 of 100 end within 2 s',
    );
  });
});
