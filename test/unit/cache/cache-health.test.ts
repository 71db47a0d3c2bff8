/** What the verdict on the cache says of its breaker beside a link that is not ready. */
import { describe, expect, it } from 'vitest';
import { cacheHealth } from '../../../engine/wiring/cache-health.ts';
import { cacheStatus } from '../../support/console-cache-figures.ts';

const status = cacheStatus(1_790_000_000_000, []);
const breakerOf = (changed: Partial<typeof status>) =>
  cacheHealth({ ...status, ...changed }).checks.find(({ id }) => id === 'breaker');
const away = { ...status.link, state: 'unreachable', problem: 'ECONNREFUSED' } as const;

describe('the breaker', () => {
  it('is well and tells that Redis answers only while the link is ready', () => {
    expect(breakerOf({})).toMatchObject({ state: 'well', said: { code: 'cache_breaker_closed' } });
    expect(breakerOf({ link: away })).toMatchObject({ state: 'unknown', said: { code: 'cache_breaker_untripped' } });
  });

  it('has failed once it is open, whatever the link', () => {
    for (const link of [status.link, away])
      expect(breakerOf({ breaker: 'open', link })).toMatchObject({
        state: 'failed',
        said: { code: 'cache_breaker_open' },
      });
  });
});
