/** What a search leads to on the KPIs page: a tile to look at, a filter to open. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Focus {
  /** The KPI whose tile is brought into sight and marked for a moment. */
  readonly kpiId: string | null;
  readonly openFilterId: string | null;
}

export type FocusStore = StoreApi<Focus>;

export function createFocus(): FocusStore {
  return createStore<Focus>(() => ({ kpiId: null, openFilterId: null }));
}
