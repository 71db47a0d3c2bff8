/** Decides whether a job fits a filter; what is inside the data is read only for jobs that fit in everything else. */
import type { JobFilter, JobRow } from '../../model/job.ts';
import type { BrokerCommands } from '../broker.ts';
import { failureGroupOf } from './error-pattern.ts';
import { queueKey } from './queue-layout.ts';
import { textOf } from './replies.ts';

/** Data beyond this is not searched: reading it would cost more than looking is worth. */
export const searchedDataBytes = 256 * 1024;

/** True when nothing has to be looked up in the records. */
export function isPlain(filter: JobFilter): boolean {
  return Object.entries(filter).every(([name, value]) => value === undefined || name === 'fromMs' || name === 'toMs');
}

/** The rows that fit, in their order. @param scoreTimed true when the stretch of time was already held against the scores. */
export async function matching(
  commands: BrokerCommands,
  rows: readonly JobRow[],
  filter: JobFilter,
  scoreTimed: boolean,
): Promise<JobRow[]> {
  const fitting = rows.filter((row) => fits(row, filter) && (scoreTimed || isInTime(row, filter)));
  const { data } = filter;
  if (!data) return fitting;
  const path = parsePath(data.path);
  const found = await Promise.all(
    fitting.map(async (row) => {
      if (row.missing || row.dataSizeBytes > searchedDataBytes) return false;
      const text = textOf(await commands.call('HGET', queueKey(row.queue, row.jobId), 'data'));
      return text !== null && fitsData(text, path, data.equals);
    }),
  );
  return fitting.filter((_, index) => found[index]);
}

function fits(row: JobRow, { name, error, failureGroup }: JobFilter): boolean {
  if (name !== undefined && !contains(row.name, name)) return false;
  if (error !== undefined && !contains(row.error, error)) return false;
  return failureGroup === undefined || (row.error !== null && failureGroupOf(row.error) === failureGroup);
}

function isInTime({ createdAtMs }: JobRow, { fromMs, toMs }: JobFilter): boolean {
  if (fromMs === undefined && toMs === undefined) return true;
  return createdAtMs !== null && createdAtMs >= (fromMs ?? -Infinity) && createdAtMs <= (toMs ?? Infinity);
}

function contains(text: string | null, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) ?? false;
}

/** `items[0].sku` → items, 0, sku. */
export function parsePath(path: string): string[] {
  return path
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');
}

function fitsData(text: string, path: readonly string[], equals: string | undefined): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  if (equals === undefined) return true;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) === equals : String(value) === equals;
}
