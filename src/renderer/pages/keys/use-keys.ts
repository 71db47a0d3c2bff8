/** The keys that match, read on page by page from a cursor; what it cost is added up. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import type { KeyFilter, KeyRow } from './keys-model.ts';

interface Read {
  readonly rows: readonly KeyRow[];
  /** Null at the end of the key space. */
  readonly nextCursor: string | null;
  readonly walkedKeys: number;
  readonly keyCount: number | null;
  readonly commands: number;
  readonly tookMs: number;
}

export interface Keys {
  /** Null before the first page. */
  readonly read: Read | null;
  readonly isReading: boolean;
  readonly error: string | null;
  readOn(): void;
  again(): void;
}

const pageKeys = 200;
/** A search for few keys among many is carried on by itself so often, then asks. */
const pagesAtOnce = 8;

export function useKeys(connectionId: string, filter: KeyFilter): Keys {
  const { client, clock } = useServices();
  const [state, setState] = useState<Pick<Keys, 'read' | 'isReading' | 'error'>>({
    read: null,
    isReading: true,
    error: null,
  });
  const filterKey = JSON.stringify(filter);
  // Answers to another question than the last one are dropped.
  const turn = useRef(0);
  const go = useCallback(
    async (from: Read | null): Promise<void> => {
      turn.current += 1;
      const mine = turn.current;
      let read = from;
      setState((now) => ({ ...now, isReading: true, error: null }));
      try {
        for (let page = 0; page < pagesAtOnce && (page === 0 || read?.nextCursor !== null); page += 1) {
          const asked = JSON.parse(filterKey) as KeyFilter;
          const cursor = read?.nextCursor ?? null;
          const answer = await client.call('redis.keys', { connectionId, filter: asked, cursor, limit: pageKeys });
          if (mine !== turn.current) return;
          const rows = merged(read?.rows ?? [], answer.keys);
          const { walked } = answer;
          read = {
            rows,
            nextCursor: answer.nextCursor,
            walkedKeys: (read?.walkedKeys ?? 0) + walked.walkedKeys,
            keyCount: walked.keyCount,
            commands: (read?.commands ?? 0) + walked.commands,
            tookMs: (read?.tookMs ?? 0) + walked.tookMs,
          };
          const shown = read;
          setState((now) => ({ ...now, read: shown }));
          if (rows.length - (from?.rows.length ?? 0) >= pageKeys) break;
        }
        setState((now) => ({ ...now, isReading: false }));
      } catch (thrown) {
        if (mine !== turn.current) return;
        const { message, help } = describeError(thrown);
        // Rows of another question must not stand under this one's failure.
        const kept = from === null ? null : read;
        setState({ read: kept, isReading: false, error: `${message} ${help}`.trim() });
      }
    },
    [client, connectionId, filterKey],
  );
  useEffect(() => {
    const stop = clock.after(0, () => void go(null));
    return () => {
      stop();
      turn.current += 1;
    };
  }, [clock, go]);
  const { read } = state;
  return {
    ...state,
    readOn: useCallback(() => void go(read), [go, read]),
    again: useCallback(() => void go(null), [go]),
  };
}

/** SCAN may bring a key twice: the newer row counts, in the older one's place. */
function merged(before: readonly KeyRow[], more: readonly KeyRow[]): KeyRow[] {
  const all = new Map(before.map((row) => [`${row.keyEncoding}${row.key}`, row]));
  for (const row of more) all.set(`${row.keyEncoding}${row.key}`, row);
  return [...all.values()];
}
