/** What may be asked of Celery's tasks, of the stream of their events, and of the verdicts on their workers. */
import { z } from 'zod';
import { celeryEventsStateSchema, celeryThroughputSchema } from '../../../engine/model/celery-events.ts';
import {
  celeryFailureSchema,
  celeryRevealedSchema,
  celeryTaskDetailSchema,
  celeryTaskNameSchema,
  celeryTaskPageSchema,
  celeryTaskQuerySchema,
} from '../../../engine/model/celery-task.ts';
import { celeryWorkerVerdictSchema } from '../../../engine/model/celery-verdict.ts';
import { command, nothing, query } from './call.ts';

const taskIdentity = z.object({ brokerId: z.string().nullable().default(null), taskId: z.string().min(1).max(300) });

export const celeryTaskCalls = {
  /** Live and historic tasks, newest first, by cursor. Arguments are not in it. */
  'celery.tasks': query(celeryTaskQuerySchema, celeryTaskPageSchema),
  /** @throws EngineError CELERY_TASK_NOT_FOUND */
  'celery.task': query(taskIdentity, celeryTaskDetailSchema),
  /** Arguments and result of one task. A command, so that who looked is in the audit log. */
  'celery.task.reveal': command(taskIdentity, celeryRevealedSchema),
  'celery.taskNames': query(nothing, z.object({ sinceMs: z.number(), names: z.array(celeryTaskNameSchema) })),
  /** Most frequent first. */
  'celery.failures': query(
    z.object({ fromMs: z.number().nullable().default(null), limit: z.number().int().min(1).max(200).default(50) }),
    z.object({ failures: z.array(celeryFailureSchema) }),
  ),
  'celery.eventsState': query(nothing, z.object({ brokers: z.array(celeryEventsStateSchema) })),
  /** Empty where no Celery worker was ever heard. */
  'celery.verdicts': query(nothing, z.object({ atMs: z.number(), workers: z.array(celeryWorkerVerdictSchema) })),
  /** Empty for a worker that sends no heartbeats, or none yet. */
  'celery.throughput': query(z.object({ brokerId: z.string(), node: z.string() }), celeryThroughputSchema),
} as const;

export const celeryTaskTopics = {
  /** At most once a second a broker, whatever the rate of events. */
  'celery.changed': z.object({ brokerId: z.string(), what: z.array(z.enum(['tasks', 'workers', 'events'])) }),
} as const;
