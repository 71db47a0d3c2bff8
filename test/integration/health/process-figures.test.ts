/** What the engine says of its own process, on the real event loop. */
import { expect, it } from 'vitest';
import { measureProcess } from '../../../engine/health/process-figures.ts';
import { until } from '../../support/until.ts';

it('sees a blocked event loop, and is quiet again for the next stretch', async () => {
  const figures = measureProcess();
  const turns = async (count: number): Promise<void> => {
    let seen = 0;
    await until(() => (seen += 1) > count, 5_000, 'the loop to turn');
  };
  await turns(5);
  const begun = performance.now();
  while (performance.now() - begun < 150) Math.sqrt(begun);
  await turns(5);
  const blocked = figures.takeLoopDelayP99Ms();
  expect(blocked).toBeGreaterThan(75);
  expect(figures.lastLoopDelayP99Ms()).toBe(blocked);
  await turns(20);
  expect(figures.takeLoopDelayP99Ms()).toBeLessThan(blocked);
  expect(figures.rssBytes()).toBeGreaterThan(10 * 1_048_576);
  figures.stop();
});
