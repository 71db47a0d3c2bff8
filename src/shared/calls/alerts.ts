/** What may be asked of the alerts, their history, and the channels that tell of them. */
import { z } from 'zod';
import {
  alertHistoryPageSchema,
  alertHistoryQuerySchema,
  alertStatusSchema,
  observationGapSchema,
} from '../../../engine/model/alert.ts';
import {
  channelDraftSchema,
  channelPreviewSchema,
  channelTestSchema,
  channelViewSchema,
  deliveryQuerySchema,
  deliverySchema,
} from '../../../engine/model/alert-channel.ts';
import { alertDetailSchema, alertFiguresSchema } from '../../../engine/model/alert-episodes.ts';
import { alertRetentionLimitsSchema, alertRetentionSchema } from '../../../engine/model/alert-retention.ts';
import {
  ruleDraftSchema,
  ruleImportSchema,
  rulePreviewSchema,
  ruleViewSchema,
  signalInfoSchema,
  silenceDraftSchema,
  silenceSchema,
} from '../../../engine/model/alert-rules.ts';
import { command, done, nothing, query } from './call.ts';

const ruleId = z.object({ ruleId: z.string() });
const channelId = z.object({ channelId: z.string() });

export const alertCalls = {
  'alerts.now': query(nothing, z.object({ alerts: z.array(alertStatusSchema) })),
  'alerts.history': query(alertHistoryQuerySchema, alertHistoryPageSchema),
  /** One change with its chain of causes, what was sent for it, and who acknowledged it. */
  'alerts.transition': query(z.object({ id: z.number().int() }), alertDetailSchema),
  /** When each rule fired, and what that adds up to; gathered over several turns. */
  'alerts.figures': query(z.object({ fromMs: z.number(), toMs: z.number() }), alertFiguresSchema),
  /** How long the history is kept, and what it takes; counted over several turns. */
  'alerts.retention': query(nothing, alertRetentionSchema),
  /** Null: as the program brings it. What is past the new limits goes at once. */
  'alerts.retention.set': command(z.object({ limits: alertRetentionLimitsSchema.nullable() }), alertRetentionSchema),
  'alerts.acknowledge': command(z.object({ ruleId: z.string(), note: z.string().max(500).default('') }), done),
  'alerts.rules.list': query(nothing, z.object({ rules: z.array(ruleViewSchema) })),
  'alerts.rules.save': command(ruleDraftSchema, ruleViewSchema),
  'alerts.rules.remove': command(ruleId, done),
  'alerts.rules.reset': command(ruleId, ruleViewSchema),
  /** The rule replayed over what is stored; a week unless told otherwise. */
  'alerts.rules.preview': query(
    z.object({
      rule: ruleDraftSchema,
      forMs: z
        .number()
        .int()
        .min(60_000)
        .max(90 * 86_400_000)
        .default(7 * 86_400_000),
    }),
    rulePreviewSchema,
  ),
  'alerts.rules.export': query(
    z.object({ as: z.enum(['yaml', 'prometheus']).default('yaml') }),
    z.object({ text: z.string() }),
  ),
  'alerts.rules.import': command(z.object({ yaml: z.string().max(2_000_000) }), ruleImportSchema),
  /** What rules can look at, with its newest sample. */
  'alerts.signals': query(nothing, z.object({ signals: z.array(signalInfoSchema) })),
  'alerts.silences.list': query(nothing, z.object({ silences: z.array(silenceSchema) })),
  'alerts.silences.add': command(silenceDraftSchema, silenceSchema),
  'alerts.silences.lift': command(z.object({ silenceId: z.string() }), done),
  /** Stretches in which nothing could be seen, and therefore nothing was claimed. */
  'alerts.gaps': query(
    z.object({ fromMs: z.number(), toMs: z.number(), limit: z.number().int().min(1).max(1_000).default(100) }),
    z.object({ gaps: z.array(observationGapSchema) }),
  ),
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
