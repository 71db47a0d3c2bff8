/** How many notes were left here while something could not be reached, until somebody looked what became of them; kept over restarts. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KeptValues } from './storage.ts';

export interface AwayNotes {
  readonly count: number;
  add(): void;
  /** They were looked at, or are not wanted. */
  clear(): void;
}

export type AwayNotesStore = StoreApi<AwayNotes>;

const key = 'away-notes';

export function createAwayNotes(kept: KeptValues): AwayNotesStore {
  const before = kept.read(key);
  const store = createStore<AwayNotes>((set) => ({
    count: typeof before === 'number' && Number.isSafeInteger(before) && before > 0 ? before : 0,
    add: () => set(({ count }) => ({ count: count + 1 })),
    clear: () => set({ count: 0 }),
  }));
  store.subscribe(({ count }) => (count === 0 ? kept.remove(key) : kept.write(key, count)));
  return store;
}
