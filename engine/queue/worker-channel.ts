/** The messages between a supervisor and its worker processes. */
import { z } from 'zod';
import { timedQuerySchema } from '../model/source-query.ts';

/** Parent to child, once: what the child works with. It may hold credentials, so it is no argument and no variable. */
export const settingsMessageSchema = z.object({
  kind: z.literal('vigia:settings'),
  settings: z.json(),
  /** Processes that had this one's place before it and were replaced in order. */
  recycledCount: z.number(),
  /** How long active jobs may go on after a SIGTERM before they are given back; null: the child's own idea. */
  drainMs: z.number().nullable(),
});
export type ChildSettings = z.infer<typeof settingsMessageSchema>['settings'];

/** Parent to child: another has taken its place, or is not to. */
export const retireMessageSchema = z.object({ kind: z.literal('vigia:retire') });

/** Child to parent. */
export const childMessageSchema = z.discriminatedUnion('kind', [
  /** It listens to its queues. */
  z.object({ kind: z.literal('vigia:ready'), workerId: z.string() }),
  /** It wants to be replaced; it takes jobs until its replacement is ready. */
  z.object({ kind: z.literal('vigia:retiring'), why: z.string() }),
  /** A query of the source has ended; the console knows which are slow. */
  z.object({ kind: z.literal('vigia:query'), query: timedQuerySchema }),
  /** It can still answer, and this is what it does. */
  z.object({
    kind: z.literal('vigia:pulse'),
    active: z.array(z.object({ taskId: z.string(), job: z.string(), activeMs: z.number() })),
  }),
]);
export type ChildMessage = z.infer<typeof childMessageSchema>;
