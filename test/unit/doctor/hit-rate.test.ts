/** Why reads of a cache find nothing, by what happened on the server meanwhile. */
import { expect, test } from 'vitest';
import { type MissSigns, missCauseOf } from '../../../engine/doctor/checks/redis-hit-rate.ts';

const hour = 3_600;
/** A cache in use for long that misses a hundred times a second and stores what it then computes. */
const usual: MissSigns = {
  ...{ missesPerS: 100, evictedPerS: 0, expiredPerS: 0, removalsPerS: 0, flushesPerS: 0, writesPerS: 100 },
  keysGainedPerS: 95,
  uptimeS: 24 * hour,
};

test.each<[string, Partial<MissSigns>, string]>([
  ['keys pushed out as fast as they are missed', { evictedPerS: 90, keysGainedPerS: 5 }, 'evicting'],
  ['hardly any pushed out', { evictedPerS: 2 }, 'read_once'],
  ['pushed out, although some expire too', { evictedPerS: 90, expiredPerS: 30 }, 'evicting'],
  ['removed by programs', { removalsPerS: 60, keysGainedPerS: 40 }, 'removed'],
  ['removed many at once', { removalsPerS: 1.5, keysGainedPerS: 0 }, 'removed'],
  ['few removed, while ever more are stored', { removalsPerS: 5 }, 'read_once'],
  ['emptied once', { flushesPerS: 1 / 300 }, 'removed'],
  ['their time is over', { expiredPerS: 80, keysGainedPerS: 15 }, 'expiring'],
  ['stored, never read again', {}, 'read_once'],
  ['stored, on a server that was just started', { uptimeS: 60 }, 'filling'],
  ['nothing is stored', { writesPerS: 0 }, 'never_written'],
  ['nothing is stored on a server that was just started', { writesPerS: 0, uptimeS: 60 }, 'never_written'],
  ['stored many at once', { writesPerS: 1 }, 'read_once'],
  ['little is stored', { writesPerS: 3, keysGainedPerS: 3 }, 'unexplained'],
  ['what is stored was not counted yet', { writesPerS: null, keysGainedPerS: 0 }, 'unexplained'],
])('%s', (_name, signs, cause) => {
  expect(missCauseOf({ ...usual, ...signs })).toBe(cause);
});
