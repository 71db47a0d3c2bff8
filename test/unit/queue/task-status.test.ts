import { describe, expect, it } from 'vitest';
import { bullStates, isFinished, parseTaskId, taskIdOf, taskStateOf } from '../../../engine/queue/task-status.ts';

/** state, times begun, progress told, cancelled → word */
const cases: [(typeof bullStates)[number], number, boolean, boolean, string | null][] = [
  ['waiting', 0, false, false, 'PENDING'],
  ['waiting', 1, false, false, 'RETRY'],
  ['waiting', 0, false, true, 'REVOKED'],
  ['prioritized', 0, false, false, 'PENDING'],
  ['prioritized', 2, true, false, 'RETRY'],
  ['waiting-children', 0, false, false, 'PENDING'],
  ['delayed', 0, false, false, 'PENDING'],
  ['delayed', 1, true, false, 'RETRY'],
  ['delayed', 1, false, true, 'REVOKED'],
  ['active', 1, false, false, 'STARTED'],
  ['active', 1, true, false, 'PROGRESS'],
  ['active', 3, true, true, 'REVOKED'],
  ['completed', 1, true, false, 'SUCCESS'],
  ['completed', 1, true, true, 'SUCCESS'],
  ['failed', 4, true, false, 'FAILURE'],
  ['failed', 1, false, true, 'REVOKED'],
  ['unknown', 0, false, true, 'REVOKED'],
  ['unknown', 0, false, false, null],
];

describe('a task', () => {
  it.each(cases)(
    '%s, begun %i times, progress %s, cancelled %s is %s',
    (state, startedCount, hasProgress, revoked, word) => {
      expect(taskStateOf({ state, startedCount, hasProgress, revoked })).toBe(word);
    },
  );

  it('has a word for every state of BullMQ', () => {
    expect(new Set(cases.map(([state]) => state))).toEqual(new Set(bullStates));
  });

  it('has ended when it succeeded, failed or was revoked', () => {
    expect((['PENDING', 'STARTED', 'PROGRESS', 'RETRY'] as const).some(isFinished)).toBe(false);
    expect((['SUCCESS', 'FAILURE', 'REVOKED'] as const).every(isFinished)).toBe(true);
  });
});

describe('a task id', () => {
  it('names its queue', () => {
    expect(parseTaskId(taskIdOf('kpis', 'abc'))).toEqual({ queue: 'kpis', jobId: 'abc' });
  });

  it.each(['', ':', 'kpis', 'kpis:', ':abc', 'elsewhere:abc', 'direct:abc'])('is not «%s»', (text) => {
    expect(parseTaskId(text)).toBeNull();
  });
});
