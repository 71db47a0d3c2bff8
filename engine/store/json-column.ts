/** Values kept as JSON in a column, with rows of earlier and later versions in mind. */
import type { z } from 'zod';

/** Null where nothing is kept, or what is kept is not known to this version. */
export function parsedJson<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Not JSON at all: as good as not there.
    return null;
  }
}

export function jsonText(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}
