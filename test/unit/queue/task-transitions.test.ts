import { describe, expect, it } from 'vitest';
import { taskStateSchema } from '../../../engine/model/task.ts';
import { isFinished } from '../../../engine/queue/task-status.ts';
import { mayFollow, taskEvents, taskTransitions } from '../../../engine/queue/task-transitions.ts';

const states = taskStateSchema.options;

describe('the transitions of a task', () => {
  it('can be cancelled in every state', () => {
    expect(states.filter((state) => taskTransitions[state].cancelled === null)).toEqual([]);
  });

  it.each(states.filter(isFinished))('never leave %s for a state that is not an end', (state) => {
    const next = taskEvents.flatMap((event) => taskTransitions[state][event] ?? []);
    expect(next.every(isFinished)).toBe(true);
  });

  it.each(states)('lead from PENDING to %s', (state) => {
    expect(mayFollow('PENDING', state)).toBe(true);
  });

  it('never go back from an end', () => {
    for (const state of states.filter((candidate) => !isFinished(candidate))) {
      for (const end of ['SUCCESS', 'FAILURE', 'REVOKED'] as const) expect(mayFollow(end, state)).toBe(false);
    }
    expect(mayFollow('STARTED', 'PENDING')).toBe(false);
    expect(mayFollow('RETRY', 'PENDING')).toBe(false);
  });
});
