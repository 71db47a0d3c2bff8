/** What one made-up Celery worker and its broker answer to the Workers page. */
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

type Answers = CallOutput<'celery.worker'>;
type Held = NonNullable<Answers['active']['value']>[number];

export interface CeleryWorkerScript {
  answers: Answers;
  fleets: CallOutput<'celery.workers'>['brokers'];
  /** Tasks taken up, by step of 15 s. */
  counts: (number | null)[];
}

const brokerId = 'broker';
const node = 'celery@batch-7';

function held(id: string, change: Partial<Held>): Held {
  return {
    taskId: `${id}-6b1f-4c1e-9d0a-3f2b8a7c5d10`,
    name: 'reports.build',
    startedAtMs: null,
    acknowledged: false,
    queue: 'reports',
    priority: 0,
    redelivered: false,
    workerPid: null,
    etaMs: null,
    ...change,
  };
}

export function celeryWorkerScript(nowMs: number): CeleryWorkerScript {
  const answered = <Value>(value: Value): { value: Value; askedAtMs: number; problem: null } => ({
    value,
    askedAtMs: nowMs - 2_000,
    problem: null,
  });
  const stats: NonNullable<Answers['stats']['value']> = {
    pid: 911,
    uptimeMs: 86_400_000,
    prefetchCount: 8,
    total: { 'reports.build': 410, 'mail.send_receipt': 230 },
    totalCount: 640,
    pool: {
      kind: 'prefork',
      startSize: 4,
      size: 2,
      processIds: [930, 931],
      maxTasksPerChild: 1_000,
      autoscale: null,
    },
    broker: { host: '10.0.0.5', port: 6_379, db: '0', ssl: false },
    maxRssBytes: 96 * 1_048_576,
    cpuSeconds: 812.4,
  };
  const queues = ['celery', 'reports'].map((name) => ({
    name,
    exchange: name,
    exchangeType: 'direct',
    routingKey: name,
  }));
  return {
    answers: {
      brokerId,
      node,
      stats: answered(stats),
      active: answered([
        held('00000001', { startedAtMs: nowMs - 480_000, workerPid: 930, acknowledged: true }),
        held('00000002', { startedAtMs: nowMs - 470_000, workerPid: 931, redelivered: true }),
      ]),
      reserved: answered([held('00000003', { name: 'mail.send_receipt', queue: 'celery' })]),
      scheduled: answered([held('00000004', { etaMs: nowMs + 7_200_000 })]),
      registered: answered([
        {
          name: 'reports.build',
          rateLimit: '2/m',
          softLimitS: 60,
          hardLimitS: 90,
          maxRetries: 3,
          acksLate: true,
        },
        {
          name: 'mail.send_receipt',
          rateLimit: null,
          softLimitS: null,
          hardLimitS: null,
          maxRetries: 3,
          acksLate: false,
        },
      ]),
      queues: answered(queues),
      conf: answered({ broker_url: '"redis://:********@10.0.0.5:6379/0"', task_acks_late: 'false', timezone: '"UTC"' }),
      revoked: answered(['00000009-6b1f-4c1e-9d0a-3f2b8a7c5d10']),
      problem: null,
      isObserved: false,
      asking: false,
    },
    fleets: [
      {
        brokerId,
        address: 'redis://10.0.0.5:6379/0',
        atMs: nowMs,
        problem: null,
        isObserved: false,
        asking: false,
        askedAtMs: nowMs - 2_000,
        listeners: 2,
        answers: 1,
        deafCount: 1,
        unreadableCount: 0,
        commandsPerMinute: 38,
        workers: [{ node, stats: answered(stats), queues: answered(queues), isDouble: false }],
      },
    ],
    counts: Array.from({ length: 40 }, (_, index) => (index === 20 ? null : 10 + (index % 7))),
  };
}

export function celeryWorkerHandlers(script: CeleryWorkerScript): Partial<Handlers> {
  return {
    'celery.worker': async () => script.answers,
    'celery.workers': async () => ({ brokers: script.fleets }),
    'celery.throughput': async () => ({ stepMs: 15_000, keptMs: 1_200_000, counts: script.counts }),
  };
}
