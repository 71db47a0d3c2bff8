/** Made-up workers for tests of the Workers page; what is pressed there changes them. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

export type Worker = CallOutput<'workers.list'>['workers'][number];

export interface WorkersScript {
  workers: Worker[];
  supervisor: CallOutput<'workers.supervisor'>;
  queueWorkers: CallOutput<'queues.workers'>['workers'];
  celeryWorkers: CallOutput<'celery.verdicts'>['workers'];
  recycled: string[];
  /** Every change fails with this message. */
  failure: string | null;
}

export function workersScript(nowMs: number): WorkersScript {
  return {
    workers: [
      worker(nowMs, 'w1', {
        own: true,
        verdict: 'consuming',
        evidence: 'heartbeat 2 s ago, began 14 jobs in the last minute',
      }),
      worker(nowMs, 'w2', {
        host: 'batch-2',
        verdict: 'wedged',
        evidence: 'heartbeat 3 s ago, no job begun for 43 s while 18 wait in kpis',
        activeJobCount: 4,
        activeJobs: [{ taskId: 'kpis:812', job: 'refresh-kpis', ageMs: 43_000 }],
        failedCount: 3,
      }),
      worker(nowMs, 'w3', {
        host: 'batch-3',
        verdict: 'gone',
        evidence: 'said goodbye 12 min ago',
        lastHeartbeatAtMs: nowMs - 720_000,
      }),
    ],
    supervisor: {
      processCount: 1,
      concurrency: 4,
      queues: ['kpis', 'dashboard', 'background'],
      maxJobsPerChild: 1_000,
      memoryCeilingBytes: 512 * 1_048_576,
      processes: [{ pid: 4_242, workerId: 'w1', startedAtMs: nowMs - 900_000, state: 'running' }],
      exits: [
        {
          atMs: nowMs - 900_000,
          pid: 4_100,
          workerId: 'w0',
          reason: 'recycled',
          why: '1,000 jobs done',
          uptimeMs: 7_200_000,
          restartInMs: null,
        },
        {
          atMs: nowMs - 8_100_000,
          pid: 4_000,
          workerId: 'w-1',
          reason: 'killed',
          why: 'refresh-kpis ran for over 120 s',
          uptimeMs: 60_000,
          restartInMs: 1_000,
        },
      ],
    },
    queueWorkers: [
      {
        workerId: 'reports@10.0.0.7:40112',
        connectionId: 'broker',
        kind: 'foreign',
        name: 'reports',
        queues: [{ prefix: 'bull', name: 'reports' }],
        address: '10.0.0.7:40112',
        connectedAtMs: nowMs - 3_600_000,
        lastHeartbeatAtMs: null,
        verdict: 'unknown',
        evidence: 'connected for 1 h; nothing waits in bull:reports',
      },
    ],
    celeryWorkers: [
      {
        brokerId: 'broker',
        node: 'celery@batch-7',
        verdict: 'wedged',
        reason: 'all_slots_stuck',
        words: 'all 2 pool processes run tasks far over their p95',
        evidence: [{ code: 'reply', values: { ageMs: 4_000 }, words: 'answers ping in 4 ms' }],
        flags: ['task_events_off'],
        sinceMs: nowMs - 60_000,
        slots: 2,
        activeCount: 2,
        processedCount: 640,
        queues: ['celery', 'reports'],
        pid: 911,
        version: '5.2.6',
        loadAverage: [0.1, 0.2, 0.3],
        heartbeatAgeMs: 1_500,
        replyAgeMs: 900,
        clockSkewMs: 12,
      },
    ],
    recycled: [],
    failure: null,
  };
}

function worker(nowMs: number, workerId: string, change: Partial<Worker>): Worker {
  return {
    workerId,
    host: 'console-1',
    pid: 4_242,
    version: '0.1.0',
    queues: ['kpis', 'dashboard', 'background'],
    slots: 4,
    slotsByQueue: { kpis: 2, dashboard: 1, background: 1 },
    activeJobCount: 0,
    activeJobs: [],
    verdict: 'consuming',
    evidence: '',
    startedAtMs: nowMs - 900_000,
    uptimeMs: 900_000,
    lastHeartbeatAtMs: nowMs - 2_000,
    processedCount: 1_204,
    failedCount: 0,
    recycledCount: 1,
    rssBytes: 182 * 1_048_576,
    cpuRatio: 0.12,
    eventLoopDelayMs: 4.2,
    clockSkewMs: 3,
    retiring: false,
    own: false,
    ...change,
  };
}

export function workersHandlers(script: WorkersScript): Partial<Handlers> {
  const mayFail = (): void => {
    if (script.failure !== null) throw new EngineError('QUEUE_JOB_FAILED', script.failure);
  };
  return {
    'workers.list': async () => ({ workers: script.workers }),
    'queues.workers': async () => ({ atMs: Date.now(), workers: script.queueWorkers }),
    'celery.verdicts': async () => ({ atMs: Date.now(), workers: script.celeryWorkers }),
    'workers.supervisor': async () => script.supervisor,
    'workers.recycle': async ({ workerId }) => {
      mayFail();
      script.recycled.push(workerId);
      script.workers = script.workers.map((each) => (each.workerId === workerId ? { ...each, retiring: true } : each));
      return { done: true };
    },
    'workers.scale': async ({ processCount }) => {
      mayFail();
      script.supervisor = { ...script.supervisor, processCount };
      return { done: true };
    },
  };
}
