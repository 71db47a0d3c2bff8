/** Reads the raw replies of Redis into typed values, so that a strange one is an error where it came from. */
import { z } from 'zod';

const texts = z.array(z.string());
const maybeTexts = z.array(z.string().nullable());

export const textsOf = (reply: unknown): string[] => texts.parse(reply);
export const maybeTextsOf = (reply: unknown): (string | null)[] => maybeTexts.parse(reply);
export const countOf = (reply: unknown): number => z.coerce.number().parse(reply);
export const textOf = (reply: unknown): string | null => z.string().nullable().parse(reply);

/** Members with their scores; `ZRANGE … WITHSCORES` answers pairs or one flat row, by protocol. */
export function scoredOf(reply: unknown): { member: string; score: number }[] {
  const rows = z.array(z.union([z.tuple([z.string(), z.coerce.number()]), z.string(), z.number()])).parse(reply);
  const found: { member: string; score: number }[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    if (Array.isArray(row)) found.push({ member: row[0], score: row[1] });
    else {
      found.push({ member: String(row), score: Number(rows[index + 1]) });
      index += 1;
    }
  }
  return found;
}

/** The fields of a hash; `HGETALL` answers one flat row or an object, by protocol. */
export function fieldsOf(reply: unknown): Map<string, string> {
  if (!Array.isArray(reply)) return new Map(Object.entries(z.record(z.string(), z.string()).parse(reply)));
  return pairsOf(textsOf(reply));
}

export interface StreamEntry {
  readonly id: string;
  readonly atMs: number;
  readonly fields: Map<string, string>;
}

const entries = z.array(z.tuple([z.string(), z.array(z.string())]));

/** Source: an entry's id is `<milliseconds of the server's clock>-<sequence>`. */
export function entriesOf(reply: unknown): StreamEntry[] {
  return entries.parse(reply).map(([id, row]) => ({ id, atMs: Number(id.split('-')[0]), fields: pairsOf(row) }));
}

function pairsOf(row: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < row.length; index += 2) found.set(row[index] ?? '', row[index + 1] ?? '');
  return found;
}
