/** What may be asked of the alerts, their history, and the channels that tell of them. */
import { z } from 'zod';
import { alertHistoryPageSchema, alertHistoryQuerySchema, alertStatusSchema } from '../../../engine/model/alert.ts';
import {
  channelDraftSchema,
  channelPreviewSchema,
  channelTestSchema,
  channelViewSchema,
  deliveryQuerySchema,
  deliverySchema,
} from '../../../engine/model/alert-channel.ts';
import { command, done, nothing, query } from './call.ts';

const channelId = z.object({ channelId: z.string() });

export const alertCalls = {
  'alerts.now': query(nothing, z.object({ alerts: z.array(alertStatusSchema) })),
  'alerts.history': query(alertHistoryQuerySchema, alertHistoryPageSchema),
  'alerts.acknowledge': command(z.object({ ruleId: z.string(), note: z.string().max(500).default('') }), done),
  'alerts.channels.list': query(nothing, z.object({ channels: z.array(channelViewSchema) })),
  'alerts.channels.save': command(channelDraftSchema, channelViewSchema),
  'alerts.channels.remove': command(channelId, done),
  /** How the newest alert of the history, or an example that says it is one, would look. */
  'alerts.channels.preview': query(channelDraftSchema, channelPreviewSchema),
  /** Sends one message that says that it is a test, by the draft as it is typed. */
  'alerts.channels.test': command(channelDraftSchema, channelTestSchema),
  /** Every attempt, newest first. */
  'alerts.channels.deliveries': query(
    deliveryQuerySchema,
    z.object({ deliveries: z.array(deliverySchema), nextBeforeId: z.number().nullable() }),
  ),
} as const;

export const alertTopics = {
  'alerts.changed': z.object({ ruleId: z.string() }),
  'alerts.channelsChanged': z.object({ channelId: z.string() }),
} as const;
