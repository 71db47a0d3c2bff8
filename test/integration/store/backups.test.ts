/** The local database is copied while it is written to, and a copy takes its place at a start, or is refused whole. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../engine/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type StoreRoom, storeRoom } from '../../support/store-room.ts';

function write(store: Store, number: number): void {
  store.settings.set(`note-${number}`, 'x'.repeat(3_000));
}

function count(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    return Number(database.prepare("SELECT count(*) FROM setting WHERE key LIKE 'note-%'").pluck().get());
  } finally {
    database.close();
  }
}

const notices = (store: Store): string =>
  store.notices
    .list()
    .map(({ message }) => message)
    .join('\n');

async function withBackup(): Promise<{ room: StoreRoom; clock: ManualClock; store: Store; name: string }> {
  const clock = new ManualClock();
  const room = storeRoom(clock);
  const store = await room.open();
  for (let n = 0; n < 100; n += 1) write(store, n);
  const { name } = await store.backups.make();
  return { room, clock, store, name };
}

describe('a backup', () => {
  it('holds everything up to its end, although the store is written to meanwhile', async () => {
    const clock = new ManualClock();
    const room = storeRoom(clock);
    const store = await room.open();
    for (let n = 0; n < 2_000; n += 1) write(store, n);
    let written = 2_000;
    const making = { ended: false };
    const made = store.backups.make().finally(() => {
      making.ended = true;
    });
    while (!making.ended) {
      write(store, written);
      written += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const backup = await made;
    expect(written).toBeGreaterThan(2_001);
    const path = join(store.backups.folder, backup.name);
    expect(count(path)).toBeGreaterThanOrEqual(2_000);
    expect(backup).toMatchObject({ problem: null });
    expect(store.backups.list().map(({ name }) => name)).toEqual([backup.name]);
  });

  it('takes the place of the database at the next start, which keeps what it was before', async () => {
    const { room, clock, store, name } = await withBackup();
    for (let n = 100; n < 150; n += 1) write(store, n);
    await store.backups.stage(name);
    expect(store.backups.staged()).not.toBeNull();
    store.close();
    await clock.advance(1_000);
    const restored = await room.open();
    expect(restored.backups.staged()).toBeNull();
    expect(notices(restored)).toContain('was restored from a backup');
    const [before] = restored.backups.setAside();
    expect(before).toMatchObject({ why: 'before-restore' });
    restored.close();
    expect(count(room.file)).toBe(100);
    expect(count(join(room.folder, before?.name ?? ''))).toBe(150);
  });

  it('that was chosen can be given up before the start', async () => {
    const { room, store, name } = await withBackup();
    await store.backups.stage(name);
    store.backups.unstage();
    write(store, 1_000);
    store.close();
    const again = await room.open();
    expect(notices(again)).toBe('');
    again.close();
    expect(count(room.file)).toBe(101);
  });

  it('that is damaged is refused at the start, and the database stays as it is', async () => {
    const { room, clock, store, name } = await withBackup();
    const path = join(store.backups.folder, name);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8_192, 20_480);
    writeFileSync(path, bytes);
    await store.backups.stage(name);
    store.close();
    await clock.advance(1_000);
    const again = await room.open();
    expect(notices(again)).toContain('The backup was not restored');
    expect(again.backups.setAside()).toMatchObject([{ why: 'refused-restore' }]);
    again.close();
    expect(count(room.file)).toBe(100);
  });

  it.each([
    ['is no database', Buffer.from('PK not a database at all'), 'not a SQLite database'],
    ['is of a newer Vigía', null, 'newer Vigía'],
  ])('that %s is refused when it is chosen', async (_what, content, words) => {
    const { store, name } = await withBackup();
    const path = join(store.backups.folder, 'other.db');
    const bytes = content ?? readFileSync(join(store.backups.folder, name));
    if (content === null) bytes.writeUInt32BE(9_999, 60);
    writeFileSync(path, bytes);
    await expect(store.backups.stage('other.db')).rejects.toMatchObject({
      code: 'STORE_BACKUP_REFUSED',
      message: expect.stringContaining(words),
    });
    expect(store.backups.list().find((backup) => backup.name === 'other.db')?.problem).toContain(words);
    expect(store.backups.staged()).toBeNull();
  });

  it('is only looked for in its folder', async () => {
    const { store } = await withBackup();
    await expect(store.backups.stage('../vigia.db')).rejects.toMatchObject({ code: 'STORE_BACKUP_REFUSED' });
    expect(() => store.backups.remove('../vigia.db')).toThrow(
      expect.objectContaining({ code: 'STORE_BACKUP_REFUSED' }),
    );
  });
});
