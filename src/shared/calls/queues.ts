/** What may be asked of any BullMQ queue behind a connection, of its jobs, and what may be done with them. */
import { z } from 'zod';
import {
  failureGroupSchema,
  flowNodeSchema,
  jobAnswerSchema,
  jobFilterSchema,
  jobPageSchema,
  jobRefSchema,
  searchedSchema,
} from '../../../engine/model/job.ts';
import {
  discoverySchema,
  historyPointSchema,
  historyTierSchema,
  jobStateSchema,
  queueIdSchema,
  queueViewSchema,
  queueWorkerSchema,
} from '../../../engine/model/queue.ts';
import { actionPlanSchema, actionRequestSchema, actionRunSchema } from '../../../engine/model/queue-action.ts';
import { command, query } from './call.ts';

export const queueCalls = {
  /** Every queue known behind the connection (all connections without one), as at the last look. Costs Redis nothing. */
  'queues.list': query(
    z.object({ connectionId: z.string().optional() }).default({}),
    z.object({
      atMs: z.number(),
      queues: z.array(queueViewSchema),
      discovery: z.array(discoverySchema),
      /** What all queue histories take on disk, estimated. */
      historySizeBytes: z.number(),
    }),
  ),
  /** Throws QUEUE_NOT_FOUND for a queue that is not known. */
  'queues.get': query(queueIdSchema, queueViewSchema),
  /** Without `tier` the finest one that reaches back to `fromMs`. */
  'queues.history': query(
    z.object({ queue: queueIdSchema, fromMs: z.number(), toMs: z.number(), tier: historyTierSchema.optional() }),
    z.object({ tier: historyTierSchema, stepMs: z.number(), points: z.array(historyPointSchema) }),
  ),
  'queues.workers': query(
    z.object({ connectionId: z.string().optional(), queue: queueIdSchema.optional() }).default({}),
    z.object({ atMs: z.number(), workers: z.array(queueWorkerSchema) }),
  ),
  /**
   * A page of jobs, newest first where they have an order of time; waiting jobs in the order they will run.
   * With a filter the search is bounded: `searched` says how far it came, `nextCursor` goes on with it.
   */
  'jobs.list': query(
    z.object({
      queues: z.array(queueIdSchema).min(1).max(200),
      states: z.array(jobStateSchema).min(1),
      filter: jobFilterSchema.default({}),
      cursor: z.string().max(4_000).nullable().default(null),
      limit: z.number().int().min(1).max(200).default(50),
    }),
    jobPageSchema,
  ),
  'jobs.get': query(jobRefSchema, jobAnswerSchema),
  /** Groups of the newest failures; `limit` bounds the failures that are read. */
  'jobs.failures': query(
    z.object({
      queues: z.array(queueIdSchema).min(1).max(200),
      limit: z.number().int().min(1).max(10_000).default(2_000),
    }),
    z.object({ groups: z.array(failureGroupSchema), searched: searchedSchema }),
  ),
  /** The tree the job belongs to, from its root. */
  'jobs.flow': query(jobRefSchema, z.object({ root: flowNodeSchema, truncated: z.boolean() })),
  /** What the action would touch and cost; changes nothing. A plan is good for five minutes. */
  'queueActions.plan': query(z.object({ request: actionRequestSchema }), actionPlanSchema),
  /** Begins the planned action and answers at once; `request` must be the planned one, so that the audit log names it. */
  'queueActions.run': command(
    z.object({ planId: z.string(), request: actionRequestSchema, confirmation: z.string().default('') }),
    actionRunSchema,
  ),
  'queueActions.cancel': command(z.object({ runId: z.string() }), actionRunSchema),
  'queueActions.get': query(z.object({ runId: z.string() }), actionRunSchema),
  /** Running and recent ones, newest first. */
  'queueActions.list': query(z.object({}).default({}), z.object({ runs: z.array(actionRunSchema) })),
} as const;

export const queueTopics = {
  /** After every round of looking at a connection's queues. */
  'queues.sampled': z.object({ connectionId: z.string(), atMs: z.number() }),
  /** The list of queues changed. */
  'queues.discovered': z.object({ connectionId: z.string() }),
  'queueActions.changed': z.object({ runId: z.string() }),
} as const;
