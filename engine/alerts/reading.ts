/** The figure that a rule judges: what its window of stored samples says. */
import { messageOf } from '../base/errors.ts';
import type { AlertRule } from '../model/alert.ts';
import type { SampleReader } from './ports.ts';
import type { Reading } from './state-machine.ts';

/** Never throws: samples that cannot be read are a reading of their own. */
export function readingOf(rule: AlertRule, samples: SampleReader, atMs: number): Reading {
  try {
    const fromMs = atMs - rule.windowMs;
    const figure = samples.window(rule.signal, fromMs, atMs);
    const { observationCount, absentCount } = figure;
    const value =
      rule.aggregate === 'last' ? (samples.last(rule.signal, fromMs, atMs)?.value ?? null) : figure[rule.aggregate];
    if (observationCount === 0 && absentCount >= rule.minimumCount) {
      return { outcome: 'absent', observationCount: absentCount };
    }
    if (value === null || observationCount < rule.minimumCount) return { outcome: 'missing', observationCount };
    return { outcome: 'value', value, observationCount };
  } catch (error) {
    return { outcome: 'broken', problem: messageOf(error) };
  }
}
