/** A query of the source that took long, as it is told from a worker process to the console. */
import { z } from 'zod';

export const timedQuerySchema = z.object({
  sql: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  durationMs: z.number(),
});
export type TimedQuery = z.infer<typeof timedQuerySchema>;
