/** The PINGs of the last hour by what half and what nearly all of them stayed below. */
import { expect, test } from 'vitest';
import { RoundTrips } from '../../../engine/health/redis/round-trips.ts';

test('half and nearly all stay below the two figures', () => {
  const trips = new RoundTrips();
  expect(trips.view()).toBeNull();
  trips.take(0, 7);
  expect(trips.view()).toEqual({ windowMs: 3_600_000, count: 1, p50Ms: 7, p99Ms: 7 });
  for (let n = 1; n < 200; n += 1) trips.take(n * 10_000, n <= 2 ? 90 : 1 + (n % 2));
  expect(trips.view()).toMatchObject({ count: 200, p50Ms: 2, p99Ms: 7 });
});

test('what is older than an hour counts no more', () => {
  const trips = new RoundTrips();
  trips.take(0, 500);
  trips.take(3_599_000, 2);
  expect(trips.view()?.p99Ms).toBe(500);
  trips.take(3_600_000, 3);
  expect(trips.view()).toMatchObject({ count: 2, p50Ms: 2, p99Ms: 3 });
});
