/** Recognises the cache entries of other programs by their keys: the layout of the original system, and patterns of the user's. */
import type { LayerName } from '../../model/freshness.ts';

/** One glob and the layer of what it matches. */
export interface ForeignPattern {
  /** `*` any text, `?` one character. */
  readonly glob: string;
  /** One of ours, or any word. */
  readonly layer: string;
}

export interface ForeignName {
  /** The entry that it is or belongs to. */
  readonly key: string;
  readonly part: 'entry' | 'stale-copy' | 'meta';
  readonly layer: string;
  readonly glob: string;
}

/** Source: the original's guide: `SETEX <layer>:<hash>` with a copy under `:stale` and facts under `:meta`. */
export const originalPatterns: readonly ForeignPattern[] = [
  { glob: 'manager_dashboard:*', layer: 'dashboard' },
  { glob: 'dashboard:*', layer: 'dashboard' },
  { glob: 'kpis:*', layer: 'kpis' },
  { glob: 'charts:*', layer: 'charts' },
  { glob: 'financials:*', layer: 'financials' },
] satisfies { glob: string; layer: LayerName }[];

const parts = [
  { ending: ':stale', part: 'stale-copy' },
  { ending: ':meta', part: 'meta' },
] as const;

export class ForeignNames {
  readonly #patterns: readonly (ForeignPattern & { readonly matches: RegExp })[];

  constructor(patterns: readonly ForeignPattern[]) {
    this.#patterns = patterns.map((pattern) => ({ ...pattern, matches: regExpOf(pattern.glob) }));
  }

  get globs(): string[] {
    return this.#patterns.map(({ glob }) => glob);
  }

  /** Null for a key that no pattern matches; the first pattern wins. */
  of(key: string): ForeignName | null {
    const end = parts.find(({ ending }) => key.endsWith(ending));
    const entry = end ? key.slice(0, -end.ending.length) : key;
    const pattern = this.#patterns.find(({ matches }) => matches.test(entry));
    return pattern && !key.startsWith('vigia:')
      ? { key: entry, part: end?.part ?? 'entry', layer: pattern.layer, glob: pattern.glob }
      : null;
  }
}

function regExpOf(glob: string): RegExp {
  const source = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
