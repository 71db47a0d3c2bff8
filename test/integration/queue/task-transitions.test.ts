/** Real tasks on a real broker, brought into every state and through every transition that the table allows. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { type TaskState, taskStateSchema } from '../../../engine/model/task.ts';
import type { JobQueues } from '../../../engine/queue/job-queues.ts';
import type { JobContext, JobHandlers } from '../../../engine/queue/job-runner.ts';
import { type TaskEvent, taskEvents, taskTransitions } from '../../../engine/queue/task-transitions.ts';
import type { RunningWorker } from '../../../engine/queue/worker-runtime.ts';
import { newJournal, openQueues, refreshOf, startWorker, untilState } from '../../support/queue-room.ts';
import { startRedis, type TestRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let queues: JobQueues;
let stage: Stage;

beforeAll(async () => {
  redis = await startRedis();
  queues = openQueues(redis.socketPath, { deadlineMs: 5_000 });
});
afterAll(async () => {
  await queues.close();
  await redis.stop();
});
afterEach(() => stage.close());

/** One task, and the job behind it that does what the test says. */
class Stage {
  readonly #view: string;
  #taskId = '';
  #worker: RunningWorker | null = null;
  #running: { context: JobContext; settle: PromiseWithResolvers<void> } | null = null;

  constructor(view: string) {
    this.#view = view;
  }

  async ask(): Promise<void> {
    this.#taskId = (await queues.enqueue('refresh-kpis', refreshOf(this.#view))).taskId;
  }

  /** What makes each event happen; the job itself is held until then. */
  readonly #acts: Readonly<Record<TaskEvent, () => Promise<void>>> = {
    begun: async () => {
      this.#worker ??= startWorker(redis.socketPath, newJournal(), { handlers: this.#handlers() });
      // Asking again ends the pause before the next try.
      if ((await queues.status(this.#taskId)).nextAttemptAtMs !== null) await this.ask();
      await until(() => this.#running !== null, 5_000, 'the job to begin');
    },
    progressed: async () => this.#running?.context.progress('kpis', 1, 2),
    succeeded: async () => this.#running?.settle.resolve(),
    failed: async () => this.#running?.settle.reject(new Error('once more')),
    'given-up': async () => this.#running?.settle.reject(new EngineError('FILTER_INVALID', 'never')),
    interrupted: async () => {
      await this.#worker?.stop(0);
      this.#worker = null;
    },
    cancelled: async () => {
      await queues.cancel(this.#taskId);
    },
  };

  async go(event: TaskEvent, to: TaskState): Promise<void> {
    await this.#acts[event]();
    await untilState(queues, this.#taskId, to);
  }

  async close(): Promise<void> {
    this.#running?.settle.resolve();
    await this.#worker?.stop(0);
    await queues.cancel(this.#taskId);
  }

  #handlers(): JobHandlers {
    const refresh = async (_data: unknown, context: JobContext): Promise<void> => {
      const settle = Promise.withResolvers<void>();
      // One that was cancelled goes on until the test says otherwise, as a job that does not listen.
      context.signal.addEventListener('abort', () => {
        if (String(context.signal.reason).includes('draining')) settle.reject(context.signal.reason);
      });
      this.#running = { context, settle };
      try {
        await settle.promise;
      } finally {
        this.#running = null;
      }
    };
    const nothing = async (): Promise<void> => undefined;
    return { 'refresh-kpis': refresh, 'refresh-dashboard': refresh, precompute: nothing, 'clean-up': nothing };
  }
}

interface Step {
  readonly event: TaskEvent;
  readonly to: TaskState;
}

/** The shortest way from PENDING to each state. */
const ways = new Map<TaskState, readonly Step[]>([['PENDING', []]]);
for (const [from, way] of ways) {
  for (const event of taskEvents) {
    const to = taskTransitions[from][event];
    if (to !== null && !ways.has(to)) ways.set(to, [...way, { event, to }]);
  }
}

const cases = taskStateSchema.options.flatMap((from) =>
  taskEvents.flatMap((event) => {
    const to = taskTransitions[from][event];
    return to === null ? [] : [{ from, event, to }];
  }),
);

describe('a task', () => {
  it.each(cases.filter(({ from, event }) => !(from === 'REVOKED' && event === 'succeeded')))(
    'that is $from and is $event becomes $to',
    async ({ from, event, to }) => {
      stage = new Stage(`${from}-${event}`);
      await stage.ask();
      for (const step of ways.get(from) ?? []) await stage.go(step.event, step.to);
      await stage.go(event, to);
    },
  );

  it('that is cancelled while it runs and does not listen becomes SUCCESS when it is done', async () => {
    stage = new Stage('deaf');
    await stage.ask();
    await stage.go('begun', 'STARTED');
    await stage.go('cancelled', 'REVOKED');
    await stage.go('succeeded', 'SUCCESS');
  });
});
