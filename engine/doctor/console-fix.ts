/** Fixes of work: what the console itself does for them, named as exactly as a command to a server. */
import type { FixCommand, FixPlan } from '../model/doctor.ts';
import type { QueueId } from '../model/queue.ts';
import { type ActionRequest, actionRequestSchema } from '../model/queue-action.ts';

/** Where such a command goes, in place of a server's address. */
export const consoleShard = 'this console';

/** A command of the console; the second word of an action on a queue is its request as JSON, as `queueActions.run` takes it. */
export type ConsoleOrder =
  | { readonly call: 'queueActions.run'; readonly request: ActionRequest }
  | { readonly call: 'workers.scale'; readonly processCount: number };

export function actionCommand(request: ActionRequest): FixCommand {
  return { shard: consoleShard, words: ['queueActions.run', JSON.stringify(request)] };
}

export function scaleCommand(processCount: number): FixCommand {
  return { shard: consoleShard, words: ['workers.scale', String(processCount)] };
}

/** Null for a command that is meant for a server, and for words that no plan of ours has. */
export function orderOf({ shard, words }: FixCommand): ConsoleOrder | null {
  const [call, input = ''] = words;
  if (shard !== consoleShard) return null;
  if (call === 'queueActions.run') return { call, request: actionRequestSchema.parse(JSON.parse(input)) };
  if (call === 'workers.scale') return { call, processCount: Number(input) };
  return null;
}

export function resumeFix(paused: readonly QueueId[]): FixPlan | null {
  const [first] = paused;
  if (first === undefined) return null;
  return {
    title: `Resume ${paused.map(({ name }) => name).join(', ')}`,
    connectionId: first.connectionId,
    commands: paused.map((queue) => actionCommand({ action: 'resume', queue })),
    undo: paused.map((queue) => actionCommand({ action: 'pause', queue })),
    note: 'Workers begin at once with what waits. Whoever paused it may have had a reason.',
  };
}

/** Only where this console was told to run none: with some, why they are not there is another trouble. */
export function startWorkersFix(processCount: number): FixPlan | null {
  if (processCount > 0) return null;
  return {
    title: 'Start one worker process here',
    connectionId: 'broker',
    commands: [scaleCommand(1)],
    undo: [scaleCommand(processCount)],
    note: 'It takes processor and memory of this machine, and runs until it is scaled back or the console ends.',
  };
}
