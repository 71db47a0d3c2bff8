/** Figures in words. */
import { expect, it } from 'vitest';
import {
  bytesWords,
  durationWords,
  latencyWords,
  percentWords,
  plural,
  rateWords,
} from '../../../engine/health/wording.ts';

it('durations have the unit that people would use', () => {
  expect([-5, 800, 9_960, 43_000, 89_600, 720_000, 7_500_000, 7_200_000, 273_600_000].map(durationWords)).toEqual([
    '0 s',
    '0.8 s',
    '10 s',
    '43 s',
    '90 s',
    '12 min',
    '2 h 5 min',
    '2 h',
    '3 d 4 h',
  ]);
});

it('sizes, shares, latencies and rates keep one digit where it says something', () => {
  expect([512, 3_355_443, 268_435_456].map(bytesWords)).toEqual(['512 B', '3.2 MB', '256 MB']);
  expect(percentWords(0.974)).toBe('97.4 %');
  expect([1.84, 43.2, 2_100].map(latencyWords)).toEqual(['1.8 ms', '43 ms', '2.1 s']);
  expect([rateWords(3.14, 'jobs'), rateWords(1_212, 'reads'), rateWords(null, 'reads')]).toEqual([
    '3.1 jobs/s',
    '1,212 reads/s',
    null,
  ]);
  expect([plural(1, 'job'), plural(12_408, 'read')]).toEqual(['1 job', '12,408 reads']);
});
