/** What may be asked of tasks and of the worker processes that run them. */
import { z } from 'zod';
import { taskStatusSchema } from '../../../engine/model/task.ts';
import { supervisorViewSchema, workerViewSchema } from '../../../engine/model/worker.ts';
import { command, done, nothing, query } from './call.ts';

export const jobCalls = {
  'task.status': query(z.object({ taskId: z.string() }), taskStatusSchema),
  /** Works in every state: a waiting task never starts, a running one is asked to stop, a finished one stays as it is. */
  'task.cancel': command(z.object({ taskId: z.string() }), taskStatusSchema),
  /** Every worker process heard of in the last hour, on any machine. */
  'workers.list': query(nothing, z.object({ workers: z.array(workerViewSchema) })),
  /** The processes that this console keeps itself, and how the last ones ended. */
  'workers.supervisor': query(nothing, supervisorViewSchema),
  /** Asks a process on any machine to take no new job, finish, and be replaced. */
  'workers.recycle': command(z.object({ workerId: z.string() }), done),
  /** How many processes this console keeps, until its next start. */
  'workers.scale': command(z.object({ processCount: z.number().int().min(0).max(64) }), done),
} as const;

export const jobTopics = {
  'task.changed': taskStatusSchema,
  /** A process of this console started, retired or ended. */
  'workers.changed': z.object({ workerId: z.string().nullable() }),
} as const;
