/** What a page keeps in its address: filters, sorting, what is open; so that Back, reload and a sent link keep them. */
import { useMemo } from 'react';
import { navigate, type PageName, parseRoute, useRoute } from './route.ts';

/** Null, an empty text or an empty list takes the parameter away. */
export type AddressChanges = Readonly<Record<string, string | readonly string[] | null>>;

export interface Address {
  /** Empty when it is not set. */
  text(name: string): string;
  list(name: string): readonly string[];
  /** Adds to the history, so that Back undoes it, unless `replace` is set. */
  set(changes: AddressChanges, options?: { readonly replace?: boolean }): void;
}

/** The same object until the address changes. */
export function useAddress(page: PageName): Address {
  const { query } = useRoute();
  return useMemo(() => {
    const parameters = new URLSearchParams(query);
    return {
      text: (name) => parameters.get(name) ?? '',
      list: (name) => parameters.getAll(name),
      set(changes, options) {
        // What stands there now: another change of this turn must not be lost.
        const now = parseRoute(window.location.hash);
        navigate(page, changedQuery(now.page === page ? now.query : '', changes), options);
      },
    };
  }, [page, query]);
}

export function changedQuery(query: string, changes: AddressChanges): string {
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    parameters.delete(name);
    for (const each of typeof value === 'string' ? [value] : (value ?? []))
      if (each !== '') parameters.append(name, each);
  }
  return parameters.toString();
}
