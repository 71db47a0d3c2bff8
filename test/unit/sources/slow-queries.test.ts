/** What is remembered of slow queries, and until when. */
import { expect, test } from 'vitest';
import { SlowQueries } from '../../../engine/sources/slow-queries.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('slow runs of one text are told together with the parameters of the slowest; quick ones never were', () => {
  const slow = new SlowQueries({ clock: new ManualClock() });
  slow.record({ sql: 'a', parameters: { day: 1 }, durationMs: 1_500 });
  slow.record({ sql: 'a', parameters: { day: 2 }, durationMs: 4_000 });
  slow.record({ sql: 'b', parameters: {}, durationMs: 2_000 });
  slow.record({ sql: 'c', parameters: {}, durationMs: 999 });
  expect(slow.slowest(5)).toMatchObject([
    { sql: 'a', parameters: { day: 2 }, count: 2, worstMs: 4_000, totalMs: 5_500 },
    { sql: 'b', count: 1 },
  ]);
  expect(slow.slowest(1)).toHaveLength(1);
});

test('a query that is quick again is forgotten, and so is one of more than an hour ago', async () => {
  const clock = new ManualClock();
  const slow = new SlowQueries({ clock });
  slow.record({ sql: 'a', parameters: { day: 1 }, durationMs: 1_500 });
  slow.record({ sql: 'a', parameters: { day: 2 }, durationMs: 10 });
  expect(slow.slowest(5)).toHaveLength(1);
  slow.record({ sql: 'a', parameters: { day: 1 }, durationMs: 10 });
  expect(slow.slowest(5)).toEqual([]);
  slow.record({ sql: 'b', parameters: {}, durationMs: 1_500 });
  await clock.advance(60 * 60_000 + 1);
  expect(slow.slowest(5)).toEqual([]);
});
