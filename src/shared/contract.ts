/**
 * The contract: every call that may pass between a console and an engine, declared once.
 * A query changes nothing, a command changes something and is audited, a topic is pushed.
 */
import { z } from 'zod';
import { alertHistoryPageSchema, alertHistoryQuerySchema, alertStatusSchema } from '../../engine/model/alert.ts';
import { dashboardViewSchema, sectionNameSchema } from '../../engine/model/dashboard.ts';
import { filterOptionSchema, filtersSchema } from '../../engine/model/filters.ts';
import { overviewSchema, redisRoleSchema, systemHealthSchema } from '../../engine/model/health.ts';
import { seriesSchema, signalNameSchema } from '../../engine/model/sample.ts';
import { scheduleViewSchema } from '../../engine/model/schedule.ts';
import { performanceMetricsSchema, systemInfoSchema } from '../../engine/model/system.ts';
import { queueCountsSchema, taskStatusSchema, workerViewSchema } from '../../engine/model/task.ts';

interface Call<Kind extends 'query' | 'command', Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: Kind;
  readonly input: Input;
  readonly output: Output;
}

const query = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Call<'query', Input, Output> => ({ kind: 'query', input, output });

const command = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Call<'command', Input, Output> => ({ kind: 'command', input, output });

const nothing = z.object({}).default({});
const done = z.object({ done: z.literal(true) });

export const calls = {
  'system.info': query(nothing, systemInfoSchema),
  'system.health': query(nothing, systemHealthSchema),
  'overview.get': query(nothing, overviewSchema),
  /**
   * The cached dashboard, at once; what is stale or missing is queued. `waitMs` > 0 waits up to that long for
   * a view in which every section is fresh, and answers the best there is when the time is over.
   */
  'dashboard.get': query(
    z.object({ filters: filtersSchema.default({}), waitMs: z.number().int().min(0).max(120_000).default(0) }),
    dashboardViewSchema,
  ),
  'dashboard.filters': query(nothing, z.object({ options: z.array(filterOptionSchema) })),
  /** Forces a computation of every section; joins the one that runs already. */
  'dashboard.refresh': command(z.object({ filters: filtersSchema.default({}) }), z.object({ taskId: z.string() })),
  'task.status': query(z.object({ taskId: z.string() }), taskStatusSchema),
  'task.cancel': command(z.object({ taskId: z.string() }), taskStatusSchema),
  'alerts.now': query(nothing, z.object({ alerts: z.array(alertStatusSchema) })),
  'alerts.history': query(alertHistoryQuerySchema, alertHistoryPageSchema),
  'alerts.acknowledge': command(z.object({ ruleId: z.string(), note: z.string().max(500).default('') }), done),
  'samples.series': query(
    z.object({ signal: signalNameSchema, fromMs: z.number(), toMs: z.number(), maxPoints: z.number().default(240) }),
    seriesSchema,
  ),
  'performance.metrics': query(nothing, performanceMetricsSchema),
  'workers.list': query(nothing, z.object({ workers: z.array(workerViewSchema) })),
  'queues.counts': query(nothing, z.object({ queues: z.array(queueCountsSchema) })),
  'schedules.list': query(nothing, z.object({ schedules: z.array(scheduleViewSchema) })),
} as const;

/** Pushed by the engine. They carry ids; the console asks again for what it shows. */
export const topics = {
  'dashboard.changed': z.object({ viewId: z.string(), sections: z.array(sectionNameSchema) }),
  'task.changed': taskStatusSchema,
  'health.sampled': z.object({ atMs: z.number() }),
  'alerts.changed': z.object({ ruleId: z.string() }),
  'source.changed': z.object({ reachable: z.boolean() }),
  'link.changed': z.object({ role: redisRoleSchema, state: z.string() }),
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
/** What a caller passes: fields with defaults may be left out. */
export type CallInput<Name extends CallName> = z.input<Calls[Name]['input']>;
/** What a handler gets: parsed, defaults filled in. */
export type ParsedInput<Name extends CallName> = z.output<Calls[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<Calls[Name]['output']>;

export type Topics = typeof topics;
export type TopicName = keyof Topics;
export type TopicPayload<Name extends TopicName> = z.output<Topics[Name]>;
export type TopicPayloads = { [Name in TopicName]: TopicPayload<Name> };

/** Who calls: written to the audit log with every command. */
export interface Caller {
  readonly transport: 'ipc' | 'websocket' | 'http' | 'cli' | 'in-process';
  /** A person or a program, as far as the transport can tell. */
  readonly name: string;
}

/** One handler for every call; a missing one does not compile. */
export type Handlers = {
  readonly [Name in CallName]: (input: ParsedInput<Name>, caller: Caller) => Promise<CallOutput<Name>>;
};
