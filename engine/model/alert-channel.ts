/** The ways in which somebody is told of an alert, what is owed on them, and what became of it. */
import { z } from 'zod';
import { severitySchema } from './alert.ts';

export const channelKindSchema = z.enum(['desktop', 'email', 'slack', 'webhook', 'command']);
export type ChannelKind = z.infer<typeof channelKindSchema>;

const addressSchema = z.email().max(254);

/** Passwords, signing secrets and Slack's URL (which is one) are in the vault, never here. */
export const channelSettingsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('desktop') }),
  z.object({
    kind: z.literal('email'),
    host: z.string().min(1).max(255),
    port: z.number().int().min(1).max(65_535),
    /** `tls`: from the first byte; `starttls`: refused where the server does not offer it; `none`: in clear. */
    security: z.enum(['tls', 'starttls', 'none']),
    username: z.string().max(255).nullable().default(null),
    from: addressSchema,
    to: z.array(addressSchema).min(1).max(50),
    /** PEM of an authority of one's own; null: those that the system trusts. */
    ca: z.string().max(20_000).nullable().default(null),
  }),
  z.object({ kind: z.literal('slack') }),
  z.object({ kind: z.literal('webhook'), url: z.url({ protocol: /^https?$/ }).max(2_000) }),
  z.object({
    kind: z.literal('command'),
    /** An absolute path; started without a shell. */
    program: z.string().min(1).max(1_000),
    args: z.array(z.string().max(1_000)).max(50).default([]),
  }),
]);
export type ChannelSettings = z.infer<typeof channelSettingsSchema>;

const minute = 60_000;

/** `{{name}}` is filled in, `{{#each alerts}}…{{/each}}` repeated; null takes the built-in text. */
export const channelTemplatesSchema = z.object({
  title: z.string().max(500).nullable().default(null),
  text: z.string().max(10_000).nullable().default(null),
  html: z.string().max(20_000).nullable().default(null),
});
export type ChannelTemplates = z.infer<typeof channelTemplatesSchema>;

export const alertChannelSchema = z.object({
  id: z.string().max(100),
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean().default(true),
  settings: channelSettingsSchema,
  /** Alerts below this severity are not told here. */
  minimumSeverity: severitySchema.default('info'),
  /** Also told when it is over. */
  tellsResolved: z.boolean().default(true),
  /** What came up together goes out together. */
  groupBy: z.enum(['channel', 'severity', 'rule']).default('channel'),
  /** How long to wait for what else comes up. */
  groupWaitMs: z
    .number()
    .int()
    .min(0)
    .max(10 * minute)
    .default(0),
  /** Told again while it fires and nobody has acknowledged it; null: once. */
  repeatMs: z.number().int().min(minute).nullable().default(null),
  /** Tried for this long, then given up with a notice. */
  deadlineMs: z
    .number()
    .int()
    .min(minute)
    .max(7 * 24 * 60 * minute)
    .default(24 * 60 * minute),
  templates: channelTemplatesSchema.default({ title: null, text: null, html: null }),
});
export type AlertChannel = z.infer<typeof alertChannelSchema>;

/** `secret` left out stays as it is, null takes it away: the SMTP password, Slack's URL, or what a webhook is signed with. */
export const channelDraftSchema = alertChannelSchema.omit({ id: true }).extend({
  id: z.string().max(100).optional(),
  secret: z.string().max(4_000).nullable().optional(),
});
export type ChannelDraft = z.infer<typeof channelDraftSchema>;

export const channelViewSchema = alertChannelSchema.extend({
  hasSecret: z.boolean(),
  /** Owed and not yet taken. */
  dueCount: z.number(),
  oldestDueAtMs: z.number().nullable(),
  nextAttemptAtMs: z.number().nullable(),
  lastSentAtMs: z.number().nullable(),
  /** Of the last attempt; null when it went well. */
  lastError: z.string().nullable(),
});
export type ChannelView = z.infer<typeof channelViewSchema>;

/** What one message looks like on a channel. */
export const channelPreviewSchema = z.object({ title: z.string(), text: z.string(), html: z.string() });
export type ChannelPreview = z.infer<typeof channelPreviewSchema>;

export const channelTestSchema = z.object({
  delivered: z.boolean(),
  tookMs: z.number(),
  problem: z.string().nullable(),
});
export type ChannelTest = z.infer<typeof channelTestSchema>;

export const deliverySchema = z.object({
  id: z.number(),
  channelId: z.string(),
  atMs: z.number(),
  tookMs: z.number(),
  /** `told-elsewhere`: another console on the same Redis had said it. */
  outcome: z.enum(['sent', 'failed', 'given-up', 'told-elsewhere', 'test-sent', 'test-failed']),
  title: z.string(),
  alertCount: z.number(),
  attempt: z.number(),
  problem: z.string().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

export const deliveryQuerySchema = z.object({
  channelId: z.string().nullable().default(null),
  beforeId: z.number().nullable().default(null),
  limit: z.number().int().min(1).max(500).default(100),
});
export type DeliveryQuery = z.infer<typeof deliveryQuerySchema>;
