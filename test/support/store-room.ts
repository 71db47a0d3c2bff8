/** A private folder with a real store in it, taken away at the end of the test. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore, type Store, type StoreOptions } from '../../engine/store/store.ts';
import { ManualClock } from './manual-clock.ts';

export interface StoreRoom {
  readonly folder: string;
  readonly file: string;
  readonly clock: Clock;
  /** Opens the room's database, again and again if wished; closed at the end of the test at the latest. */
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** Names in the folder, sorted. */
  names(): string[];
}

export function storeRoom(clock: Clock = new ManualClock()): StoreRoom {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-store-'));
  const file = join(folder, 'vigia.db');
  const stores: Store[] = [];
  onTestFinished(() => {
    for (const store of stores) store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    file,
    clock,
    async open(options = {}) {
      const store = await openStore({ file, clock, ids: systemIds, logger: silentLogger, ...options });
      stores.push(store);
      return store;
    },
    names: () => readdirSync(folder).sort(),
  };
}
