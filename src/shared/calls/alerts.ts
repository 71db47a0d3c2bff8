/** What may be asked of the alerts and their history. */
import { z } from 'zod';
import { alertHistoryPageSchema, alertHistoryQuerySchema, alertStatusSchema } from '../../../engine/model/alert.ts';
import { command, done, nothing, query } from './call.ts';

export const alertCalls = {
  'alerts.now': query(nothing, z.object({ alerts: z.array(alertStatusSchema) })),
  'alerts.history': query(alertHistoryQuerySchema, alertHistoryPageSchema),
  'alerts.acknowledge': command(z.object({ ruleId: z.string(), note: z.string().max(500).default('') }), done),
} as const;

export const alertTopics = {
  'alerts.changed': z.object({ ruleId: z.string() }),
} as const;
