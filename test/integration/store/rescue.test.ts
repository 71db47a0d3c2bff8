/** Nothing is given up too soon: damaged files are read as far as they go, and what happened in memory comes back into the file. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../engine/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const pageBytes = 4_096;

function run(store: Store, number: number, scheduleId = 'nightly'): void {
  store.runs.append({
    scheduleId,
    dueCount: 1,
    dueMs: number,
    startedAtMs: number,
    endedAtMs: number + 5,
    outcome: 'succeeded',
    lateMs: 0,
    taskId: `task-${number}`,
    error: 'x'.repeat(number % 200),
  });
}

function fill(store: Store, count: number): void {
  for (let n = 1; n <= count; n += 1) {
    run(store, n);
    store.samples.append([{ signal: `kpi.k${n % 7}`, atMs: n * 5_000, value: n, count: 1 }]);
    store.snapshots.save({
      redisKey: `view-${n % 50}`,
      value: { n, words: `value ${n % 50}`.repeat(20) },
      computedAtMs: n,
      dataAsOfMs: n,
      computeMs: 1,
    });
  }
}

/** What the tables hold, as they are read by anybody. */
function runsIn(file: string): { id: number; due: number; task: string; error: string }[] {
  const database = new Database(file, { readonly: true });
  const rows = database
    .prepare<[], { id: number; due: number; task: string; error: string }>(
      'SELECT id, due_ms AS due, task_id AS task, error FROM schedule_run ORDER BY id',
    )
    .all();
  database.close();
  return rows;
}

function notices(store: Store): string {
  return store.notices
    .list()
    .map(({ message }) => message)
    .join('\n');
}

describe('a damaged file', () => {
  it('gives what lies before, behind and between its holes, unchanged, and newer rows stand beside it', async () => {
    const room = storeRoom(new ManualClock());
    const first = await room.open();
    fill(first, 3_000);
    first.close();
    const whole = runsIn(room.file);
    const bytes = readFileSync(room.file);
    const pages = bytes.length / pageBytes;
    // Every eighth page of the second half is gone.
    for (let page = Math.ceil(pages / 2); page < pages; page += 8) {
      bytes.fill(0x5a, page * pageBytes, (page + 1) * pageBytes);
    }
    writeFileSync(room.file, bytes);
    const store = await room.open();
    run(store, 1_000_000, 'newer');
    await until(() => notices(store).includes('were carried over'), 20_000);
    expect(notices(store)).toContain('Not everything could be read of');
    store.close();
    const carried = runsIn(room.file);
    const old = carried.filter(({ due }) => due < 1_000_000);
    expect(old.length).toBeGreaterThan(1_500);
    expect(old.length).toBeLessThan(3_000);
    const byId = new Map(whole.map((row) => [row.id, row]));
    expect(old.filter((row) => JSON.stringify(byId.get(row.id)) !== JSON.stringify(row))).toEqual([]);
    // The newest is the newest by its number, too.
    expect(carried.at(-1)?.due).toBe(1_000_000);
    const database = new Database(room.file);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(Number(database.prepare('SELECT count(*) FROM sample').pluck().get())).toBeGreaterThan(100);
    const counted = database.prepare('SELECT payload_count FROM payload_size').pluck().get();
    expect(counted).toBe(database.prepare('SELECT count(*) FROM payload').pluck().get());
    database.close();
  });

  it('is read on at the next start when the first was closed in the middle of it', async () => {
    const room = storeRoom(new ManualClock());
    const first = await room.open();
    fill(first, 3_000);
    first.close();
    const bytes = readFileSync(room.file);
    bytes.fill(0x5a, bytes.length - 2 * pageBytes);
    writeFileSync(room.file, bytes);
    const hurried = await room.open();
    hurried.close();
    const store = await room.open();
    await until(() => notices(store).includes('were carried over'), 20_000);
    store.close();
    expect(runsIn(room.file).length).toBeGreaterThan(2_500);
  });
});

describe('a store in memory', () => {
  it('goes back to its file once it is free, with what changed, went and came meanwhile', async () => {
    const clock = new ManualClock();
    const room = storeRoom(clock);
    const first = await room.open();
    fill(first, 100);
    first.settings.set('colour', 'blue');
    first.settings.set('gone', 'soon');
    first.close();
    const other = new Database(room.file);
    other.exec('BEGIN EXCLUSIVE');
    const store = await room.open();
    expect(store.medium).toBe('memory');
    run(store, 2_000_000);
    store.settings.set('colour', 'green');
    store.settings.remove('gone');
    store.samples.append([
      { signal: 'kpi.k1', atMs: 9_000_000, value: 1, count: 1 },
      { signal: 'kpi.never_seen', atMs: 9_000_000, value: 2, count: 1 },
    ]);
    await clock.advance(30_000);
    expect(store.medium).toBe('memory');
    other.exec('ROLLBACK');
    other.close();
    await clock.advance(30_000);
    await until(() => store.medium === 'file');
    expect(notices(store)).toContain('can be written again');
    run(store, 3_000_000);
    expect(store.settings.get('colour')).toBe('green');
    store.close();
    const again = await room.open();
    expect(again.medium).toBe('file');
    expect(again.settings.get('colour')).toBe('green');
    expect(again.settings.get('gone')).toBeNull();
    expect(again.samples.window('kpi.never_seen', 0, 10_000_000)).toMatchObject({ mean: 2, observationCount: 1 });
    expect(again.samples.window('kpi.k1', 8_999_000, 10_000_000)).toMatchObject({ mean: 1, observationCount: 1 });
    again.close();
    const runs = runsIn(room.file);
    expect(runs).toHaveLength(102);
    expect(runs.slice(-2).map(({ due }) => due)).toEqual([2_000_000, 3_000_000]);
  });

  it('that began empty joins its rows with those of the file, each under its own number', async () => {
    const clock = new ManualClock();
    const room = storeRoom(clock);
    const file = join(room.folder, 'place', 'vigia.db');
    const first = await room.open({ file });
    fill(first, 60);
    first.close();
    const bytes = readFileSync(file);
    rmSync(dirname(file), { recursive: true });
    writeFileSync(dirname(file), '');
    const store = await room.open({ file });
    expect(store.medium).toBe('memory');
    fill(store, 20);
    rmSync(dirname(file));
    mkdirSync(dirname(file));
    writeFileSync(file, bytes);
    // The end of the program is the last chance.
    store.close();
    const runs = runsIn(file);
    expect(runs.map(({ due }) => due)).toEqual([
      ...Array.from({ length: 60 }, (_, n) => n + 1),
      ...Array.from({ length: 20 }, (_, n) => n + 1),
    ]);
    const database = new Database(file);
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(Number(database.prepare('SELECT count(*) FROM signal').pluck().get())).toBe(7);
    database.close();
  });
});
