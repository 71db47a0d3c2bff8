/** How many tasks a worker took up, from the counts in its heartbeats. */
import { describe, expect, test } from 'vitest';
import { Throughput, throughputStepMs } from '../../../engine/celery/events/throughput.ts';

const beatMs = 2_000;

/** Heartbeats from `fromMs` on, one every two seconds, each with one task more. */
function beats(throughput: Throughput, fromMs: number, count: number, from = 0): number {
  let processed = from;
  for (let index = 0; index < count; index += 1) {
    throughput.saw(processed, fromMs + index * beatMs);
    processed += 1;
  }
  return processed;
}

describe('throughput of a worker', () => {
  test('counts what was taken up in each whole step, and not the one that is still running', () => {
    const throughput = new Throughput();
    beats(throughput, 30_000, 20);
    const counts = throughput.counts(30_000 + 20 * beatMs);
    expect(counts).toHaveLength(2);
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(14);
  });

  test('shows a gap where nothing was heard, and does not put its work into one peak', () => {
    const throughput = new Throughput();
    beats(throughput, 0, 8);
    throughput.saw(900, 5 * throughputStepMs);
    throughput.saw(901, 5 * throughputStepMs + beatMs);
    expect(throughput.counts(6 * throughputStepMs)).toEqual([7, null, null, null, null, 1]);
  });

  test('a worker that began anew counts from nothing', () => {
    const throughput = new Throughput();
    throughput.saw(500, 0);
    throughput.saw(3, beatMs);
    expect(throughput.counts(throughputStepMs)).toEqual([3]);
  });

  test('keeps twenty minutes', () => {
    const throughput = new Throughput();
    beats(throughput, 0, 1_800);
    expect(throughput.counts(1_800 * beatMs)).toHaveLength(80);
  });
});
