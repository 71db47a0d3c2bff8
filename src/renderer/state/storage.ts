/** Small JSON values kept in the browser's local storage; a full or forbidden storage is the same as an empty one. */

export interface KeptValues {
  read(key: string): unknown;
  write(key: string, value: unknown): void;
  remove(key: string): void;
}

const prefix = 'vigia.';

export function createKeptValues(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): KeptValues {
  return {
    read(key) {
      try {
        const text = storage.getItem(prefix + key);
        return text === null ? null : (JSON.parse(text) as unknown);
      } catch {
        // Unreadable is unknown: the console starts from nothing.
        return null;
      }
    },
    write(key, value) {
      try {
        storage.setItem(prefix + key, JSON.stringify(value));
      } catch {
        // No room: an old value would be taken for the newest, so none is kept.
        storage.removeItem(prefix + key);
      }
    },
    remove: (key) => storage.removeItem(prefix + key),
  };
}
