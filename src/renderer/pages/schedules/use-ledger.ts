/** The ledger of runs for one choice: pages by cursor, the first one asked again when a run changes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../../state/live-query.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import type { Outcome, Run } from './schedules-model.ts';

export interface Ledger {
  readonly runs: readonly Run[];
  /** False until the first answer. */
  readonly isKnown: boolean;
  readonly isLoading: boolean;
  readonly error: string | null;
  readonly hasMore: boolean;
  loadMore(): void;
}

type Cursor = { readonly dueMs: number; readonly id: number };

const pageSize = 50;

export function useLedger(scheduleId: string | null, outcome: Outcome | null): Ledger {
  const { client, clock } = useServices();
  const { phase } = useEngineLink();
  const [loaded, setLoaded] = useState<{ runs: readonly Run[]; next: Cursor | null } | null>(null);
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ticket = useRef(0);
  const load = useCallback(
    async (before: Cursor | null): Promise<void> => {
      const own = ++ticket.current;
      setIsLoading(true);
      try {
        const page = await client.call('schedules.runs', {
          ...(scheduleId === null ? {} : { id: scheduleId }),
          ...(outcome === null ? {} : { outcomes: [outcome] }),
          ...(before === null ? {} : { before }),
          limit: pageSize,
        });
        // A later choice has overtaken this one.
        if (own !== ticket.current) return;
        setLoaded((known) => ({
          runs: before === null ? page.runs : [...(known?.runs ?? []), ...page.runs],
          next: page.nextBefore,
        }));
        setError(null);
      } catch (thrown) {
        if (own === ticket.current) setError(describeError(thrown).message);
      }
      if (own === ticket.current) setIsLoading(false);
    },
    [client, scheduleId, outcome],
  );
  useEffect(() => {
    if (phase === 'disconnected' || phase === 'refused') return;
    return clock.after(0, () => void load(null));
  }, [load, clock, phase]);
  useEffect(() => client.on('schedules.changed', () => void load(null)), [client, load]);
  const next = loaded?.next ?? null;
  const loadMore = useCallback(() => {
    if (next !== null && !isLoading) void load(next);
  }, [load, next, isLoading]);
  return { runs: loaded?.runs ?? [], isKnown: loaded !== null, isLoading, error, hasMore: next !== null, loadMore };
}
