/** The namespaces that were opened, each read page by page; what pages saw adds up. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { keyId, type Space, type TreeNode } from './keys-model.ts';

export interface Level {
  readonly nodes: readonly TreeNode[];
  /** Null at the end: what was seen is all there is. */
  readonly nextCursor: string | null;
  readonly isReading: boolean;
  readonly error: string | null;
  readonly walkedKeys: number;
  readonly keyCount: number | null;
  /** More nodes were found than are listed. */
  readonly isTruncated: boolean;
  readonly commands: number;
  readonly tookMs: number;
}

export interface TreeRow {
  readonly id: string;
  readonly depth: number;
  /** Null: the way to read on, or what went wrong, at the end of its level. */
  readonly node: TreeNode | null;
  readonly levelId: string;
  readonly level: Level;
  readonly isOpen: boolean;
}

export interface Tree {
  readonly root: Level | null;
  readonly rows: readonly TreeRow[];
  toggle(node: TreeNode): void;
  readOn(levelId: string): void;
  again(): void;
}

const rootId = 't';
/** Pages of some 20,000 keys each that are read without being asked for. */
const pagesAtOnce = 3;
const emptyLevel: Level = {
  nodes: [],
  nextCursor: null,
  isReading: true,
  error: null,
  walkedKeys: 0,
  keyCount: null,
  isTruncated: false,
  commands: 0,
  tookMs: 0,
};

export function useTree({ connectionId, db }: Space, separator: string, isAway: boolean): Tree {
  const { client, clock } = useServices();
  const [levels, setLevels] = useState<ReadonlyMap<string, Level>>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  // Answers for another tree are dropped.
  const turn = useRef(0);
  const read = useCallback(
    async (levelId: string, before: Level | null): Promise<void> => {
      const mine = turn.current;
      const put = (level: Level): void => setLevels((now) => new Map(now).set(levelId, level));
      let level: Level = { ...(before ?? emptyLevel), isReading: true, error: null };
      put(level);
      try {
        for (let page = 0; page < pagesAtOnce && (page === 0 || level.nextCursor !== null); page += 1) {
          const answer = await client.call('redis.keyTree', {
            ...{ connectionId, db, separator, cursor: level.nextCursor },
            ...{ path: levelId.slice(1), pathEncoding: levelId.startsWith('b') ? 'base64' : 'text' },
          });
          if (mine !== turn.current) return;
          level = {
            nodes: together(level.nodes, answer.nodes),
            nextCursor: answer.nextCursor,
            isReading: true,
            error: null,
            walkedKeys: level.walkedKeys + answer.walked.walkedKeys,
            keyCount: answer.walked.keyCount,
            isTruncated: level.isTruncated || answer.truncated,
            commands: level.commands + answer.walked.commands,
            tookMs: level.tookMs + answer.walked.tookMs,
          };
          put(level);
        }
        put({ ...level, isReading: false });
      } catch (thrown) {
        if (mine !== turn.current) return;
        const { message, help } = describeError(thrown);
        put({ ...level, isReading: false, error: `${message} ${help}`.trim() });
      }
    },
    [client, connectionId, db, separator],
  );
  const again = useCallback((): void => {
    turn.current += 1;
    setOpen(new Set());
    setLevels(new Map());
    void read(rootId, null);
  }, [read]);
  useEffect(() => {
    // What was read stays on show while the server is away.
    if (isAway) return undefined;
    const stop = clock.after(0, again);
    return () => {
      stop();
      turn.current += 1;
    };
  }, [clock, again, isAway]);
  return {
    root: levels.get(rootId) ?? null,
    rows: rowsOf(rootId, 0, levels, open),
    toggle: (node) => {
      const id = idOf(node);
      const next = new Set(open);
      if (!next.delete(id)) next.add(id);
      setOpen(next);
      if (next.has(id) && !levels.has(id)) void read(id, null);
    },
    readOn: (levelId) => void read(levelId, levels.get(levelId) ?? null),
    again,
  };
}

export function idOf({ path, pathEncoding }: TreeNode): string {
  return keyId({ key: path, keyEncoding: pathEncoding });
}

function rowsOf(
  levelId: string,
  depth: number,
  levels: ReadonlyMap<string, Level>,
  open: ReadonlySet<string>,
): readonly TreeRow[] {
  const level = levels.get(levelId);
  if (level === undefined) return [];
  const rows = level.nodes.flatMap((node): readonly TreeRow[] => {
    const id = idOf(node);
    const isOpen = node.kind === 'namespace' && open.has(id);
    const row: TreeRow = { id: `${node.kind} ${id}`, depth, node, levelId, level, isOpen };
    return isOpen ? [row, ...rowsOf(id, depth + 1, levels, open)] : [row];
  });
  if (level.nextCursor === null && level.error === null && !level.isReading) return rows;
  return [...rows, { id: `more ${levelId}`, depth, node: null, levelId, level, isOpen: false }];
}

/** In the order of the engine: namespaces first, by keys seen. */
function together(before: readonly TreeNode[], more: readonly TreeNode[]): TreeNode[] {
  const all = new Map(before.map((node) => [`${node.kind} ${idOf(node)}`, node]));
  for (const node of more) {
    const id = `${node.kind} ${idOf(node)}`;
    const known = all.get(id);
    all.set(
      id,
      known === undefined ? node : { ...node, keysSeen: node.kind === 'key' ? 1 : known.keysSeen + node.keysSeen },
    );
  }
  return [...all.values()].toSorted(
    (a, b) =>
      Number(a.kind === 'key') - Number(b.kind === 'key') || b.keysSeen - a.keysSeen || a.path.localeCompare(b.path),
  );
}
