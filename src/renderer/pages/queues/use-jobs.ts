/** The jobs of one search as a list that grows while it is read: pages by cursor, the first asked again after each look. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import { describeError } from '../../state/live-query.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import type { JobRow } from './queues-model.ts';

type Page = CallOutput<'jobs.list'>;

export interface Jobs {
  readonly rows: readonly JobRow[];
  /** Null until the first answer. */
  readonly totalCount: number | null;
  /** How far a search inside the records came; a further page goes on. */
  readonly searched: Page['searched'] | null;
  readonly missing: Page['missing'];
  readonly isLoading: boolean;
  readonly error: string | null;
  readonly hasMore: boolean;
  loadMore(): void;
  reload(): void;
}

type Search = Pick<CallInput<'jobs.list'>, 'queues' | 'states' | 'filter'>;

interface Loaded {
  readonly rows: readonly JobRow[];
  readonly page: Page | null;
  /** Pages that were read; a list that grew past its first is not replaced under its reader. */
  readonly pageCount: number;
}

const nothing: Loaded = { rows: [], page: null, pageCount: 0 };
const pageSize = 100;

export function useJobs(search: Search): Jobs {
  const { client, clock } = useServices();
  const { phase } = useEngineLink();
  const [loaded, setLoaded] = useState(nothing);
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ticket = useRef(0);
  const pageCount = useRef(0);
  const key = JSON.stringify(search);
  const load = useCallback(
    async (cursor: string | null): Promise<void> => {
      const input = JSON.parse(key) as Search;
      if (input.queues.length === 0) return;
      const own = ++ticket.current;
      setIsLoading(true);
      try {
        const page = await client.call('jobs.list', { ...input, cursor, limit: pageSize });
        // A later search has overtaken this one.
        if (own !== ticket.current) return;
        pageCount.current = cursor === null ? 1 : pageCount.current + 1;
        setLoaded((before) => ({
          rows: cursor === null ? page.rows : [...before.rows, ...page.rows],
          page,
          pageCount: pageCount.current,
        }));
        setError(null);
      } catch (thrown) {
        if (own === ticket.current) setError(describeError(thrown).message);
      }
      if (own === ticket.current) setIsLoading(false);
    },
    [client, key],
  );
  useEffect(() => {
    if (phase === 'disconnected' || phase === 'refused') return;
    return clock.after(0, () => void load(null));
  }, [load, clock, phase]);
  useEffect(
    () =>
      client.on('queues.sampled', () => {
        if (pageCount.current <= 1) void load(null);
      }),
    [client, load],
  );
  useEffect(() => client.on('queueActions.changed', () => void load(null)), [client, load]);
  const next = loaded.page?.nextCursor ?? null;
  const loadMore = useCallback(() => {
    if (next !== null && !isLoading) void load(next);
  }, [load, next, isLoading]);
  const reload = useCallback(() => void load(null), [load]);
  return {
    rows: loaded.rows,
    totalCount: loaded.page?.totalCount ?? null,
    searched: loaded.page?.searched ?? null,
    missing: loaded.page?.missing ?? null,
    isLoading,
    error,
    hasMore: next !== null,
    loadMore,
    reload,
  };
}
