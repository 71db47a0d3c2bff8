/** How soon each way in which a real Celery worker goes bad is told rightly, and whether it was told wrongly before. */
import { type CeleryRoom, celeryRoom } from '../../test/support/celery-room.ts';
import { type CeleryFleet, type CeleryWorker, celeryFleet } from '../../test/support/celery-workers.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { atMost, type Row } from '../row.ts';

type Verdict = NonNullable<ReturnType<CeleryRoom['verdict']>>['verdict'];

interface Case {
  readonly name: string;
  readonly right: Verdict;
  /** What may be said on the way there, besides the right one. */
  readonly before: readonly Verdict[];
  readonly breakIt: (worker: CeleryWorker, fleet: CeleryFleet) => Promise<unknown>;
}

const cases: readonly Case[] = [
  {
    name: 'SIGSTOP, unknown',
    right: 'unknown',
    before: ['consuming'],
    breakIt: async (worker) => worker.signal('SIGSTOP'),
  },
  {
    name: 'SIGKILL, gone',
    right: 'gone',
    before: ['consuming', 'unknown'],
    breakIt: async (worker) => worker.kill(),
  },
  {
    name: 'all children blocked, wedged',
    right: 'wedged',
    before: ['consuming', 'busy'],
    breakIt: (_worker, fleet) => fleet.python('[forever.delay() for i in range(5)]'),
  },
  {
    name: 'no longer consuming while work waits, wedged',
    right: 'wedged',
    before: ['consuming'],
    breakIt: ({ node }, fleet) =>
      fleet.python(`app.control.cancel_consumer("celery", destination=["${node}"], reply=True)\nadd.delay(1, 2)`),
  },
];

const giveUpMs = 60_000;

export async function verdicts(): Promise<Row[]> {
  const rows: Row[] = [];
  let wrong = 0;
  for (const each of cases) {
    const { tookMs, others } = await measured(each);
    wrong += others.filter((verdict) => !each.before.includes(verdict)).length;
    const name = `right verdict after ${each.name}`;
    rows.push(atMost(15, { area: 'celery', name, unit: 's', ours: tookMs / 1_000 }));
  }
  const name = 'wrong verdicts on the way there';
  return [...rows, atMost(0, { area: 'celery', name, unit: 'verdicts', ours: wrong })];
}

/** From the moment when it is bad: what starting Python to break it takes is no part of it. */
async function measured({ right, breakIt }: Case): Promise<{ tookMs: number; others: Verdict[] }> {
  const redis = await startRedis({ tcp: true });
  const url = `redis://127.0.0.1:${redis.port}/0`;
  const fleet = celeryFleet(url);
  const room = await celeryRoom(url);
  try {
    const worker = await fleet.start({ args: ['-c', '2'] });
    const verdictNow = (): Verdict | null => room.verdict(worker.node)?.verdict ?? null;
    await until(() => verdictNow() === 'consuming' && room.verdict(worker.node)?.slots === 2, giveUpMs);
    const others = new Set<Verdict>();
    await breakIt(worker, fleet);
    const startMs = performance.now();
    const isRight = (): boolean => {
      const verdict = verdictNow();
      if (verdict !== null && verdict !== right) others.add(verdict);
      return verdict === right;
    };
    await until(isRight, giveUpMs, right);
    return { tookMs: performance.now() - startMs, others: [...others] };
  } finally {
    await room.stop();
    await fleet.stop();
    await redis.stop();
  }
}
