import { describe, expect, test } from 'vitest';
import { systemIds, systemRandom } from '../../../engine/base/ids.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import type { CacheRead } from '../../../engine/cache/cache.ts';
import { FiguresLedger } from '../../../engine/cache/figures.ts';
import { type LayerName, layerNames } from '../../../engine/model/freshness.ts';
import { HitRatioLines } from '../../../engine/wiring/hit-ratio-lines.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';

const minute = 60_000;

/** Figures are counted by the second. */
const second = 1_000;

async function consoleOn(clock: ManualClock, room = storeRoom(clock)) {
  const ledger = new FiguresLedger(clock);
  const cache = { layerFigures: (windowMs: number) => layerNames.map((layer) => ledger.layer(layer, windowMs)) };
  const store = await room.open();
  const lines = new HitRatioLines(cache, store.samples, {
    ...{ clock, ids: systemIds, random: systemRandom, logger: silentLogger },
  });
  const read = (layer: LayerName, state: 'fresh' | 'missing'): void => {
    const answer = { layer, state, source: 'redis', reason: 'within-ttl', computeMs: null, renewDue: false };
    ledger.read(answer as CacheRead<unknown>, 1, clock.monotonicMs());
  };
  const values = (layer: LayerName) => lines.of(layer).map(({ value }) => value);
  return { room, store, lines, read, values };
}

describe('the line of hit rates', () => {
  test('has a point a minute and the minute that runs, layer by layer', async () => {
    const clock = new ManualClock();
    const { read, values } = await consoleOn(clock);
    await clock.advance(second);
    for (const state of ['fresh', 'fresh', 'fresh', 'missing'] as const) read('kpis', state);
    await clock.advance(minute);
    await clock.advance(second);
    read('kpis', 'missing');
    expect(values('kpis')).toEqual([0.75, 0]);
    expect(values('charts')).toEqual([null, null]);
  });

  test('is there after a restart, the last part of a minute with it, with a gap where nobody looked', async () => {
    const clock = new ManualClock();
    const first = await consoleOn(clock);
    await clock.advance(second);
    first.read('kpis', 'fresh');
    await clock.advance(minute);
    first.read('kpis', 'missing');
    await clock.advance((2 * minute) / 3);
    first.lines.stop();
    first.store.close();
    await clock.advance(10 * minute);
    const later = await consoleOn(clock, first.room);
    await clock.advance(second);
    later.read('kpis', 'fresh');
    await clock.advance(minute);
    expect(later.values('kpis')).toEqual([1, 0, null, 1, null]);
  });

  test('forgets what is older than an hour', async () => {
    const clock = new ManualClock();
    const { read, values } = await consoleOn(clock);
    read('kpis', 'missing');
    await clock.advance(minute);
    for (let passed = 0; passed < 62; passed += 1) {
      read('kpis', 'fresh');
      await clock.advance(minute);
    }
    expect(values('kpis')).not.toContain(0);
  });
});
