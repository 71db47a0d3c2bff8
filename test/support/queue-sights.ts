/** A queue inspector on a test's own Redis, and queues made by plain scripts of BullMQ 4, 5 and 6. */
import { Queue as Queue6, Worker as Worker6 } from 'bullmq';
import { Queue as Queue4, Worker as Worker4 } from 'bullmq4';
import { Queue as Queue5, Worker as Worker5 } from 'bullmq5';
import { type Clock, systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import type { HistoryPoint, QueueId } from '../../engine/model/queue.ts';
import type { ActionRequest, ActionRun } from '../../engine/model/queue-action.ts';
import { QueueActions } from '../../engine/queue/actions/queue-actions.ts';
import { QueueInspector } from '../../engine/queue/inspect/queue-inspector.ts';
import { linkServer } from '../../engine/queue/inspect/queue-server.ts';
import { RedisLink } from '../../engine/redis/link.ts';
import { OperateGate } from '../../engine/redis/operate-gate.ts';
import { until } from './until.ts';

export const connectionId = 'test';

export const majors = [4, 5, 6] as const;
export type Major = (typeof majors)[number];

/** What the tests use of a queue, the same in all versions. */
export interface PlainQueue {
  add(name: string, data: unknown, options?: Readonly<Record<string, unknown>>): Promise<{ id?: string | undefined }>;
  addBulk(jobs: { name: string; data: unknown; opts?: Readonly<Record<string, unknown>> }[]): Promise<unknown>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  getJobCounts(...states: string[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

export interface PlainWorker {
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

type Process = (job: {
  id?: string | undefined;
  name: string;
  data: unknown;
  attemptsMade: number;
}) => Promise<unknown>;

export function plainQueue(major: Major, path: string, name: string, prefix = 'bull'): PlainQueue {
  const options = { connection: { path }, prefix };
  switch (major) {
    case 4:
      return new Queue4(name, options);
    case 5:
      return new Queue5(name, options);
    case 6:
      return new Queue6(name, options) as PlainQueue;
  }
}

export function plainWorker(
  major: Major,
  path: string,
  name: string,
  work: Process,
  prefix = 'bull',
  concurrency = 1,
): PlainWorker {
  const options = { connection: { path, maxRetriesPerRequest: null }, prefix, concurrency };
  switch (major) {
    case 4:
      return new Worker4(name, work, options);
    case 5:
      return new Worker5(name, work, options);
    case 6:
      return new Worker6(name, work, options);
  }
}

export interface Sights {
  readonly link: RedisLink;
  readonly inspector: QueueInspector;
  readonly actions: QueueActions;
  readonly ended: ActionRun[];
  readonly history: { queue: QueueId; point: HistoryPoint }[];
  lock(locked: boolean): void;
  /** Waits until the queue is known, and looks at it once more. */
  see(name: string, prefix?: string): Promise<QueueId>;
  /** Plans, runs and waits for the end. */
  act(request: ActionRequest, confirmation?: string): Promise<ActionRun>;
  close(): Promise<void>;
}

export async function openSights(
  url: string,
  options: { clock?: Clock; periodMs?: number; own?: string } = {},
): Promise<Sights> {
  const clock = options.clock ?? systemClock;
  const gate = new OperateGate({
    title: 'the test server',
    byDefault: 'observe',
    clock: systemClock,
    onChange: () => undefined,
  });
  gate.unlock(60 * 60_000);
  const link = new RedisLink({
    role: connectionId,
    url,
    access: gate,
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  });
  await link.whenReady(5_000);
  const history: Sights['history'] = [];
  const ended: ActionRun[] = [];
  const inspector = new QueueInspector({
    clock,
    logger: silentLogger,
    history: { append: (points) => void history.push(...points) },
    periodMs: options.periodMs ?? 250,
  });
  const actions = new QueueActions({
    inspector,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    onEnded: (run) => void ended.push(run),
  });
  await inspector.add(linkServer({ connectionId, link: () => link, isOwn: (prefix) => prefix === options.own }));
  const known = (name: string, prefix: string): boolean =>
    inspector.list().queues.some(({ id, counts }) => id.name === name && id.prefix === prefix && counts !== null);
  return {
    link,
    inspector,
    actions,
    ended,
    history,
    lock(locked) {
      if (locked) gate.lock();
      else gate.unlock(60 * 60_000);
    },
    async see(name, prefix = 'bull') {
      await inspector.remove(connectionId);
      await inspector.add(linkServer({ connectionId, link: () => link, isOwn: (own) => own === options.own }));
      await until(
        async () => {
          await inspector.refresh(connectionId);
          return known(name, prefix);
        },
        10_000,
        `the queue ${prefix}:${name}`,
      );
      return { connectionId, prefix, name };
    },
    async act(request, confirmation = '') {
      const { planId } = await actions.plan(request);
      const { runId } = actions.run(planId, request, confirmation, 'tester');
      await until(() => actions.get(runId).state !== 'running', 20_000, `the end of ${request.action}`);
      await inspector.refresh(connectionId);
      const run = actions.get(runId);
      if (run.error !== null) throw new Error(`${request.action} failed: ${run.error}`);
      return run;
    },
    async close() {
      await actions.stop();
      await inspector.stop();
      await link.close();
      gate.close();
    },
  };
}
