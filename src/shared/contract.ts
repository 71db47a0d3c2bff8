/**
 * The contract: every call that may pass between a console and an engine, declared once, a file an area in `calls/`.
 * A query changes nothing, a command changes something and is audited, a topic is pushed.
 */
import type { z } from 'zod';
import { alertCalls, alertTopics } from './calls/alerts.ts';
import { cacheCalls, cacheTopics } from './calls/cache.ts';
import { celeryCalls, celeryTopics } from './calls/celery.ts';
import { celeryTaskCalls, celeryTaskTopics } from './calls/celery-tasks.ts';
import { connectionCalls, connectionTopics } from './calls/connections.ts';
import { dashboardCalls, dashboardTopics } from './calls/dashboard.ts';
import { doctorCalls, doctorTopics } from './calls/doctor.ts';
import { jobCalls, jobTopics } from './calls/jobs.ts';
import { monitoringCalls, monitoringTopics } from './calls/monitoring.ts';
import { queueCalls, queueTopics } from './calls/queues.ts';
import { redisCalls, redisTopics } from './calls/redis.ts';
import { reviewCalls, reviewTopics } from './calls/review.ts';
import { scheduleCalls, scheduleTopics } from './calls/schedules.ts';
import { storageCalls } from './calls/storage.ts';
import { timelineCalls, timelineTopics } from './calls/timeline.ts';

export const calls = {
  ...connectionCalls,
  ...alertCalls,
  ...cacheCalls,
  ...celeryTaskCalls,
  ...celeryCalls,
  ...dashboardCalls,
  ...doctorCalls,
  ...jobCalls,
  ...monitoringCalls,
  ...queueCalls,
  ...redisCalls,
  ...reviewCalls,
  ...scheduleCalls,
  ...storageCalls,
  ...timelineCalls,
} as const;

/** Pushed by the engine. They carry ids; the console asks again for what it shows. */
export const topics = {
  ...connectionTopics,
  ...alertTopics,
  ...cacheTopics,
  ...celeryTaskTopics,
  ...celeryTopics,
  ...dashboardTopics,
  ...doctorTopics,
  ...jobTopics,
  ...monitoringTopics,
  ...queueTopics,
  ...redisTopics,
  ...reviewTopics,
  ...scheduleTopics,
  ...timelineTopics,
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
