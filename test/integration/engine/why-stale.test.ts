/** "Why is this stale?", asked of the real program while something in its chain is missing. */
import { afterEach, expect, test } from 'vitest';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

let served: ServedConsole;
afterEach(() => served.stop());

test('a refresh that waits for a worker that does not exist is explained down to that', async () => {
  served = await serveConsole({
    env: { VIGIA_DEMO_ROWS: '400', VIGIA_AS_OF: '2026-11-22', VIGIA_WORKER_PROCESSES: '0', VIGIA_WARMING: 'false' },
  });
  const { client } = served;
  await client.call('dashboard.get', {});
  const keyOf = async () => (await client.call('cache.entries', { search: 'essentials' })).rows[0]?.key;
  await until(async () => (await keyOf()) !== undefined, 10_000, 'the essentials');
  const key = (await keyOf()) ?? '';
  await client.call('cache.invalidate', { keys: [key], reason: 'test' });
  await client.call('dashboard.get', {});
  const causes = async () => (await client.call('cache.entry', { key })).causes.map(({ words }) => words);
  // A worker would take it at once; only after a while its absence is the reason.
  await until(async () => (await causes()).length >= 3, 60_000, 'the cause');
  expect(await causes()).toEqual([
    expect.stringMatching(/^it was invalidated/),
    expect.stringMatching(/^refresh waits \S+ s in dashboard$/),
    'no worker runs',
  ]);
  const { row, timeline } = await client.call('cache.entry', { key });
  expect(row.state).toBe('stale');
  expect(timeline).toContainEqual(expect.objectContaining({ kind: 'requested', words: 'queued in dashboard' }));
});
