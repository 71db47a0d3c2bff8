/** What may be asked of Celery's brokers: workers, queues, messages. */
import { z } from 'zod';
import { celeryFleetSchema, celeryWhereSchema, celeryWorkerSchema } from '../../../engine/model/celery.ts';
import {
  celeryMessageBodySchema,
  celeryMessagePageSchema,
  celeryMessageQuerySchema,
  celeryMessageRefSchema,
  celeryQueuesSchema,
} from '../../../engine/model/celery-queue.ts';
import { command, query } from './call.ts';

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
} as const;

export const celeryTopics = {
  /** Workers answered or queues were looked at. */
  'celery.inspected': z.object({ brokerId: z.string() }),
} as const;
