/** What may be asked of the connections that are watched, and done with them. */
import { z } from 'zod';
import {
  connectionDraftSchema,
  connectionExportSchema,
  connectionImportSchema,
  connectionListSchema,
  connectionTestSchema,
  connectionViewSchema,
} from '../../../engine/model/connection.ts';
import { command, done, nothing, query } from './call.ts';

const minuteMs = 60_000;
const one = z.object({ connectionId: z.string() });

export const connectionCalls = {
  'connections.list': query(nothing, connectionListSchema),
  /** Tries a draft that need not be saved; writes nothing. A draft with an id uses the password that is kept. */
  'connections.test': query(connectionDraftSchema, connectionTestSchema),
  'connections.save': command(connectionDraftSchema, connectionViewSchema),
  'connections.remove': command(one, done),
  /** Without passwords. */
  'connections.export': query(nothing, connectionExportSchema),
  /** Profiles whose names exist already are left as they are. */
  'connections.import': command(z.object({ document: connectionExportSchema }), connectionImportSchema),
  /** Lets writes pass for a while; then it locks itself. */
  'connections.unlock': command(
    one.extend({
      forMs: z
        .number()
        .int()
        .min(minuteMs)
        .max(480 * minuteMs)
        .default(15 * minuteMs),
    }),
    connectionViewSchema,
  ),
  'connections.lock': command(one, connectionViewSchema),
} as const;

export const connectionTopics = {
  /** Added, changed, removed, locked, unlocked, or its link is in another state. */
  'connections.changed': one,
} as const;
