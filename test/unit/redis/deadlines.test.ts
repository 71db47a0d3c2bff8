import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../../engine/base/deadline.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function setUp() {
  const clock = new ManualClock();
  const expired: string[] = [];
  const deadlines = new Deadlines(clock);
  const begin = (name: string, deadlineMs: number) => deadlines.begin(deadlineMs, () => expired.push(name));
  return { clock, expired, begin };
}

describe('deadlines of many calls', () => {
  test('pass one by one, each in its own time, whatever the order in which calls began', async () => {
    const { clock, expired, begin } = setUp();
    begin('long', 500);
    begin('short', 100);
    await clock.advance(60);
    begin('later', 100);
    await clock.advance(39);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual(['short']);
    await clock.advance(60);
    expect(expired).toEqual(['short', 'later']);
    await clock.advance(340);
    expect(expired).toEqual(['short', 'later', 'long']);
  });

  test('do not pass for calls that were answered, before or after one that was not', async () => {
    const { clock, expired, begin } = setUp();
    begin('first', 100)();
    const second = begin('second', 100);
    begin('silent', 100);
    begin('last', 100)();
    second();
    second();
    await clock.advance(1_000);
    expect(expired).toEqual(['silent']);
  });

  test('share a timer, and leave none behind', async () => {
    const { clock, begin } = setUp();
    for (let call = 0; call < 5_000; call += 1) begin(`${call}`, 100)();
    expect(clock.timerCount).toBe(1);
    await clock.advance(100);
    expect(clock.timerCount).toBe(0);
  });

  test('pass also for a call that began when another was given up', async () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines(clock);
    const expired: string[] = [];
    deadlines.begin(100, () => {
      expired.push('first');
      deadlines.begin(100, () => expired.push('again'));
    });
    await clock.advance(200);
    expect(expired).toEqual(['first', 'again']);
  });

  test('pass for silent calls among thousands that were answered out of order', async () => {
    const { clock, expired, begin } = setUp();
    const answers = Array.from({ length: 5_000 }, (_, call) => begin(`${call}`, 100));
    for (const [call, answered] of [...answers.entries()].toReversed()) if (call % 1_000 !== 7) answered();
    await clock.advance(100);
    expect(expired).toEqual(['7', '1007', '2007', '3007', '4007']);
  });
});
