/** What may be asked of the line of time on which everything that happened stands. */
import { z } from 'zod';
import { timelinePageSchema, timelineQuerySchema } from '../../../engine/model/timeline.ts';
import { query } from './call.ts';

export const timelineCalls = {
  'timeline.events': query(timelineQuerySchema, timelinePageSchema),
} as const;

export const timelineTopics = {
  /** Events were added or went on; told at most four times a second. */
  'timeline.added': z.object({ lastAtMs: z.number() }),
} as const;
