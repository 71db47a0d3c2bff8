/** Filters as a caller gives them: names and plain values; what each means is the pack's business. */
import { z } from 'zod';

/** A value or a set of values; `todos`, an empty text and an absent filter mean the same: no restriction. */
const filterValueSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

export const filtersSchema = z.record(z.string(), filterValueSchema);
export type Filters = z.infer<typeof filtersSchema>;

/** A filter as a pack declares it, with what the source offers to choose from. */
export const filterOptionSchema = z.object({
  id: z.string(),
  kind: z.enum(['date', 'days', 'choice']),
  label: z.string(),
  /** For `choice`: the distinct values in the source, most frequent first, at most 500. */
  values: z.array(z.string()),
});
export type FilterOption = z.infer<typeof filterOptionSchema>;

/** The same text for the same filters, in whatever order they were named. */
export function filtersKey(filters: Filters): string {
  return JSON.stringify(Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Back from {@link filtersKey}; empty where it is not one. */
export function filtersOfKey(key: string): Filters {
  const pairs = z.array(z.tuple([z.string(), filterValueSchema])).safeParse(JSON.parse(key));
  return pairs.success ? Object.fromEntries(pairs.data) : {};
}
