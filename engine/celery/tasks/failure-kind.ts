/** Which failures are one and the same: an exception's text with everything that varies from task to task taken out. */
import { createHash } from 'node:crypto';

export interface FailureKind {
  readonly failureId: string;
  readonly exceptionType: string;
  /** What varies is `…`. */
  readonly message: string;
}

/** Longer texts are cut before they are looked at. */
const longestText = 600;
/** The same exceptions come again and again; this many kinds are found without normalising. */
const memoCeiling = 500;
const memo = new Map<string, FailureKind>();

/**
 * @param exception a repr such as `ValueError('row 17 is bad')`; after a hard time limit it is `ExceptionWithTraceback()`
 *   and the truth is the traceback's last line (source: billiard, seen with Celery 5.2.6).
 */
export function failureKind(exception: string, traceback: string | null): FailureKind {
  const text = (isHollow(exception) ? lastLine(traceback) : null) ?? exception;
  const cut = text.slice(0, longestText);
  const known = memo.get(cut);
  if (known) return known;
  const kind = kindOf(cut);
  if (memo.size >= memoCeiling) memo.clear();
  memo.set(cut, kind);
  return kind;
}

/** The words to show for a failure. */
export function exceptionText(exception: string, traceback: string | null): string {
  return (isHollow(exception) ? lastLine(traceback) : null) ?? exception;
}

function kindOf(text: string): FailureKind {
  const match = /^([\w.]+)\s*(?:\(([\s\S]*)\)|:\s*([\s\S]*))?$/.exec(text.trim());
  const exceptionType = match?.[1]?.split('.').at(-1) ?? 'Exception';
  const message = normalise(match ? (match[2] ?? match[3] ?? '') : text);
  const failureId = createHash('sha1').update(`${exceptionType}\n${message}`).digest('hex').slice(0, 16);
  return { failureId, exceptionType, message };
}

/** Ids before numbers, quotes inside the outer ones before both: each would eat a part of the next. */
function normalise(text: string): string {
  const inner = text.replace(/^(['"])([\s\S]*)\1,?$/, '$2');
  return inner
    .replace(/\\(['"])/g, '$1')
    .replace(/(["'])[^"']{1,200}\1/g, '…')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '…')
    .replace(/\b0x[0-9a-f]+\b/gi, '…')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '…')
    .replace(/-?\d+(?:[.,:]\d+)*/g, '…')
    .replace(/(?:…\s*)+/g, '… ')
    .trim();
}

function isHollow(exception: string): boolean {
  return exception.startsWith('ExceptionWithTraceback');
}

function lastLine(traceback: string | null): string | null {
  const lines = (traceback ?? '').trimEnd().split('\n');
  // billiard ends such a traceback with a quote line of its own.
  const told = lines.map((line) => line.trim()).filter((line) => line !== '' && line !== '"""');
  const last = told.findLast((line) => /^[\w.]+(\(|:)/.test(line)) ?? null;
  return last === null || last === '' ? null : last;
}
