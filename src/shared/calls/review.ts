/** What may be asked of the past, noted of it, and taken elsewhere. */
import { z } from 'zod';
import { filtersSchema } from '../../../engine/model/filters.ts';
import {
  kpiHistorySchema,
  lookSchema,
  momentSchema,
  noteDraftSchema,
  noteSchema,
  reachSchema,
  reviewedSchema,
  timelineSchema,
} from '../../../engine/model/review.ts';
import { madeFileSchema, openedFileSchema, reviewFileKindSchema } from '../../../engine/model/review-file.ts';
import { command, done, nothing, query } from './call.ts';

const filters = filtersSchema.default({});
const who = z.string().trim().max(80).default('');
const noteId = z.string().min(1).max(100);
const kpiIds = z.array(z.string().regex(/^[a-z0-9_]{1,80}$/)).max(200);

export const reviewCalls = {
  /** What of the past there is; all of it where no time is given. */
  'review.timeline': query(
    z.object({ filters, fromMs: z.number().nullable().default(null), toMs: z.number().nullable().default(null) }),
    timelineSchema,
  ),
  /** KPIs, queues, workers, Redis and alerts as they stood at one instant. */
  'review.moment': query(z.object({ filters, atMs: z.number() }), momentSchema),
  'review.histories': query(
    z.object({
      filters,
      kpiIds,
      fromMs: z.number(),
      toMs: z.number(),
      maxPoints: z.number().int().min(1).max(2_000).default(400),
    }),
    z.object({ histories: z.array(kpiHistorySchema) }),
  ),
  /** Every note, newest first, each beside what is true now. */
  'review.notes.list': query(nothing, z.object({ notes: z.array(reviewedSchema) })),
  'review.notes.add': command(noteDraftSchema, noteSchema),
  'review.notes.close': command(z.object({ noteId, who, answer: z.string().trim().max(4_000).default('') }), done),
  'review.notes.remove': command(z.object({ noteId }), done),
  /** KPIs as this person last had them on screen, in an earlier sitting. */
  'review.looks': query(z.object({ filters, who }), z.object({ looks: z.array(lookSchema) })),
  /** These KPIs are on screen. */
  'review.look': command(z.object({ filters, who, kpiIds: kpiIds.min(1) }), done),
  'review.reach': query(nothing, reachSchema),
  /** A sealed file of one or two instants (null is now), or of the last day for support. */
  'review.file.make': query(
    z.object({
      kind: reviewFileKindSchema.default('snapshot'),
      filters,
      instants: z.array(z.number().nullable()).min(1).max(20).default([null]),
    }),
    madeFileSchema,
  ),
  /** @throws EngineError REVIEW_FILE_REFUSED with the reason */
  'review.file.open': query(z.object({ contentBase64: z.base64().max(14 * 1024 * 1024) }), openedFileSchema),
} as const;

export const reviewTopics = {
  'review.changed': z.object({ what: z.array(z.enum(['notes'])) }),
} as const;
