/** The tasks of one search as a list that grows while it is read, and whose part in sight follows what happens. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../../state/live-query.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import { emptyList, merged, queryOf, type Task, type TaskList, type TaskSearch } from './tasks-model.ts';

export interface Tasks {
  readonly rows: readonly Task[];
  /** Tasks in the history, whatever the filters; null until the first answer. */
  readonly historyCount: number | null;
  readonly isLoading: boolean;
  /** The rows are still those of the search before. */
  readonly isOfBefore: boolean;
  readonly hasMore: boolean;
  readonly error: string | null;
  loadMore(): void;
  /** Told which rows are in sight: those are kept up to date. */
  onRange(from: number, to: number): void;
}

const pageSize = 200;
/** A rare match may be far back: after so many pages without enough of them the person says whether to go on. */
const mostRounds = 12;
const enough = 60;

/** The state of one search; another search begins another. */
interface Session {
  list: TaskList;
  isBusy: boolean;
  from: number;
  to: number;
}

const newSession = (): Session => ({ list: emptyList, isBusy: false, from: 0, to: 0 });

export function useTasks(search: TaskSearch, isHeld: boolean): Tasks {
  const { client, clock } = useServices();
  const { phase } = useEngineLink();
  const key = JSON.stringify(search);
  const [shown, setShown] = useState<{ key: string | null; list: TaskList }>({ key: null, list: emptyList });
  const [historyCount, setHistoryCount] = useState<number | null>(null);
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const session = useRef(newSession());

  const ask = useCallback(
    async (own: Session, cursor: number | null, limit: number): Promise<number | null> => {
      const query = queryOf(JSON.parse(key) as TaskSearch, clock.now());
      const page = await client.call('celery.tasks', { ...query, cursor, limit });
      // Another search has taken the place of this one.
      if (own !== session.current) return null;
      own.list = merged(own.list, page, cursor ?? Number.POSITIVE_INFINITY);
      setShown({ key, list: own.list });
      setHistoryCount(page.historyCount);
      return page.nextCursor;
    },
    [client, clock, key],
  );

  /** One question at a time: what is asked meanwhile is asked again soon, by scrolling or by the next change. */
  const run = useCallback(async (work: (own: Session) => Promise<void>): Promise<void> => {
    const own = session.current;
    if (own.isBusy) return;
    own.isBusy = true;
    setIsLoading(true);
    let problem: string | null = null;
    try {
      await work(own);
    } catch (thrown) {
      problem = describeError(thrown).message;
    }
    own.isBusy = false;
    if (own !== session.current) return;
    setError(problem);
    setIsLoading(false);
  }, []);

  const more = useCallback(
    (cursor: number | null) =>
      run(async (own) => {
        const before = own.list.rows.length;
        let next = await ask(own, cursor, pageSize);
        for (let round = 1; next !== null && round < mostRounds; round += 1) {
          if (own.list.rows.length - before >= enough) return;
          next = await ask(own, next, pageSize);
        }
      }),
    [ask, run],
  );

  /** What is in sight, and at the top of the list what is new. */
  const refresh = useCallback(
    () =>
      run(async (own) => {
        const above = own.from <= 1 ? undefined : own.list.rows[own.from - 1];
        await ask(own, above?.seq ?? null, Math.min(pageSize, Math.max(50, own.to - own.from + 2)));
      }),
    [ask, run],
  );

  useEffect(() => {
    session.current = newSession();
    if (phase === 'disconnected' || phase === 'refused') return;
    return clock.after(0, () => void more(null));
  }, [more, clock, phase]);
  useEffect(() => {
    if (isHeld) return;
    return client.on('celery.changed', ({ what }) => {
      if (what.includes('tasks')) void refresh();
    });
  }, [client, refresh, isHeld]);

  const { list } = shown;
  const isOfBefore = shown.key !== key;
  const hasMore = list.nextCursor !== null && list.nextCursor !== Number.POSITIVE_INFINITY;
  const loadMore = useCallback(() => {
    const { nextCursor } = session.current.list;
    if (nextCursor !== null && nextCursor !== Number.POSITIVE_INFINITY) void more(nextCursor);
  }, [more]);
  const onRange = useCallback((from: number, to: number) => {
    session.current.from = from;
    session.current.to = to;
  }, []);
  return { rows: list.rows, historyCount, isLoading, isOfBefore, hasMore, error, loadMore, onRange };
}
