/** A JSON value as the lines of a tree: only what is open is looked at, so that a large value costs what is shown. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface JsonLine {
  /** JSON pointer (RFC 6901); empty for the whole. */
  readonly path: string;
  readonly depth: number;
  /** Null for the whole. */
  readonly key: string | null;
  readonly value: Json;
  /** Null for what has nothing inside. */
  readonly childCount: number | null;
  readonly isOpen: boolean;
  /** From 1, among the children of its parent. */
  readonly position: number;
  readonly siblingCount: number;
}

export function childrenOf(value: Json): readonly (readonly [string, Json])[] | null {
  if (value === null || typeof value !== 'object') return null;
  return Array.isArray(value)
    ? value.map((each: Json, index): [string, Json] => [String(index), each])
    : Object.entries(value as { readonly [key: string]: Json });
}

export function childPath(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function linesOf(value: Json, open: ReadonlySet<string>): JsonLine[] {
  const lines: JsonLine[] = [];
  const add = (path: string, key: string | null, each: Json, depth: number, position: number, of: number): void => {
    const children = childrenOf(each);
    const isOpen = children !== null && open.has(path);
    lines.push({
      path,
      depth,
      key,
      value: each,
      childCount: children?.length ?? null,
      isOpen,
      position,
      siblingCount: of,
    });
    if (!isOpen) return;
    children.forEach(([name, child], index) =>
      add(childPath(path, name), name, child, depth + 1, index + 1, children.length),
    );
  };
  add('', null, value, 0, 1, 1);
  return lines;
}

/** Opens level by level while the whole still fits into `lineCount` lines; the outermost is always open. */
export function openAtFirst(value: Json, lineCount: number): ReadonlySet<string> {
  const open = new Set(['']);
  let level: (readonly [string, Json])[] = [['', value]];
  let count = 1 + (childrenOf(value)?.length ?? 0);
  for (;;) {
    const next = level.flatMap(([path, each]) =>
      (childrenOf(each) ?? []).map(([key, child]): [string, Json] => [childPath(path, key), child]),
    );
    const added = next.reduce((sum, [, each]) => sum + (childrenOf(each)?.length ?? 0), 0);
    if (added === 0 || count + added > lineCount) return open;
    for (const [path] of next) open.add(path);
    count += added;
    level = next;
  }
}

/** Paths of all containers: for opening everything. Stops at `limit`. */
export function containersOf(value: Json, limit: number): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string, each: Json): void => {
    const children = childrenOf(each);
    if (children === null || found.size >= limit) return;
    found.add(path);
    for (const [key, child] of children) visit(childPath(path, key), child);
  };
  visit('', value);
  return found;
}

/** Paths whose key or plain value contains `text`, from top to bottom, at most `limit`; case does not matter. */
export function findInJson(value: Json, text: string, limit: number): readonly string[] {
  const wanted = text.trim().toLowerCase();
  const found: string[] = [];
  if (wanted === '') return found;
  const visit = (path: string, key: string | null, each: Json): void => {
    if (found.length >= limit) return;
    const children = childrenOf(each);
    const own = `${key ?? ''}\n${children === null ? JSON.stringify(each) : ''}`;
    if (own.toLowerCase().includes(wanted)) found.push(path);
    for (const [name, child] of children ?? []) visit(childPath(path, name), name, child);
  };
  visit('', null, value);
  return found;
}

/** Everything that must be open for `path` to be seen. */
export function ancestorsOf(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => parts.slice(0, index).reduce((before, part) => `${before}/${part}`, ''));
}
