/** The verbs of the connections that are watched. */
import type {
  ConnectionDraft,
  ConnectionExport,
  ConnectionImport,
  ConnectionTest,
  ConnectionView,
} from '../model/connection.ts';

export interface ConnectionVerbParts {
  readonly connections: {
    readonly vaultKind: 'keychain' | 'file';
    list(): ConnectionView[];
    test(draft: ConnectionDraft): Promise<ConnectionTest>;
    save(draft: ConnectionDraft): Promise<ConnectionView>;
    remove(connectionId: string): Promise<void>;
    export(): ConnectionExport;
    import(document: ConnectionExport): ConnectionImport;
    unlock(connectionId: string, forMs: number): ConnectionView;
    lock(connectionId: string): ConnectionView;
  };
}

export function connectionVerbs({ connections }: ConnectionVerbParts) {
  return {
    'connections.list': async () => ({ connections: connections.list(), vault: connections.vaultKind }),
    'connections.test': (draft: ConnectionDraft) => connections.test(draft),
    'connections.save': (draft: ConnectionDraft) => connections.save(draft),
    'connections.remove': async ({ connectionId }: { connectionId: string }) => {
      await connections.remove(connectionId);
      return { done: true as const };
    },
    'connections.export': async () => connections.export(),
    'connections.import': async ({ document }: { document: ConnectionExport }) => connections.import(document),
    'connections.unlock': async ({ connectionId, forMs }: { connectionId: string; forMs: number }) =>
      connections.unlock(connectionId, forMs),
    'connections.lock': async ({ connectionId }: { connectionId: string }) => connections.lock(connectionId),
  };
}
