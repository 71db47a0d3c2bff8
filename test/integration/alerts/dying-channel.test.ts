/** A channel that fails in every way for hours while alerts come up and the engine is started again: all is told, once, in order. */
import { expect, it } from 'vitest';
import { alertDay } from '../../support/alert-day.ts';
import { storeRoom } from '../../support/store-room.ts';

it('loses nothing, doubles nothing and keeps the order, over restarts', { timeout: 120_000 }, async () => {
  const { file } = storeRoom();
  const day = await alertDay({ file, hours: 12, ruleCount: 8, restartEveryMs: 100 * 60_000 });
  expect(day).toMatchObject({ lostCount: 0, doubledCount: 0, unorderedCount: 0 });
  expect(day.owedCount).toBeGreaterThan(60);
  expect(day.attemptCount).toBeGreaterThan(day.owedCount + 50);
  expect(day.restartCount).toBeGreaterThanOrEqual(6);
});
