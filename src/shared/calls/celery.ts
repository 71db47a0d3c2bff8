/** What may be asked of Celery's brokers: workers, queues, messages. */
import { z } from 'zod';
import { celeryFleetSchema, celeryWhereSchema, celeryWorkerSchema } from '../../../engine/model/celery.ts';
import {
  celeryAgainSchema,
  celeryControlInputSchema,
  celeryControlResultSchema,
  celeryPurgeSchema,
  celerySendSchema,
  celerySentSchema,
} from '../../../engine/model/celery-control.ts';
import {
  celeryMessageBodySchema,
  celeryMessagePageSchema,
  celeryMessageQuerySchema,
  celeryMessageRefSchema,
  celeryQueuesSchema,
} from '../../../engine/model/celery-queue.ts';
import { celeryRisksSchema } from '../../../engine/model/celery-risk.ts';
import { command, nothing, query } from './call.ts';

const brokerId = z.string().max(300);
/** 0 answers at once with what is known; more waits up to so long for newer answers. */
const waitMs = z.number().int().min(0).max(5_000).default(0);
const ofBrokers = z.object({ brokerId: brokerId.nullable().default(null), waitMs }).prefault({});

export const celeryCalls = {
  /** Of every broker, or of one: workers as they answered last. */
  'celery.workers': query(ofBrokers, z.object({ brokers: z.array(celeryFleetSchema) })),
  /** Everything one worker says of itself. Throws CELERY_BROKER_NOT_FOUND, CELERY_WORKER_NOT_FOUND. */
  'celery.worker': query(z.object({ brokerId, node: z.string().min(1).max(250), waitMs }), celeryWorkerSchema),
  /** Where tasks are at this moment; asks workers, so it takes up to a second. */
  'celery.where': query(
    z.object({ brokerId, taskIds: z.array(z.string().min(1).max(250)).min(1).max(50) }),
    z.object({ tasks: z.array(celeryWhereSchema) }),
  ),
  /** Of every broker, or of one: queues and the parts of what is still to be done. */
  'celery.queues': query(ofBrokers, z.object({ brokers: z.array(celeryQueuesSchema) })),
  /** A page of one queue's messages, without arguments. */
  'celery.messages': query(celeryMessageQuerySchema, celeryMessagePageSchema),
  /** Arguments of one message. A command, so that who looked is in the audit log. */
  'celery.message.reveal': command(celeryMessageRefSchema, celeryMessageBodySchema),
  /** Of every broker, or of one: what will go wrong, with evidence, and what could not be checked. */
  'celery.risks': query(ofBrokers, z.object({ brokers: z.array(celeryRisksSchema) })),
  /** Changes workers. Throws REDIS_READ_ONLY until the connection is unlocked, CELERY_COMMAND_REFUSED where it would harm. */
  'celery.control': command(celeryControlInputSchema, celeryControlResultSchema),
  /** Sends a registered task to a known queue. */
  'celery.send': command(celerySendSchema, celerySentSchema),
  /** A new task with the same arguments. Throws CELERY_ARGUMENTS_UNKNOWN rather than guess at them. */
  'celery.again': command(celeryAgainSchema, celerySentSchema),
  /** Removes what waits in a queue, in steps; `celery.purges` tells how far it is. */
  'celery.purge': command(z.object({ brokerId, queue: z.string().min(1).max(250) }), celeryPurgeSchema),
  'celery.purges': query(nothing, z.object({ purges: z.array(celeryPurgeSchema) })),
  'celery.purge.cancel': command(z.object({ brokerId, runId: z.string().max(100) }), celeryPurgeSchema),
} as const;

export const celeryTopics = {
  /** Workers answered or queues were looked at. */
  'celery.inspected': z.object({ brokerId: z.string() }),
} as const;
