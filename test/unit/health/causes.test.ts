/** From the sign to the cause, link by link. */
import { expect, it } from 'vitest';
import type { CauseFacts } from '../../../engine/health/causes/depth.ts';
import { wordsOf } from '../../../engine/health/causes/link.ts';
import { valueChain } from '../../../engine/health/causes/value-chain.ts';
import type { Freshness } from '../../../engine/model/freshness.ts';
import { unsayable } from '../../support/spanish-causes.ts';
import { atMs, freshness, healthyFacts, link, queue, staleFreshness, worker } from './facts.ts';

const waiting = (sinceMs: number) =>
  staleFreshness({ status: 'running', taskId: 'kpis:7', progress: 0, sinceMs: atMs - sinceMs });
/** Whatever is found can be said in every language. */
const causesOf = (value: Freshness, facts: CauseFacts): string[] => {
  const links = valueChain(value, facts);
  expect(unsayable(links)).toEqual([]);
  return wordsOf(links);
};
const sign = 'its time was over 3 min ago';

it('a refresh that waits behind a wedged worker ends at that worker', () => {
  const facts = healthyFacts({
    workers: [worker('wedged', { evidence: 'job kpis:3 runs for 6 min' })],
    queues: [queue('kpis', { waiting: 18 })],
  });
  expect(causesOf(waiting(43_000), facts)).toEqual([
    sign,
    'refresh waits 43 s in kpis',
    '18 jobs wait in kpis',
    'no worker consumes',
    'w1 wedged: job kpis:3 runs for 6 min',
  ]);
});

it('a refresh that waits behind busy workers names the load', () => {
  const facts = healthyFacts({
    workers: [worker('busy', { activeJobCount: 4 })],
    queues: [queue('kpis', { waiting: 6 })],
  });
  expect(causesOf(waiting(20_000), facts)).toEqual([
    sign,
    'refresh waits 20 s in kpis',
    '6 jobs wait in kpis',
    'all 4 slots are busy',
  ]);
});

it('a refresh that was asked for just now needs no culprit', () => {
  expect(causesOf(waiting(800), healthyFacts({ workers: [] }))).toEqual([sign, 'refresh waits 0.8 s in kpis']);
});

it('a refresh that runs says how far it is', () => {
  const running = staleFreshness({ status: 'running', taskId: 'kpis:7', progress: 0.43, sinceMs: atMs - 12_000 });
  expect(causesOf(running, healthyFacts())).toEqual([sign, 'refresh runs for 12 s, 43 % done']);
});

it('a refresh that waits with the broker gone ends at the broker', () => {
  const facts = healthyFacts({ links: [link('cache'), link('broker', 'unreachable', 'ECONNREFUSED')] });
  expect(causesOf(waiting(43_000), facts)).toEqual([
    sign,
    'refresh waits 43 s in kpis',
    'Redis (broker) is unreachable for 2 min (ECONNREFUSED)',
  ]);
});

it('a refresh that failed ends at its error and the source that is away', () => {
  const failed = staleFreshness({ status: 'failed', times: 3, lastError: 'connection refused', nextTryAtMs: null });
  const facts = healthyFacts({ source: { ...healthyFacts().source, reachable: false, problem: 'no route to host' } });
  expect(causesOf(failed, facts)).toEqual([
    sign,
    'refresh failed 3 times: connection refused',
    'source Demo data is unreachable: no route to host',
  ]);
});

it('a value from a snapshot ends at the cache that is away', () => {
  const facts = healthyFacts({ links: [link('cache', 'unreachable'), link('broker')] });
  const snapshot = freshness({ state: 'stale', source: 'snapshot', reason: 'redis-unreachable' });
  expect(causesOf(snapshot, facts)).toEqual(['Redis (cache) is unreachable for 2 min']);
});

it('a stale value that nobody refreshes says whether anybody could', () => {
  const idle = staleFreshness({ status: 'idle' });
  expect(causesOf(idle, healthyFacts({ workers: null }))).toEqual([sign, 'the workers cannot be seen']);
  expect(causesOf(idle, healthyFacts())).toEqual([sign]);
  expect(causesOf(idle, healthyFacts({ links: [link('cache'), link('broker', 'unreachable')] }))).toEqual([
    sign,
    'no refresh can be queued',
    'Redis (broker) is unreachable for 2 min',
  ]);
});

it('a fresh value has no cause, and a fresh one whose refresh failed says so', () => {
  expect(causesOf(freshness(), healthyFacts())).toEqual([]);
  const failed = freshness({ refresh: { status: 'failed', times: 1, lastError: 'timeout', nextTryAtMs: null } });
  expect(causesOf(failed, healthyFacts())).toEqual(['refresh failed: timeout']);
});
