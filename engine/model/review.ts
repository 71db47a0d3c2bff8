/** The past as a reviewer sees it: what stood at an instant, what was noted, what was last seen, and what a file of it holds. */
import { z } from 'zod';
import { alertStateSchema, observationGapSchema, severitySchema } from './alert.ts';
import { figureSchema, sectionNameSchema, sectionPayloadSchema, sourceInfoSchema, unitSchema } from './dashboard.ts';
import { filtersSchema } from './filters.ts';
import { entryStateSchema } from './freshness.ts';
import { linkViewSchema } from './health.ts';
import { signalNameSchema } from './sample.ts';
import { workerVerdictSchema } from './worker.ts';

/** A section as it stood; its state is judged by the age it had then. */
export const pastSectionSchema = z.object({
  name: sectionNameSchema,
  state: entryStateSchema,
  computedAtMs: z.number().nullable(),
  dataAsOfMs: z.number().nullable(),
  /** ISO date: the "today" it was computed for; null where that was not kept. */
  asOf: z.string().nullable(),
  /** The version of the formulas; null where nothing was computed yet. */
  packVersion: z.number().nullable(),
  payload: sectionPayloadSchema.nullable(),
});
export type PastSection = z.infer<typeof pastSectionSchema>;

/** What stood around the values. No worker's load is in it, so that an unchanged fleet is one record. */
export const surroundingsSchema = z.object({
  links: z.array(linkViewSchema.omit({ sinceMs: true })),
  source: sourceInfoSchema.omit({ rowCount: true }),
  workers: z.array(z.object({ workerId: z.string(), slots: z.number(), verdict: workerVerdictSchema })),
});
export type Surroundings = z.infer<typeof surroundingsSchema>;

export const pastQueueSchema = z.object({
  connectionId: z.string(),
  prefix: z.string(),
  name: z.string(),
  /** The start of the stretch that the figures are the last of. */
  atMs: z.number(),
  stretchMs: z.number(),
  waiting: z.number().nullable(),
  active: z.number().nullable(),
  delayed: z.number().nullable(),
  failed: z.number().nullable(),
  workers: z.number().nullable(),
  oldestWaitingMs: z.number().nullable(),
});
export type PastQueue = z.infer<typeof pastQueueSchema>;

export const pastAlertSchema = z.object({
  ruleId: z.string(),
  title: z.string(),
  severity: severitySchema,
  state: alertStateSchema,
  sinceMs: z.number(),
  value: z.number().nullable(),
  threshold: z.number(),
  evidence: z.string(),
});
export type PastAlert = z.infer<typeof pastAlertSchema>;

/** The signals that a moment shows beside the KPIs. */
export const momentSignals = [
  'cache.hit_ratio',
  'response.p95_ms',
  'workers.available_count',
  'queue.backlog_count',
  'queue.oldest_waiting_ms',
  'redis.cache.memory_bytes',
  'redis.cache.memory_ratio',
  'redis.cache.ping_ms',
  'redis.broker.memory_bytes',
  'redis.broker.memory_ratio',
  'redis.broker.ping_ms',
  'source.query_p95_ms',
] as const;

/** Everything as it stood at one instant. */
export const momentSchema = z.object({
  atMs: z.number(),
  /** `blind`: nobody looked then; the values are the last ones from before. `before`: nothing is kept from then. */
  observed: z.enum(['seen', 'blind', 'before']),
  /** Why nobody looked, where that is known. */
  gap: observationGapSchema.nullable(),
  filters: filtersSchema,
  pack: z.string(),
  source: z.string(),
  sections: z.array(pastSectionSchema),
  oldestComputedAtMs: z.number().nullable(),
  oldestDataAsOfMs: z.number().nullable(),
  surroundings: surroundingsSchema.extend({ seenAtMs: z.number() }).nullable(),
  queues: z.array(pastQueueSchema),
  signals: z.array(z.object({ signal: signalNameSchema, atMs: z.number(), value: z.number() })),
  alerts: z.array(pastAlertSchema),
});
export type Moment = z.infer<typeof momentSchema>;

export const alertSpanSchema = z.object({
  ruleId: z.string(),
  title: z.string(),
  severity: severitySchema,
  fromMs: z.number(),
  /** Null while it lasts. */
  toMs: z.number().nullable(),
});
export type AlertSpan = z.infer<typeof alertSpanSchema>;

export const keptViewSchema = z.object({
  filters: filtersSchema,
  firstAtMs: z.number(),
  lastAtMs: z.number(),
});
export type KeptView = z.infer<typeof keptViewSchema>;

/** What of the past there is. */
export const timelineSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  /** Instants at which something was computed; the last of each short stretch where there are many. */
  instants: z.array(z.number()),
  gaps: z.array(observationGapSchema),
  alerts: z.array(alertSpanSchema),
  /** The one computed last first. */
  views: z.array(keptViewSchema),
  storage: z.object({
    sizeBytes: z.number(),
    ceilingBytes: z.number(),
    /** What the contents would take without compression; equal ones counted once. */
    rawBytes: z.number(),
    snapshotCount: z.number(),
    payloadCount: z.number(),
    oldestAtMs: z.number().nullable(),
  }),
});
export type Timeline = z.infer<typeof timelineSchema>;

/** One KPI over time, a null where nothing speaks for the time between two computations. */
export const kpiHistorySchema = z.object({
  kpiId: z.string(),
  unit: unitSchema.nullable(),
  fromMs: z.number(),
  toMs: z.number(),
  points: z.array(z.object({ atMs: z.number(), value: z.number().nullable() })),
  /** Computations that were looked at; more than points where equal stretches were cut. */
  computationCount: z.number(),
});
export type KpiHistory = z.infer<typeof kpiHistorySchema>;

export const noteKindSchema = z.enum(['note', 'question', 'acceptance']);
export type NoteKind = z.infer<typeof noteKindSchema>;

/** A KPI as somebody had it before them. */
export const asStoodSchema = z.object({
  kpiId: z.string().regex(/^[a-z0-9_]{1,80}$/),
  section: sectionNameSchema,
  filters: filtersSchema,
  /** The instant that was on screen; null for "now". */
  atMs: z.number().nullable(),
  figure: figureSchema.pick({ value: true, unit: true, noDataReason: true, target: true, better: true }),
  state: entryStateSchema,
  computedAtMs: z.number().nullable(),
  dataAsOfMs: z.number().nullable(),
  packVersion: z.number().nullable(),
  source: z.string(),
  /** What could not be reached when it was written: `cache`, `broker`, `source`. */
  unreachable: z.array(z.string()),
});
export type AsStood = z.infer<typeof asStoodSchema>;

export const noteSchema = z.object({
  id: z.string(),
  kind: noteKindSchema,
  who: z.string(),
  atMs: z.number(),
  words: z.string(),
  asStood: asStoodSchema,
  closedAtMs: z.number().nullable(),
  closedBy: z.string().nullable(),
  answer: z.string().nullable(),
});
export type Note = z.infer<typeof noteSchema>;

/** Who, what and about which KPI; what stood there the engine looks up by itself. */
export const noteDraftSchema = z.object({
  kind: noteKindSchema,
  who: z.string().trim().max(80).default(''),
  /** A note and a question say something; an acceptance may be silent. */
  words: z.string().trim().max(4_000).default(''),
  kpiId: asStoodSchema.shape.kpiId,
  filters: filtersSchema.default({}),
  /** The instant on screen; null for "now". */
  atMs: z.number().nullable().default(null),
});
export type NoteDraft = z.infer<typeof noteDraftSchema>;

/** `changed` and `same` compare values; `not-computed-since` means that nothing newer is known. */
export const reviewedSchema = z.object({
  note: noteSchema,
  now: z.object({
    verdict: z.enum(['changed', 'same', 'not-computed-since', 'unknown']),
    figure: asStoodSchema.shape.figure.nullable(),
    state: entryStateSchema,
    computedAtMs: z.number().nullable(),
    dataAsOfMs: z.number().nullable(),
    /** Why nothing can be said, where nothing can. */
    problem: z.string().nullable(),
  }),
});
export type Reviewed = z.infer<typeof reviewedSchema>;

/** A KPI as somebody last had it on screen, before this sitting. */
export const lookSchema = z.object({
  kpiId: z.string(),
  seenAtMs: z.number(),
  value: z.number().nullable(),
  computedAtMs: z.number().nullable(),
  dataAsOfMs: z.number().nullable(),
});
export type Look = z.infer<typeof lookSchema>;

/** What can be reached, since when, and when it last could. */
export const reachSchema = z.object({
  atMs: z.number(),
  parts: z.array(
    z.object({
      id: z.enum(['cache', 'broker', 'source']),
      /** Without credentials. */
      address: z.string(),
      reachable: z.boolean(),
      /** By what this run of the program saw. */
      sinceMs: z.number(),
      /** Also from earlier runs; null when it never could. */
      lastReachedAtMs: z.number().nullable(),
      problem: z.string().nullable(),
    }),
  ),
});
export type Reach = z.infer<typeof reachSchema>;
