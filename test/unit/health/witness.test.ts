/** When a console may blame itself. */
import { expect, it } from 'vitest';
import { blindnessOf } from '../../../engine/health/witness.ts';
import type { LinkView } from '../../../engine/model/health.ts';

const link = (change: Partial<LinkView>): LinkView => ({
  role: 'cache',
  address: 'redis://10.0.0.5:6379',
  embedded: false,
  state: 'unreachable',
  sinceMs: 0,
  version: null,
  problem: null,
  ...change,
});
const none = () => ({ lo: [{ internal: true }] });
const some = () => ({ lo: [{ internal: true }], eth0: [{ internal: false }] });

it('blames this machine only when it has no network and nothing far away answers', () => {
  expect(blindnessOf([link({})], none)).toMatch(/no network/);
  expect(blindnessOf([link({})], some)).toBeNull();
  expect(blindnessOf([link({}), link({ role: 'broker', state: 'ready' })], none)).toBeNull();
});

it('never blames the network for what is on this machine', () => {
  for (const address of [
    'redis://127.0.0.1:6379',
    'unix:/run/redis.sock',
    'redis://localhost:6379',
    'redis://[::1]:6379/0',
  ]) {
    expect(blindnessOf([link({ address })], none)).toBeNull();
  }
  expect(blindnessOf([link({ embedded: true })], none)).toBeNull();
});
