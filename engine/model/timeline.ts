/** What happened to Redis, queues, workers, the cache, the source, schedules and alerts, on one line of time. */
import { z } from 'zod';
import { evidenceFactsSchema } from './alert.ts';
import { saidSchema } from './said.ts';

export const timelineKinds = [
  'redis',
  'queue',
  'worker',
  'cache',
  'source',
  'schedule',
  'alert',
  /** A person or a program did something by way of this console. */
  'command',
  /** This console could not look. */
  'gap',
] as const;
export const timelineKindSchema = z.enum(timelineKinds);
export type TimelineKind = z.infer<typeof timelineKindSchema>;

/** What an event is, by its kind. */
export const timelineCodes = [
  'link_ready',
  'link_degraded',
  'link_lost',
  'link_refused',
  'server_restarted',
  'role_changed',
  'evictions',
  'memory_limit_changed',
  'policy_changed',
  'queue_paused',
  'queue_resumed',
  'queue_backlog',
  'queue_unattended',
  'queue_clear',
  'worker_seen',
  'worker_wedged',
  'worker_silent',
  'worker_gone',
  'worker_working',
  'invalidated',
  'cleared',
  'warm_failed',
  'source_lost',
  'source_back',
  'schedule_missed',
  'schedule_overran',
  'alert_firing',
  'alert_resolved',
  'alert_no_data',
  'command_done',
  'command_failed',
  'not_observed',
] as const;
export const timelineCodeSchema = z.enum(timelineCodes);
export type TimelineCode = z.infer<typeof timelineCodeSchema>;

/** `good`: something that was bad is over. `plain`: it says nothing of good or bad. */
export const timelineToneSchema = z.enum(['bad', 'warning', 'good', 'plain']);
export type TimelineTone = z.infer<typeof timelineToneSchema>;

/** What an event of an alert tells, for a screen in any language. */
export const timelineAlertSchema = z.object({
  title: z.string(),
  evidence: z.string(),
  facts: evidenceFactsSchema.nullish(),
});

export const timelineEventSchema = z.object({
  id: z.number(),
  atMs: z.number(),
  /** When it was last seen, for one that was seen `count` times or lasted; else the same as `atMs`. */
  untilMs: z.number(),
  kind: timelineKindSchema,
  code: timelineCodeSchema,
  tone: timelineToneSchema,
  /** Whom it concerns: a connection's id, a queue, a worker, a tag, a rule, a schedule, a call. */
  subject: z.string(),
  /** Figures and reasons, in words. */
  detail: z.string(),
  /** The same for every language; events of earlier versions have none. */
  said: saidSchema.nullish(),
  /** Of events of alerts; those of earlier versions have none. */
  alert: timelineAlertSchema.nullish(),
  /** The same happening within seconds is one event. */
  count: z.number(),
});
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

/** Where a page begins: the last event of the page before. */
export const timelineCursorSchema = z.object({ atMs: z.number(), id: z.number() });
export type TimelineCursor = z.infer<typeof timelineCursorSchema>;

export const timelineQuerySchema = z.object({
  fromMs: z.number().nullable().default(null),
  toMs: z.number().nullable().default(null),
  /** Empty: all of them. */
  kinds: z.array(timelineKindSchema).max(timelineKinds.length).default([]),
  /** Empty: all of them. */
  tones: z.array(timelineToneSchema).max(4).default([]),
  /** The one that is concerned; null: all. */
  subject: z.string().max(500).nullable().default(null),
  before: timelineCursorSchema.nullable().default(null),
  limit: z.number().int().min(1).max(500).default(100),
});
export type TimelineQuery = z.infer<typeof timelineQuerySchema>;

/** Newest first. */
export const timelinePageSchema = z.object({
  events: z.array(timelineEventSchema),
  /** Null on the last page. */
  nextBefore: timelineCursorSchema.nullable(),
});
export type TimelinePage = z.infer<typeof timelinePageSchema>;
