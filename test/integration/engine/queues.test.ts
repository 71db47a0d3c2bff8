/** The queues through the contract: the real program, its own queues, an action with its line in the audit log. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QueueView } from '../../../engine/model/queue.ts';
import { queuePrefix } from '../../../engine/queue/broker.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole({ env: { VIGIA_DEMO_ROWS: '2000', VIGIA_AS_OF: '2026-11-22' } });
  await until(async () => (await served.client.call('workers.list', {})).workers.length > 0, 20_000, 'a worker');
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
});

async function queueNamed(name: string): Promise<QueueView> {
  let found: QueueView | undefined;
  await until(
    async () => {
      const { queues } = await served.client.call('queues.list', {});
      found = queues.find(({ id, counts }) => id.name === name && counts !== null);
      return found !== undefined;
    },
    20_000,
    `the queue ${name}`,
  );
  if (!found) throw new Error(`no ${name}`);
  return found;
}

test('the engine’s own queues are found, with their workers, and marked as its own', async () => {
  await served.client.call('dashboard.get', { filters: {}, waitMs: 20_000 });
  const view = await queueNamed('dashboard');
  expect(view).toMatchObject({
    own: true,
    writable: true,
    maker: { major: 6 },
    id: { connectionId: 'broker', prefix: queuePrefix },
  });
  const { workers } = await served.client.call('queues.workers', { queue: view.id });
  expect(workers).toMatchObject([{ kind: 'own' }]);
  const { rows } = await served.client.call('jobs.list', { queues: [view.id], states: ['completed'], limit: 5 });
  expect(rows[0]).toMatchObject({ name: 'refresh-dashboard', state: 'completed' });
  const { job } = await served.client.call('jobs.get', { queue: view.id, jobId: rows[0]?.jobId ?? '' });
  expect(job?.timeline.map(({ kind }) => kind)).toEqual(['created', 'started', 'completed']);
  const flow = await served.client.call('jobs.flow', { queue: view.id, jobId: rows[0]?.jobId ?? '' });
  expect(flow.root).toMatchObject({ asked: true, children: [] });
  expect((await served.client.call('jobs.failures', { queues: [view.id] })).groups).toEqual([]);
  const now = Date.now();
  const history = await served.client.call('queues.history', { queue: view.id, fromMs: now - 3_600_000, toMs: now });
  expect(history).toMatchObject({ tier: 'minute', stepMs: 60_000 });
});

test('an action is planned, run, told to the consoles, and written to the audit log with its end', async () => {
  const { id } = await queueNamed('background');
  const changed: string[] = [];
  const stop = served.client.on('queueActions.changed', ({ runId }) => changed.push(runId));
  const request = { action: 'set-concurrency' as const, queue: id, concurrency: 3 };
  const plan = await served.client.call('queueActions.plan', { request });
  expect(plan).toMatchObject({ refused: null, confirmation: null });
  const { runId } = await served.client.call('queueActions.run', { planId: plan.planId, request: plan.request });
  await until(async () => (await served.client.call('queueActions.get', { runId })).state === 'done');
  await until(() => changed.includes(runId));
  stop();
  await until(async () => (await served.client.call('queues.get', id)).concurrency === 3);
  const audit = new DatabaseSync(join(served.dataDir, 'vigia.db'), { readOnly: true });
  const lines = audit
    .prepare("SELECT call, outcome, input FROM audit WHERE call LIKE 'queueActions.%' ORDER BY id")
    .all();
  audit.close();
  expect(lines.map(({ call, outcome }) => `${String(call)} ${String(outcome)}`)).toEqual(
    expect.arrayContaining(['queueActions.run succeeded', 'queueActions.ended succeeded']),
  );
  expect(String(lines[0]?.['input'])).toContain('set-concurrency');
});
