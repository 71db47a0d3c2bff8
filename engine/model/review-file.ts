/** What a `.vigia` file holds: moments with their values, provenance, ages and notes; for support also how the program fared. */
import { z } from 'zod';
import { alertTransitionSchema, observationGapSchema } from './alert.ts';
import { alertSpanSchema, kpiHistorySchema, momentSchema, noteSchema } from './review.ts';
import { scheduleRunSchema } from './schedule.ts';
import { noticeSchema } from './system.ts';

export const reviewFileKindSchema = z.enum(['snapshot', 'support']);
export type ReviewFileKind = z.infer<typeof reviewFileKindSchema>;

/** What a defect is looked for in; names, addresses and values are left out of it. */
export const supportPartSchema = z.object({
  program: z.record(z.string(), z.string()),
  settings: z.array(z.object({ name: z.string(), value: z.string(), origin: z.string() })),
  notices: z.array(noticeSchema),
  transitions: z.array(alertTransitionSchema),
  runs: z.array(scheduleRunSchema),
  /** The end of the log, oldest first. */
  log: z.array(z.string()),
});
export type SupportPart = z.infer<typeof supportPartSchema>;

export const reviewContentSchema = z.object({
  kind: reviewFileKindSchema,
  madeAtMs: z.number(),
  madeBy: z.string(),
  /** Oldest first; at least one. */
  frames: z.array(momentSchema).min(1),
  histories: z.array(kpiHistorySchema),
  notes: z.array(noteSchema),
  gaps: z.array(observationGapSchema),
  alerts: z.array(alertSpanSchema),
  support: supportPartSchema.nullable(),
});
export type ReviewContent = z.infer<typeof reviewContentSchema>;

export const fileSealSchema = z.object({
  /** Of the content, hex. */
  sha256: z.string(),
  /** Of the key that sealed it: the same for every file of one installation. */
  fingerprint: z.string(),
});
export type FileSeal = z.infer<typeof fileSealSchema>;

export const madeFileSchema = z.object({
  fileName: z.string(),
  sizeBytes: z.number(),
  seal: fileSealSchema,
  contentBase64: z.string(),
});
export type MadeFile = z.infer<typeof madeFileSchema>;

export const openedFileSchema = z.object({
  content: reviewContentSchema,
  seal: fileSealSchema,
  /** True when this installation sealed it. */
  isOwn: z.boolean(),
  sizeBytes: z.number(),
});
export type OpenedFile = z.infer<typeof openedFileSchema>;
