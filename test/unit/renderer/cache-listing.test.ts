/** The Cache page's listing: pieces in sight are fetched once, a newer listing replaces the shown one, late answers are dropped. */
import { describe, expect, it } from 'vitest';
import type { CacheRow, EntriesPage, EntriesQuery } from '../../../src/renderer/pages/cache/cache-model.ts';
import { createListing, pieceSize, rowOf } from '../../../src/renderer/pages/cache/listing.ts';
import { cacheRow } from '../../support/console-cache.ts';

const query: EntriesQuery = {
  search: '',
  layers: [],
  states: [],
  tags: [],
  origin: 'all',
  sort: 'key',
  descending: false,
};

interface Asked {
  readonly input: EntriesQuery & { listingId: string | null; offset: number; limit: number };
  answer(change?: Partial<EntriesPage>): Promise<void>;
  fail(): Promise<void>;
}

/** An engine that answers when it is told to. */
function slowEngine(matchCount = 1_000) {
  const asked: Asked[] = [];
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  const call = (_name: string, input: Asked['input']): Promise<EntriesPage> =>
    new Promise((resolve, reject) => {
      asked.push({
        input,
        async answer(change = {}) {
          resolve({
            listingId: input.listingId ?? 'first',
            atMs: 0,
            rows: rowsFrom(input.offset, Math.min(input.limit, matchCount - input.offset)),
            offset: input.offset,
            matchCount,
            matchBytes: 0,
            totalCount: matchCount,
            partial: false,
            facets: { layers: [], states: [], tags: [], foreignCount: 0 },
            ...change,
          });
          await settled();
        },
        async fail() {
          reject(new Error('Redis is gone'));
          await settled();
        },
      });
    });
  const values = new Map<string, unknown>();
  const kept = {
    read: (key: string) => values.get(key) ?? null,
    write: (key: string, value: unknown) => void values.set(key, value),
    remove: (key: string) => void values.delete(key),
  };
  const open = () => createListing({ call: call as unknown as Parameters<typeof createListing>[0]['call'] }, kept);
  const last = (): Asked => {
    const found = asked.at(-1);
    if (found === undefined) throw new Error('Nothing was asked');
    return found;
  };
  return { asked, last, open };
}

function rowsFrom(offset: number, count: number): CacheRow[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => cacheRow(offset + index, 0, false));
}

describe('listing', () => {
  it('fetches the pieces in sight, each once', async () => {
    const { asked, last, open } = slowEngine();
    const listing = open();
    listing.ask(query);
    await last().answer();
    expect(rowOf(listing.store.getState().pieces, 0)?.key).toBe(cacheRow(0, 0, false).key);
    listing.look(pieceSize - 5, pieceSize + 5);
    listing.look(pieceSize - 4, pieceSize + 6);
    expect(asked.map(({ input }) => [input.offset, input.listingId])).toEqual([
      [0, null],
      [pieceSize, 'first'],
    ]);
    await last().answer();
    expect(rowOf(listing.store.getState().pieces, pieceSize + 1)?.key).toBe(cacheRow(pieceSize + 1, 0, false).key);
    listing.look(0, 2 * pieceSize - 1);
    expect(asked).toHaveLength(2);
  });

  it('keeps the rows of the last question, marked, until the answer to the new one is there', async () => {
    const { asked, last, open } = slowEngine();
    const listing = open();
    listing.ask(query);
    await last().answer();
    listing.ask({ ...query, search: 'a' });
    listing.ask({ ...query, search: 'ab' });
    expect(listing.store.getState()).toMatchObject({ isOther: true });
    expect(listing.store.getState().pieces.size).toBe(1);
    // The overtaken answer comes last and is dropped.
    await last().answer({ matchCount: 7, listingId: 'ab' });
    await asked[1]?.answer({ matchCount: 99, listingId: 'a' });
    expect(listing.store.getState()).toMatchObject({ isOther: false, page: { matchCount: 7, listingId: 'ab' } });
  });

  it('starts anew when the engine no longer keeps the listing', async () => {
    const { asked, last, open } = slowEngine();
    const listing = open();
    listing.ask(query);
    await last().answer();
    listing.look(pieceSize, pieceSize + 20);
    await last().answer({ listingId: 'second' });
    expect(asked).toHaveLength(3);
    expect(last().input).toMatchObject({ listingId: null, offset: pieceSize });
    await last().answer({ listingId: 'third' });
    expect(listing.store.getState()).toMatchObject({ page: { listingId: 'third' } });
    expect([...listing.store.getState().pieces.keys()]).toEqual([1]);
  });

  it('goes back to the top when what was in sight is past the new end', async () => {
    const { last, open } = slowEngine();
    const listing = open();
    listing.ask(query);
    await last().answer();
    listing.look(3 * pieceSize, 3 * pieceSize + 20);
    await last().answer();
    listing.refresh();
    await last().answer({ rows: [], matchCount: 5 });
    expect(last().input.offset).toBe(0);
    await last().answer({ rows: rowsFrom(0, 5), matchCount: 5 });
    expect(rowOf(listing.store.getState().pieces, 4)).toBeDefined();
  });

  it('keeps what it shows when a question fails, and says what failed', async () => {
    const { last, open } = slowEngine();
    const listing = open();
    listing.ask(query);
    await last().answer();
    listing.refresh();
    await last().fail();
    expect(listing.store.getState().error?.message).toBe('Redis is gone');
    expect(listing.store.getState().pieces.size).toBe(1);
  });

  it('shows the first rows of an earlier run, marked as kept, for the same question only', async () => {
    const { last, open } = slowEngine();
    const earlier = open();
    earlier.ask(query);
    await last().answer();
    const later = open();
    later.ask(query);
    expect(later.store.getState()).toMatchObject({ isKept: true, page: { matchCount: 1_000 } });
    expect(later.store.getState().page?.rows).toHaveLength(100);
    const other = open();
    other.ask({ ...query, search: 'x' });
    expect(other.store.getState()).toMatchObject({ isKept: false, page: null });
  });

  it('forgets far pieces of a long walk, and keeps those in sight', async () => {
    const { last, open } = slowEngine(100_000);
    const listing = open();
    listing.ask(query);
    await last().answer();
    for (let piece = 1; piece < 80; piece += 1) {
      listing.look(piece * pieceSize, piece * pieceSize + 20);
      await last().answer();
    }
    const { pieces } = listing.store.getState();
    expect(pieces.size).toBe(50);
    expect(pieces.has(79)).toBe(true);
    expect(pieces.has(0)).toBe(false);
  });
});
