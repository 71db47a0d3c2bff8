/** Tells programs on this machine where the running console answers: a file in the data folder while it does. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Answers what removes it again; a file that a later console wrote is left alone. */
export function keepAddress(dataDir: string, address: string): () => void {
  const file = join(dataDir, 'address');
  const text = `${address}\n`;
  writeFileSync(file, text, { mode: 0o600 });
  return () => {
    try {
      if (readFileSync(file, 'utf8') === text) rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
}
