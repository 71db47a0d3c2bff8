/** The history that a search finds, as a file: read page by page, the newest first, up to a ceiling that is said. */
import type { Client } from '../../../shared/client.ts';
import type { Transition } from './alerts-model.ts';
import { type HistorySearch, historyInput } from './use-history.ts';

export const mostExported = 100_000;
const pageSize = 500;

/** @returns what was read, and whether there is more. */
export async function readHistory(
  client: Client,
  search: HistorySearch,
  onProgress: (count: number) => void,
): Promise<{ transitions: Transition[]; isCut: boolean }> {
  const transitions: Transition[] = [];
  let beforeId: number | null = null;
  do {
    const page: { transitions: Transition[]; nextBeforeId: number | null } = await client.call('alerts.history', {
      ...historyInput(search, beforeId),
      limit: pageSize,
    });
    transitions.push(...page.transitions);
    beforeId = page.nextBeforeId;
    onProgress(transitions.length);
  } while (beforeId !== null && transitions.length < mostExported);
  return { transitions, isCut: beforeId !== null };
}

const columns = [
  'id',
  'at',
  'ruleId',
  'title',
  'severity',
  'from',
  'to',
  'value',
  'threshold',
  'evidence',
  'cause',
  'chain',
] as const;

export function historyAsCsv(transitions: readonly Transition[]): string {
  const lines = transitions.map(({ atMs, chain, ...rest }) => {
    const row = { ...rest, at: new Date(atMs).toISOString(), chain: chain.map(({ words }) => words).join(' → ') };
    return columns.map((column) => cell(row[column])).join(',');
  });
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

export function historyAsJson(transitions: readonly Transition[]): string {
  return `${JSON.stringify({ format: 'vigia-alert-history', version: 1, transitions }, null, 2)}\n`;
}

/** Quoted where it must be; a text that a spreadsheet would take for a formula is made a text. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
