/**
 * A listing of entries of which only the pieces in sight are fetched. A newer listing takes the place of the shown one
 * when its first piece is there: rows are never taken away to wait for others.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Client } from '../../../shared/client.ts';
import { describeError, type LiveState } from '../../state/live-query.ts';
import type { KeptValues } from '../../state/storage.ts';
import type { CacheRow, EntriesPage, EntriesQuery } from './cache-model.ts';

type Pieces = ReadonlyMap<number, readonly CacheRow[]>;

export interface ListingState {
  /** What is known of the whole listing; null before the first answer. */
  readonly page: EntriesPage | null;
  /** Rows by the number of their piece, {@link pieceSize} in each; what is missing is not fetched (any more). */
  readonly pieces: Pieces;
  /** The rows are kept from an earlier run, and only the first of them. */
  readonly isKept: boolean;
  /** The rows answer another question than the one asked now. */
  readonly isOther: boolean;
  readonly isLoading: boolean;
  readonly error: LiveState<unknown>['error'];
}

export interface Listing {
  readonly store: StoreApi<ListingState>;
  /** Another question; the same one changes nothing. */
  ask(query: EntriesQuery): void;
  /** The same question of this moment. */
  refresh(): void;
  /** These rows are in sight. */
  look(from: number, to: number): void;
}

export const pieceSize = 200;
/** Of what was scrolled through. */
const mostPieces = 50;
/** More would not fit beside everything else that is kept. */
const keptRows = 100;
const keptKey = 'cache-entries';

interface Kept {
  readonly queryKey: string;
  readonly page: EntriesPage;
}

export function createListing(client: Pick<Client, 'call'>, kept: KeptValues): Listing {
  const store = createStore<ListingState>(() => ({
    page: null,
    pieces: new Map(),
    isKept: false,
    isOther: false,
    isLoading: false,
    error: null,
  }));
  let query: EntriesQuery | null = null;
  let sight = { from: 0, to: 0 };
  /** Counts questions: an answer to an earlier one is thrown away. */
  let turn = 0;
  let inFlight = new Set<number>();

  const refresh = async (): Promise<void> => {
    if (query === null) return;
    const asked = query;
    turn += 1;
    const own = turn;
    inFlight = new Set();
    store.setState({ isLoading: true });
    const first = pieceOf(sight.from);
    try {
      let page = await client.call('cache.entries', pieceInput(asked, first, null));
      if (own !== turn) return;
      // Fewer rows than before: what was in sight is past the end.
      if (page.rows.length === 0 && page.matchCount > 0 && first > 0) {
        page = await client.call('cache.entries', pieceInput(asked, 0, page.listingId));
        if (own !== turn) return;
      }
      store.setState({
        page,
        pieces: placed(new Map(), page, first),
        isKept: false,
        isOther: false,
        isLoading: false,
        error: null,
      });
      if (page.offset === 0) keep(kept, asked, page);
      fetchMissing();
    } catch (error) {
      if (own === turn) store.setState({ isLoading: false, error: describeError(error) });
    }
  };

  const fetchPiece = async (piece: number, listingId: string): Promise<void> => {
    if (query === null) return;
    const own = turn;
    inFlight.add(piece);
    try {
      const page = await client.call('cache.entries', pieceInput(query, piece, listingId));
      if (own !== turn) return;
      inFlight.delete(piece);
      // The engine no longer keeps the listing: this piece belongs to a newer one, in which rows may have moved.
      if (page.listingId !== listingId) void refresh();
      else store.setState(({ pieces }) => ({ pieces: placed(pieces, page, piece), error: null }));
    } catch (error) {
      if (own !== turn) return;
      inFlight.delete(piece);
      store.setState({ error: describeError(error) });
    }
  };

  const fetchMissing = (): void => {
    const { page, pieces, isKept, isOther } = store.getState();
    if (page === null || isKept || isOther) return;
    const last = pieceOf(Math.min(sight.to, page.matchCount - 1));
    for (let piece = pieceOf(sight.from); piece <= last; piece += 1)
      if (!pieces.has(piece) && !inFlight.has(piece)) void fetchPiece(piece, page.listingId);
  };

  return {
    store,
    ask(next) {
      const isFirst = query === null;
      if (!isFirst && JSON.stringify(next) === JSON.stringify(query)) return;
      query = next;
      sight = { from: 0, to: 0 };
      const known = isFirst ? readKept(kept, next) : null;
      if (known !== null) store.setState({ page: known, pieces: placed(new Map(), known, 0), isKept: true });
      else store.setState(({ page }) => ({ isOther: page !== null }));
      void refresh();
    },
    refresh: () => void refresh(),
    look(from, to) {
      sight = { from, to };
      fetchMissing();
    },
  };
}

function pieceInput(
  query: EntriesQuery,
  piece: number,
  listingId: string | null,
): EntriesQuery & {
  listingId: string | null;
  offset: number;
  limit: number;
} {
  return { ...query, listingId, offset: piece * pieceSize, limit: pieceSize };
}

function pieceOf(index: number): number {
  return Math.floor(index / pieceSize);
}

/** The row at an index of the listing; undefined while it is not fetched. */
export function rowOf(pieces: Pieces, index: number): CacheRow | undefined {
  return pieces.get(pieceOf(index))?.[index % pieceSize];
}

/** Pieces far from `near` make room, so that a walk through a large listing does not fill the memory. */
function placed(pieces: Pieces, page: EntriesPage, near: number): Pieces {
  const next = new Map(pieces).set(pieceOf(page.offset), page.rows);
  if (next.size <= mostPieces) return next;
  const byDistance = [...next.keys()].sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
  for (const far of byDistance.slice(mostPieces)) next.delete(far);
  return next;
}

function keep(kept: KeptValues, query: EntriesQuery, page: EntriesPage): void {
  const value: Kept = { queryKey: JSON.stringify(query), page: { ...page, rows: page.rows.slice(0, keptRows) } };
  kept.write(keptKey, value);
}

function readKept(kept: KeptValues, query: EntriesQuery): EntriesPage | null {
  const value = kept.read(keptKey) as Kept | null;
  return value !== null && value.queryKey === JSON.stringify(query) ? value.page : null;
}
