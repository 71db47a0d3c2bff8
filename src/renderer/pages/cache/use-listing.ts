/** The listing that the address asks for: asked again when entries change, but not more often than one can read. */
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Address } from '../../state/address.ts';
import { useServices } from '../../state/services.ts';
import type { Sorting } from '../../ui/SortHeading.tsx';
import { type EntriesQuery, rowStates } from './cache-model.ts';
import { createListing, type Listing, type ListingState } from './listing.ts';

const sorts = [
  'key',
  'layer',
  'state',
  'age',
  'ttl',
  'size',
  'ratio',
  'hits',
] as const satisfies EntriesQuery['sort'][];
/** Changes come many a second; a table that moves under the pointer cannot be read. */
const settleMs = 2_000;
const periodMs = 30_000;

/** As changes of the address. */
export const noFilters = { q: null, layer: null, state: null, tag: null, origin: null };

export function queryOf(address: Address): EntriesQuery {
  const origin = address.text('origin');
  return {
    search: address.text('q'),
    layers: [...address.list('layer')],
    states: rowStates.filter((state) => address.list('state').includes(state)),
    tags: [...address.list('tag')],
    origin: origin === 'own' || origin === 'foreign' ? origin : 'all',
    sort: sorts.find((sort) => sort === address.text('sort')) ?? 'key',
    descending: address.text('order') === 'down',
  };
}

export function sortingOf(query: EntriesQuery): Sorting {
  return { columnId: query.sort, direction: query.descending ? 'descending' : 'ascending' };
}

export function hasFilters(query: EntriesQuery): boolean {
  const { search, layers, states, tags, origin } = query;
  return search !== '' || layers.length > 0 || states.length > 0 || tags.length > 0 || origin !== 'all';
}

export function useListing(query: EntriesQuery): ListingState & Listing {
  const { client, clock, kept, link } = useServices();
  const [listing] = useState(() => createListing(client, kept));
  const key = JSON.stringify(query);
  useEffect(() => listing.ask(JSON.parse(key) as EntriesQuery), [listing, key]);
  useEffect(() => {
    let settle: (() => void) | null = null;
    const soon = (): void => {
      settle ??= clock.after(settleMs, () => {
        settle = null;
        listing.refresh();
      });
    };
    const stops = [
      client.on('cache.changed', ({ what }) => {
        // What a person has just done is seen at once.
        if (what === 'invalidated' || what === 'cleared' || what === 'cleaned') listing.refresh();
        else soon();
      }),
      clock.every(periodMs, soon),
      link.subscribe((now, before) => {
        if (now.phase === 'connected' && before.phase !== 'connected') listing.refresh();
      }),
      () => settle?.(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, clock, link, listing]);
  const state = useStore(listing.store);
  return useMemo(() => ({ ...state, ...listing }), [state, listing]);
}
