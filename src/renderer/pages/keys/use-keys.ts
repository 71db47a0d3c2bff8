/** The keys that match, read on page by page from a cursor or to the end; what it cost is added up. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallOutput } from '../../../shared/contract.ts';
import { useAddress } from '../../state/address.ts';
import { describeError } from '../../state/live-query.ts';
import type { Connection } from '../../state/operate.ts';
import { useServices } from '../../state/services.ts';
import type { KeptValues } from '../../state/storage.ts';
import { filterOf, type KeyFilter, type KeyRow, type Space } from './keys-model.ts';

interface Read {
  readonly rows: readonly KeyRow[];
  /** Null at the end of the key space. */
  readonly nextCursor: string | null;
  readonly walkedKeys: number;
  readonly keyCount: number | null;
  readonly commands: number;
  readonly tookMs: number;
  readonly readAtMs: number;
}

export interface Keys {
  /** Null before the first page. */
  readonly read: Read | null;
  readonly isReading: boolean;
  readonly error: string | null;
  readOn(): void;
  /** Until nothing is left, or so many keys that a list is no help any more; `stop` ends it. */
  readAll(): void;
  stop(): void;
  again(): void;
}

interface State extends Pick<Keys, 'read' | 'isReading' | 'error'> {
  /** The question that `read` answers. */
  readonly of: string;
}

const pageKeys = 200;
const allPageKeys = 500;
/** A search for few keys among many is carried on by itself so often, then asks. */
const pagesAtOnce = 8;
/** What a list of keys in a browser can be. */
export const mostRows = 50_000;
/** Kept for the time when the server cannot be reached. */
const keptRows = 100;

/** @param isAsked false while another tab is open: nothing is read then */
export function useKeys({ connectionId, db }: Space, { link }: Pick<Connection, 'link'>, isAsked: boolean): Keys {
  const { client, clock, kept } = useServices();
  const filter = filterOf(useAddress('keys'));
  const question = JSON.stringify({ connectionId, db, filter });
  const [state, setState] = useState<State>(() => {
    const read = keptRead(kept, connectionId, question);
    return { read, isReading: true, error: null, of: read === null ? '' : question };
  });
  // Answers to another question than the last one are dropped.
  const turn = useRef(0);
  const go = useCallback(
    async (from: Read | null, mostPages: number): Promise<void> => {
      turn.current += 1;
      const mine = turn.current;
      const asked = JSON.parse(question) as Space & { filter: KeyFilter };
      let read = from;
      setState((now) => ({ ...now, isReading: true, error: null }));
      try {
        for (let page = 0; page < mostPages && (page === 0 || read?.nextCursor !== null); page += 1) {
          const cursor = read?.nextCursor ?? null;
          const answer = await client.call('redis.keys', {
            ...asked,
            cursor,
            limit: mostPages === pagesAtOnce ? pageKeys : allPageKeys,
          });
          if (mine !== turn.current) return;
          read = together(read, answer, clock.now());
          const shown = read;
          setState((now) => ({ ...now, read: shown, of: question }));
          if (from === null && page === 0) keep(kept, connectionId, question, read);
          if (read.rows.length >= mostRows) break;
          if (mostPages === pagesAtOnce && read.rows.length - (from?.rows.length ?? 0) >= pageKeys) break;
        }
        setState((now) => ({ ...now, isReading: false }));
      } catch (thrown) {
        if (mine !== turn.current) return;
        const { message, help } = describeError(thrown);
        const error = `${message} ${help}`.trim();
        // Rows of another question must not stand under this one's failure.
        setState((now) =>
          now.of === question ? { ...now, isReading: false, error } : { read: null, isReading: false, error, of: '' },
        );
      }
    },
    [client, clock, kept, connectionId, question],
  );
  // Asked again when the server is back.
  const isAway = link.state === 'unreachable' || link.state === 'refused';
  useEffect(() => {
    if (!isAsked) return undefined;
    const stop = clock.after(0, () => void go(null, isAway ? 1 : pagesAtOnce));
    return () => {
      stop();
      turn.current += 1;
    };
  }, [clock, go, isAsked, isAway]);
  const { read } = state;
  return {
    ...state,
    readOn: useCallback(() => void go(read, pagesAtOnce), [go, read]),
    readAll: useCallback(() => void go(read, Number.POSITIVE_INFINITY), [go, read]),
    stop: useCallback(() => {
      turn.current += 1;
      setState((now) => ({ ...now, isReading: false }));
    }, []),
    again: useCallback(() => void go(null, pagesAtOnce), [go]),
  };
}

/** SCAN may bring a key twice: the newer row counts, in the older one's place. */
function together(before: Read | null, { keys, nextCursor, walked }: CallOutput<'redis.keys'>, readAtMs: number): Read {
  const all = new Map(before?.rows.map((row) => [`${row.keyEncoding}${row.key}`, row]));
  for (const row of keys) all.set(`${row.keyEncoding}${row.key}`, row);
  return {
    rows: [...all.values()],
    nextCursor,
    walkedKeys: (before?.walkedKeys ?? 0) + walked.walkedKeys,
    keyCount: walked.keyCount,
    commands: (before?.commands ?? 0) + walked.commands,
    tookMs: (before?.tookMs ?? 0) + walked.tookMs,
    readAtMs,
  };
}

function keep(kept: KeptValues, connectionId: string, question: string, read: Read): void {
  kept.write(`keys-${connectionId}`, { question, read: { ...read, rows: read.rows.slice(0, keptRows) } });
}

function keptRead(kept: KeptValues, connectionId: string, question: string): Read | null {
  const found = kept.read(`keys-${connectionId}`) as { question?: string; read?: Read } | null;
  return found?.question === question ? (found.read ?? null) : null;
}
