/** The messages between a supervisor and its worker processes. */
import { z } from 'zod';

/** Parent to child, once: what the child works with. It may hold credentials, so it is no argument and no variable. */
export const settingsMessageSchema = z.object({ kind: z.literal('vigia:settings'), settings: z.json() });
export type ChildSettings = z.infer<typeof settingsMessageSchema>['settings'];

/** Child to parent: it listens to its queues. */
export const readyMessageSchema = z.object({ kind: z.literal('vigia:ready'), workerId: z.string() });
