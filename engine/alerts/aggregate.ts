/** One figure of the samples in a window, as a rule asks for it. */
import type { AlertRule } from '../model/alert.ts';
import type { StoredSample } from '../store/sample-store.ts';
import type { Reading } from './state-machine.ts';

/** `mean` is weighted by the observations behind each sample. Too few observations are `missing`. */
export function aggregated(
  rule: Pick<AlertRule, 'aggregate' | 'minimumCount'>,
  samples: readonly Pick<StoredSample, 'value' | 'count'>[],
): Reading {
  let observationCount = 0;
  let weight = 0;
  let weighted = 0;
  let sum = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  let last: number | null = null;
  let absentCount = 0;
  for (const { value, count } of samples) {
    if (value === null) {
      absentCount += count;
      continue;
    }
    observationCount += count;
    weight += Math.max(1, count);
    weighted += value * Math.max(1, count);
    // A thinned sample is the mean of `count` gauges.
    sum += value * Math.max(1, count);
    highest = Math.max(highest, value);
    lowest = Math.min(lowest, value);
    last = value;
  }
  if (last === null && absentCount >= rule.minimumCount) return { outcome: 'absent', observationCount: absentCount };
  if (last === null || observationCount < rule.minimumCount) return { outcome: 'missing', observationCount };
  const value = { mean: weighted / weight, max: highest, min: lowest, sum, last }[rule.aggregate];
  return { outcome: 'value', value, observationCount };
}
