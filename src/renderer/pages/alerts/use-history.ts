/** The history of alerts for one search: pages by cursor, the first one asked again when an alert changes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput } from '../../../shared/contract.ts';
import { describeError } from '../../state/live-query.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import type { AlertState, Transition } from './alerts-model.ts';

export interface HistorySearch {
  readonly search: string;
  readonly ruleId: string | null;
  readonly to: AlertState | null;
  readonly severity: Transition['severity'] | null;
  /** ISO dates in the person's own time zone; empty for no limit. */
  readonly from: string;
  readonly until: string;
}

export interface History {
  readonly transitions: readonly Transition[];
  /** Null until the first answer. */
  readonly totalCount: number | null;
  readonly hasMoreThanCounted: boolean;
  readonly isLoading: boolean;
  readonly error: string | null;
  readonly hasMore: boolean;
  loadMore(): void;
}

interface Loaded {
  readonly transitions: readonly Transition[];
  readonly totalCount: number | null;
  readonly hasMoreThanCounted: boolean;
  readonly nextBeforeId: number | null;
}

const nothing: Loaded = { transitions: [], totalCount: null, hasMoreThanCounted: false, nextBeforeId: null };
const pageSize = 100;
/** Typing should not ask the engine at every key. */
const typingPauseMs = 250;
const dayMs = 24 * 60 * 60_000;

export function useHistory(search: HistorySearch): History {
  const { client, clock } = useServices();
  const { phase } = useEngineLink();
  const [loaded, setLoaded] = useState(nothing);
  const [isLoading, setIsLoading] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const ticket = useRef(0);
  const key = JSON.stringify(search);

  const load = useCallback(
    async (beforeId: number | null): Promise<void> => {
      const own = ++ticket.current;
      setIsLoading(true);
      try {
        const input = historyInput(JSON.parse(key) as HistorySearch, beforeId);
        const page = await client.call('alerts.history', input);
        // A later search has overtaken this one.
        if (own !== ticket.current) return;
        setLoaded((before) => ({
          ...page,
          transitions: beforeId === null ? page.transitions : [...before.transitions, ...page.transitions],
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
    return clock.after(typingPauseMs, () => void load(null));
  }, [load, clock, phase]);
  useEffect(() => client.on('alerts.changed', () => void load(null)), [client, load]);

  const { nextBeforeId } = loaded;
  const loadMore = useCallback(() => {
    if (nextBeforeId !== null && !isLoading) void load(nextBeforeId);
  }, [load, nextBeforeId, isLoading]);
  return { ...loaded, isLoading, error, hasMore: nextBeforeId !== null, loadMore };
}

export function historyInput(search: HistorySearch, beforeId: number | null): CallInput<'alerts.history'> {
  const { search: text, ruleId, to, severity, from, until } = search;
  return {
    search: text.trim(),
    ruleId,
    to,
    severity,
    fromMs: from === '' ? null : new Date(`${from}T00:00:00`).getTime(),
    // The day named last is part of the range.
    untilMs: until === '' ? null : new Date(`${until}T00:00:00`).getTime() + dayMs - 1,
    beforeId,
    limit: pageSize,
  };
}
