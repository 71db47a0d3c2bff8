/** A refresh of the dashboard, as its caller sees it at each step; only for tests of the console. */
import type { CallOutput } from '../../src/shared/contract.ts';

export type Task = CallOutput<'task.status'>;

/** A refresh of the dashboard at a step of its seven. */
export function taskOf(state: Task['state'], stepsDone: number): Task {
  const steps = ['essentials', 'kpis', 'financials', 'charts', 'forecast', 'costs', 'lists'];
  return {
    taskId: 'dashboard:7',
    queue: 'dashboard',
    job: 'refresh-dashboard',
    state,
    progress: {
      ratio: stepsDone / steps.length,
      step: steps[stepsDone] ?? null,
      stepsDone,
      stepCount: steps.length,
      parts: [],
    },
    createdAtMs: Date.now() - 1_000,
    startedAtMs: Date.now() - 900,
    finishedAtMs: state === 'SUCCESS' ? Date.now() : null,
    attempt: 1,
    maxAttempts: 3,
    error: null,
    attempts: [],
    nextAttemptAtMs: null,
    position: null,
    estimatedWaitMs: null,
  };
}
