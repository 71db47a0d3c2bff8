/** Reports of housekeeping done by workers, left in Redis for every console of the fleet. */
import type { z } from 'zod';
import { reportName } from '../redis/key-names.ts';
import type { RedisLink } from '../redis/link.ts';

type Kind = Parameters<typeof reportName>[0];

const keptMs = 30 * 24 * 60 * 60_000;

/** @throws EngineError REDIS_* */
export async function leaveReport(link: RedisLink, kind: Kind, report: object): Promise<void> {
  const text = JSON.stringify(report);
  await link.command('Leaving a report', (client) => client.set(reportName(kind), text, 'PX', keptMs));
}

/** Null without one, or with one that this version does not understand. @throws EngineError REDIS_* */
export async function readReport<Report>(
  link: RedisLink,
  kind: Kind,
  schema: z.ZodType<Report>,
): Promise<Report | null> {
  const text = await link.command('Reading a report', (client) => client.get(reportName(kind)));
  return text === null ? null : parseReport(text, schema);
}

/** Null for a text that is no such report. */
export function parseReport<Report>(text: string, schema: z.ZodType<Report>): Report | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Of another version: as good as none.
    return null;
  }
}
