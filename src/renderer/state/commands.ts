/** What the command palette offers: the pages that are open add their actions, and take them away when they close. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Command {
  readonly id: string;
  readonly group: 'pages' | 'kpis' | 'filters' | 'actions';
  readonly title: string;
  /** Beside the title: a value, a shortcut, a page. */
  readonly hint?: string;
  readonly isDisabled?: boolean;
  run(): void;
}

export interface CommandRegistry {
  readonly store: StoreApi<{ readonly sets: ReadonlyMap<string, readonly Command[]> }>;
  /** Replaces the commands of `owner`; the returned function takes them away. */
  provide(owner: string, commands: readonly Command[]): () => void;
}

export function createCommandRegistry(): CommandRegistry {
  const store = createStore<{ sets: ReadonlyMap<string, readonly Command[]> }>(() => ({ sets: new Map() }));
  return {
    store,
    provide(owner, commands) {
      store.setState(({ sets }) => ({ sets: new Map(sets).set(owner, commands) }));
      return () =>
        store.setState(({ sets }) => {
          const rest = new Map(sets);
          rest.delete(owner);
          return { sets: rest };
        });
    },
  };
}
