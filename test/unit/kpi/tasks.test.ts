import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import type { RefreshStatus } from '../../../engine/model/freshness.ts';
import { tasksOf } from '../../../engine/wiring/tasks.ts';

const running: RefreshStatus = { status: 'running', sinceMs: 5, progress: 0.5, taskId: 'direct:v' };

function room(first: RefreshStatus) {
  let status = first;
  const cancelled: string[] = [];
  const refuse = async (): Promise<never> => {
    throw new EngineError('QUEUE_UNREACHABLE', 'no broker');
  };
  const tasks = tasksOf({
    queues: { status: refuse, cancel: refuse },
    tracker: { statusOf: () => status },
    dashboards: {
      cancelDirect: async (viewId) => {
        if (status.status !== 'running') return false;
        cancelled.push(viewId);
        status = { status: 'idle' };
        return true;
      },
    },
  });
  return { tasks, cancelled, become: (next: RefreshStatus) => (status = next) };
}

describe('a computation of the engine itself', () => {
  it('is cancelled while it runs, and stays REVOKED until it is begun again', async () => {
    const { tasks, cancelled, become } = room(running);
    expect((await tasks.status('direct:v')).state).toBe('PROGRESS');
    expect(await tasks.cancel('direct:v')).toMatchObject({ state: 'REVOKED', error: 'Cancelled on request' });
    expect(cancelled).toEqual(['v']);
    expect((await tasks.status('direct:v')).state).toBe('REVOKED');
    become(running);
    expect((await tasks.status('direct:v')).state).toBe('PROGRESS');
    become({ status: 'idle' });
    expect((await tasks.status('direct:v')).state).toBe('SUCCESS');
  });

  it('that has ended stays as it is', async () => {
    const { tasks, cancelled } = room({ status: 'idle' });
    expect((await tasks.cancel('direct:v')).state).toBe('SUCCESS');
    expect(cancelled).toEqual([]);
  });
});
