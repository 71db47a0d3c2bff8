/** How long a task took, or for how long it has been running, which ticks by itself. */
import type { ReactElement } from 'react';
import { useFormat } from '../../format/use-format.ts';
import { useNow } from '../../state/services.ts';
import { runtimeText, type Task } from './tasks-model.ts';

type Times = Pick<Task, 'state' | 'startedAtMs' | 'finishedAtMs' | 'runtimeMs'>;

export function RunTime({ task }: { readonly task: Times }): ReactElement {
  const { state, startedAtMs, finishedAtMs, runtimeMs } = task;
  const format = useFormat();
  const isRunning = state === 'STARTED' && startedAtMs !== null;
  const running = useNow((nowMs) => (isRunning ? Math.max(0, Math.floor((nowMs - startedAtMs) / 1_000)) * 1_000 : 0));
  if (isRunning)
    return <>{runtimeText(Math.max(running, 1_000), (value) => format.number(value, running < 60_000 ? 0 : 1))}</>;
  const spanMs = startedAtMs === null || finishedAtMs === null ? null : finishedAtMs - startedAtMs;
  return <>{runtimeText(runtimeMs ?? spanMs, format.number)}</>;
}
