/** The secret that a caller shows: given by the user, or made once and kept in the data folder. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const tokenBytes = 32;
/** A kept token shorter than this was not made by us and is replaced. */
const shortestKept = 16;

/** The token of this data folder, made on first use and readable only by its owner. */
export function keepToken(dataDir: string): string {
  const file = join(dataDir, 'token');
  const kept = readKept(file);
  if (kept !== null) {
    chmodSync(file, 0o600);
    return kept;
  }
  const made = randomBytes(tokenBytes).toString('base64url');
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return made;
}

function readKept(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text.length >= shortestKept ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Compares in a time that tells nothing of where the two differ. */
export function sameToken(expected: string, shown: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(shown));
}
