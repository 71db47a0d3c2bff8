/** Takes out of an error what differs from one job to the next, so that failures of one cause become one group. */
import { createHash } from 'node:crypto';

/** Of the error; what comes later rarely tells causes apart. */
const lookedAt = 300;

/** The order matters: what is quoted may hold anything, an address holds numbers, a UUID holds hexadecimal words. */
const replacements: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/"(?:[^"\\\n]|\\.){1,200}"/g, '"…"'],
  [/'(?:[^'\\\n]|\\.){2,200}'(?![a-z])/g, "'…'"],
  [/`[^`\n]{1,200}`/g, '`…`'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s,;)]+/gi, '<url>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/gi, '<hex>'],
  [/(?:\/[\w.@-]+){2,}(?::\d+)*/g, '<path>'],
  [/(?<![A-Za-z])[-+]?\d+(?:[.,]\d+)*/g, '<n>'],
  [/(?<=[A-Za-z_-])\d{2,}\b/g, '<n>'],
  [/\s+/g, ' '],
];

/** `Timeout of 5000 ms at order 17` → `Timeout of <n> ms at order <n>`. */
export function errorPattern(error: string): string {
  const first = error.slice(0, lookedAt).split('\n', 1)[0] ?? '';
  const pattern = replacements.reduce((text, [from, to]) => text.replace(from, to), first).trim();
  return pattern === '' ? '(no message)' : pattern;
}

/** Names the group in a filter; the same pattern is the same group on every machine. */
export function failureGroupOf(error: string): string {
  return createHash('sha1').update(errorPattern(error)).digest('hex').slice(0, 16);
}
