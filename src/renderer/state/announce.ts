/** Short sentences for the polite live region: what changed, for those who cannot see it change. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export type AnnouncementStore = StoreApi<{ readonly text: string; readonly count: number }>;

export function createAnnouncements(): AnnouncementStore {
  return createStore(() => ({ text: '', count: 0 }));
}

export function announce(store: AnnouncementStore, text: string): void {
  // The count makes a repeated sentence a new one, so that it is read again.
  store.setState((before) => ({ text, count: before.count + 1 }));
}
