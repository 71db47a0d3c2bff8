/** The local database in every state its file can be in. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrations } from '../../../engine/store/migrations.ts';
import type { Store } from '../../../engine/store/store.ts';
import { unsayableIn } from '../../support/spanish-causes.ts';
import { type StoreRoom, storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const run = promisify(execFile);
const filler = fileURLToPath(new URL('../../support/store-filler.ts', import.meta.url));
const ordinaryUser = 65_534;

const snapshot = (redisKey: string, computedAtMs = 1_000, value: unknown = { figures: { dso: 41.5 } }) => ({
  redisKey,
  value,
  computedAtMs,
  dataAsOfMs: 500,
  computeMs: 12.5,
});

async function filled(room: StoreRoom, count = 50): Promise<void> {
  const store = await room.open();
  for (let n = 0; n < count; n += 1) store.snapshots.save(snapshot(`k${n}`, n, { n, padding: 'p'.repeat(2_000) }));
  store.close();
}

/** What was told; each of it can be said in Spanish too. */
const messages = (store: Store): string[] =>
  store.notices.list().map(({ message, said }) => {
    expect([message, said ? unsayableIn(said) : 'no code']).toEqual([message, []]);
    return message;
  });

describe('a new file', () => {
  it('is made with its folder, in write-ahead mode, without a notice', async () => {
    const room = storeRoom();
    const file = join(room.folder, 'deep', 'er', 'vigia.db');
    const store = await room.open({ file });
    expect(store.medium).toBe('file');
    expect(messages(store)).toEqual([]);
    const other = new Database(file, { readonly: true });
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal');
    other.close();
  });

  it('leaves one file behind when it is closed, and has everything when it is opened again', async () => {
    const room = storeRoom();
    await filled(room, 3);
    expect(room.names()).toEqual(['vigia.db']);
    const again = await room.open();
    expect(again.snapshots.count()).toBe(3);
    expect(again.sizeBytes()).toBeGreaterThan(10_000);
  });

  it('of no bytes, as a crash can leave it, is simply begun', async () => {
    const room = storeRoom();
    writeFileSync(room.file, '');
    const store = await room.open();
    expect(store.medium).toBe('file');
    expect(messages(store)).toEqual([]);
  });
});

describe('an upgrade', () => {
  const newest = migrations.length;
  const second = { version: newest + 1, name: 'colour', sql: 'ALTER TABLE setting ADD COLUMN colour TEXT;' };

  it('copies the database first and keeps every row', async () => {
    const room = storeRoom();
    await filled(room, 5);
    const store = await room.open({ migrations: [...migrations, second] });
    const copy = room.names().find((name) => name.startsWith(`vigia.db.before-v${newest + 1}-`));
    expect(store.medium).toBe('file');
    expect(store.snapshots.count()).toBe(5);
    expect(messages(store).join()).toContain(`${copy}`);
    const before = new Database(join(room.folder, copy ?? ''), { readonly: true });
    expect(before.pragma('user_version', { simple: true })).toBe(newest);
    expect(before.prepare('SELECT count(*) FROM snapshot').pluck().get()).toBe(5);
    before.close();
  });

  it('that fails on the data leaves the database as it was, goes on in memory, and says so', async () => {
    const room = storeRoom();
    await filled(room, 5);
    const sql = 'CREATE TABLE few (n CHECK (n < 3)); INSERT INTO few SELECT count(*) FROM snapshot;';
    const store = await room.open({ migrations: [...migrations, second, { version: newest + 2, name: 'few', sql }] });
    expect(store.medium).toBe('memory');
    expect(messages(store).join()).toContain(`Step ${newest + 2} (few)`);
    store.snapshots.save(snapshot('goes on'));
    const file = new Database(room.file, { readonly: true });
    expect(file.pragma('user_version', { simple: true })).toBe(newest);
    expect(file.prepare('SELECT count(*) FROM snapshot').pluck().get()).toBe(5);
    file.close();
  });

  it('by a newer Vigía is not touched by an older one', async () => {
    const room = storeRoom();
    const newer = await room.open({ migrations: [...migrations, second] });
    newer.close();
    const bytes = readFileSync(room.file);
    const store = await room.open();
    expect(store.medium).toBe('memory');
    expect(messages(store).join()).toContain('newer Vigía');
    store.close();
    expect(readFileSync(room.file).equals(bytes)).toBe(true);
  });
});

describe('a damaged file', () => {
  /** @param carried what is said in the end of the rows that could still be read */
  async function expectSetAside(room: StoreRoom, words: string, carried: string): Promise<void> {
    const damaged = readFileSync(room.file);
    const neighbour = join(room.folder, 'token');
    writeFileSync(neighbour, 'kept');
    const store = await room.open();
    const aside = room.names().find((name) => /^vigia\.db\.corrupt-\d{8}T\d{9}Z$/.test(name));
    expect(store.medium).toBe('file');
    expect(aside).toBeDefined();
    expect(readFileSync(join(room.folder, aside ?? '')).equals(damaged)).toBe(true);
    expect(readFileSync(neighbour, 'utf8')).toBe('kept');
    await until(() => messages(store).length === 2);
    const told = messages(store).join('\n');
    expect(told).toContain(join(room.folder, aside ?? '-'));
    expect(told).toContain(words);
    expect(told).toContain(carried);
    store.snapshots.save(snapshot('new'));
    const count = store.snapshots.count();
    store.close();
    const again = await room.open();
    expect(again.snapshots.count()).toBe(count);
    expect(await again.snapshots.load('new')).toEqual(snapshot('new'));
    expect(messages(again)).toHaveLength(2);
  }

  it('that is no database is set aside and a new one begun', async () => {
    const room = storeRoom();
    writeFileSync(room.file, 'this was never a database, whatever its name says');
    await expectSetAside(room, 'not a SQLite database', 'Nothing could be read');
  });

  it('whose pages were overwritten is set aside and a new one begun', async () => {
    const room = storeRoom();
    await filled(room);
    const bytes = readFileSync(room.file);
    bytes.fill(0x5a, 4_096 * 3, 4_096 * 12);
    writeFileSync(room.file, bytes);
    await expectSetAside(room, 'damaged', 'were carried over');
  });

  it('that was cut in half is set aside and a new one begun', async () => {
    const room = storeRoom();
    await filled(room);
    const bytes = readFileSync(room.file);
    writeFileSync(room.file, bytes.subarray(0, Math.floor(bytes.length / 2)));
    await expectSetAside(room, 'damaged', 'were carried over');
  });

  it('that is damaged while it is in use is set aside under way, and the write that met it is done', async () => {
    const room = storeRoom();
    await filled(room);
    const store = await room.open();
    const told: string[] = [];
    store.onNotice(({ message }) => told.push(message));
    // A write by somebody else makes SQLite forget the pages that it has in memory.
    const other = new Database(room.file);
    other.prepare('INSERT INTO setting VALUES (?, ?, ?)').run('other', '', 0);
    other.close();
    const bytes = readFileSync(room.file);
    bytes.fill(0x5a, 4_096);
    writeFileSync(room.file, bytes);
    store.snapshots.save(snapshot('after'));
    expect(store.medium).toBe('file');
    expect(await store.snapshots.load('after')).toMatchObject({ computedAtMs: 1_000 });
    await until(() => told.length === 2);
    expect(room.names().some((name) => name.startsWith('vigia.db.corrupt-'))).toBe(true);
  });
});

describe('a place that cannot be written', () => {
  it('whose folder cannot be made gives a store in memory with a notice', async () => {
    const room = storeRoom();
    writeFileSync(join(room.folder, 'taken'), '');
    const store = await room.open({ file: join(room.folder, 'taken', 'vigia.db') });
    expect(store.medium).toBe('memory');
    expect(messages(store)[0]).toContain('goes on in memory');
    store.snapshots.save(snapshot('k'));
    expect(await store.snapshots.load('k')).toEqual(snapshot('k'));
    expect(store.sizeBytes()).toBeGreaterThan(0);
  });

  it('because of its permissions still shows what the file held', async () => {
    const room = storeRoom();
    await filled(room, 5);
    for (const path of [room.folder, room.file]) chownSync(path, ordinaryUser, ordinaryUser);
    chmodSync(room.file, 0o444);
    chmodSync(room.folder, 0o555);
    await asOrdinaryUser(async () => {
      const store = await room.open();
      expect(store.medium).toBe('memory');
      expect(store.snapshots.count()).toBe(5);
      expect(messages(store)[0]).toContain('can still be read');
      store.snapshots.save(snapshot('new'));
      expect(store.snapshots.count()).toBe(6);
      store.close();
    });
    chmodSync(room.folder, 0o755);
    expect(room.names()).toEqual(['vigia.db']);
  });

  it('because the disk is full loses nothing that was acknowledged and goes on', async () => {
    const room = storeRoom();
    const command = 'ulimit -f 2000; exec "$0" "$1" "$2"';
    const { stdout } = await run('bash', ['-c', command, process.execPath, filler, room.file]);
    const report = JSON.parse(stdout) as Record<string, unknown> & { told: string[] };
    expect(report).toMatchObject({ medium: 'memory', firstLength: 26_668, after: 'the disk was full', notices: 1 });
    expect(report['kept']).toBe(report['count']);
    expect(report.told[0]).toContain('goes on in memory');
    const again = await room.open();
    expect(again.medium).toBe('file');
    expect(again.snapshots.count()).toBe(Number(report['count']) - 1);
  });

  it('because another program holds its lock gives a store in memory with what the file held', async () => {
    const room = storeRoom();
    await filled(room, 2);
    const other = new Database(room.file);
    other.exec('BEGIN EXCLUSIVE');
    const store = await room.open();
    other.exec('ROLLBACK');
    other.close();
    expect(store.medium).toBe('memory');
    expect(messages(store)[0]).toContain('another program holds its lock');
    expect(store.snapshots.count()).toBe(2);
  });
});

it('a closed store says that it is closed', async () => {
  const room = storeRoom();
  const store = await room.open();
  store.close();
  store.close();
  expect(() => store.snapshots.count()).toThrow(expect.objectContaining({ code: 'ENGINE_STOPPED' }));
});

/** Root may write anywhere; the test then steps down for a moment. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(ordinaryUser);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
