/** Connections to Redis servers that are watched: what a user saves of one, and how it stands now. */
import { z } from 'zod';
import { linkViewSchema } from './health.ts';
import { saidSchema } from './said.ts';

/** Production is shown so that nobody mistakes it. */
export const connectionEnvironmentSchema = z.enum(['production', 'staging', 'development', 'other']);
export type ConnectionEnvironment = z.infer<typeof connectionEnvironmentSchema>;

/** What there is to be looked at behind a connection. */
export const connectionPurposeSchema = z.enum(['cache', 'bullmq', 'celery', 'keys']);
export type ConnectionPurpose = z.infer<typeof connectionPurposeSchema>;

/** A mark to tell connections apart; states have colours of their own. */
export const connectionColourSchema = z.enum(['grey', 'blue', 'teal', 'violet', 'pink', 'brown']);

/** `observe`: nothing is written through it. `operate`: writes pass. */
export const connectionModeSchema = z.enum(['observe', 'operate']);

export const connectionProfileSchema = z.object({
  id: z.string(),
  name: z.string().trim().min(1).max(60),
  colour: connectionColourSchema,
  environment: connectionEnvironmentSchema,
  /** Any URL of `parseRedisUrl`, without credentials; TLS files are named in its query. */
  url: z.string().min(1).max(2_000),
  username: z.string().max(200).nullable(),
  /** Of the sentinels themselves, where they have users of their own. */
  sentinelUsername: z.string().max(200).nullable(),
  purposes: z.array(connectionPurposeSchema),
});
export type ConnectionProfile = z.infer<typeof connectionProfileSchema>;

/** What a user fills in; what is left out keeps its value, or takes its default in a new profile. */
export const connectionDraftSchema = connectionProfileSchema
  .omit({ id: true })
  .partial()
  .extend({
    /** Of the profile to change; without it a new one is made. */
    id: z.string().optional(),
    name: connectionProfileSchema.shape.name,
    /** May hold credentials: they are taken out of it and kept as secrets. */
    url: connectionProfileSchema.shape.url,
    /** Null removes it. */
    password: z.string().max(1_000).nullable().optional(),
    sentinelPassword: z.string().max(1_000).nullable().optional(),
  });
export type ConnectionDraft = z.infer<typeof connectionDraftSchema>;

export const connectionViewSchema = connectionProfileSchema.extend({
  /** `cache` and `broker`, on which the console itself runs: not to be changed here. */
  builtIn: z.boolean(),
  /** The variable that sets a built-in one; null for profiles and for the embedded servers. */
  setBy: z.string().nullable(),
  /** Everything behind it is on this machine. */
  local: z.boolean(),
  topology: z.enum(['standalone', 'socket', 'sentinel', 'cluster']),
  hasPassword: z.boolean(),
  mode: connectionModeSchema,
  /** When `operate` ends by itself; null when it does not. */
  operateUntilMs: z.number().nullable(),
  link: linkViewSchema.omit({ role: true }).extend({
    /** Of a link that is not up; at most some seconds ahead. */
    nextTryAtMs: z.number().nullable(),
  }),
});
export type ConnectionView = z.infer<typeof connectionViewSchema>;

/** Where passwords are kept. */
export const vaultKindSchema = z.enum(['keychain', 'file']);

export const connectionListSchema = z.object({ connections: z.array(connectionViewSchema), vault: vaultKindSchema });

export const connectionTestSchema = z.object({
  /** No step failed. */
  ok: z.boolean(),
  steps: z.array(
    z.object({
      step: z.enum(['dns', 'reach', 'tls', 'auth', 'version', 'role', 'rights', 'latency']),
      outcome: z.enum(['passed', 'warned', 'failed', 'skipped']),
      /** What was found, or what is wrong and what to do. */
      detail: z.string(),
      /** The same for every language; missing where only a server or a library knows it. */
      said: saidSchema.optional(),
      tookMs: z.number(),
    }),
  ),
  product: z.enum(['Redis', 'Valkey']).nullable(),
  version: z.string().nullable(),
  /** Median of ten round trips. */
  latencyMs: z.number().nullable(),
  /** By mode what the user may not do, as `config|get`; null where the server cannot be asked: before Redis 7.0, or the user may not. */
  rights: z
    .object({
      user: z.string(),
      observe: z.array(z.string()),
      /** Beyond what is missing to observe already. */
      operate: z.array(z.string()),
    })
    .nullable(),
});
export type ConnectionTest = z.infer<typeof connectionTestSchema>;

/** Profiles to be taken elsewhere: never with a password. */
export const connectionExportSchema = z.object({
  format: z.literal('vigia-connections'),
  version: z.literal(1),
  connections: z.array(connectionProfileSchema.omit({ id: true })).max(500),
});
export type ConnectionExport = z.infer<typeof connectionExportSchema>;

export const connectionImportSchema = z.object({
  /** Names of the profiles that were made. */
  added: z.array(z.string()),
  /** Names that exist already; those profiles were left as they are. */
  skipped: z.array(z.string()),
});
export type ConnectionImport = z.infer<typeof connectionImportSchema>;
