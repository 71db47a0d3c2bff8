/** Reads replies of commands that have no method of their own, whichever shape the protocol gave them. */

export function asText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** 0 for what is no number. */
export function asNumber(value: unknown): number {
  const number = Number(asText(value));
  return Number.isFinite(number) ? number : 0;
}

/** Of a flat list of names and values, of an object, or of a map. */
export function entriesOf(reply: unknown): [string, unknown][] {
  if (Array.isArray(reply)) {
    const list: unknown[] = reply;
    return Array.from({ length: Math.floor(list.length / 2) }, (_, at) => [asText(list[2 * at]), list[2 * at + 1]]);
  }
  if (reply instanceof Map) return [...reply].map(([name, value]: [unknown, unknown]) => [asText(name), value]);
  return typeof reply === 'object' && reply !== null ? Object.entries(reply) : [];
}

export function listOf(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : [];
}
