/** Finds and reads the pack's SQL files, from the source tree as from a bundle that lies elsewhere in the package. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EngineError } from '../../engine/base/errors.ts';

const texts = new Map<string, string>();
let folder: string | null = null;

/** The text of `sql/<name>.sql`. */
export function readSql(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  folder ??= findFolder();
  const text = readFileSync(join(folder, `${name}.sql`), 'utf8');
  texts.set(name, text);
  return text;
}

/** Bundlers move this module, but never out of the package that holds `packs/edp/sql`. */
function findFolder(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const candidate = join(at, 'packs', 'edp', 'sql');
    if (existsSync(candidate)) return candidate;
    if (at === dirname(at)) {
      throw new EngineError(
        'INTERNAL',
        `No folder packs/edp/sql above ${import.meta.dirname}: the installation is incomplete`,
      );
    }
  }
}
