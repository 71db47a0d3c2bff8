/** The history of Celery's tasks on its own thread: what was acknowledged outlives the thread, the disk and the file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../engine/base/clock.ts';
import type { Store } from '../../../engine/store/store.ts';
import { columns, rowOf } from '../../../engine/store/task-history/task-row.ts';
import { celeryRecord } from '../../support/celery-record.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const filler = fileURLToPath(new URL('../../support/history-filler-entry.ts', import.meta.url));
const tasksFile = (folder: string): string => join(folder, 'vigia-tasks.db');
const batch = (from: number, count = 50) => Array.from({ length: count }, (_, index) => celeryRecord(from + index));

async function countOf(store: Store, upTo: number): Promise<number> {
  const ids = Array.from({ length: upTo }, (_, index) => `id-${index + 1}`);
  return (await store.celeryTasks.find('broker', ids)).length;
}

describe('a thread that dies', () => {
  it('is started again, has lost nothing that was acknowledged, and takes what was refused', async () => {
    const threads: Worker[] = [];
    const room = storeRoom(systemClock);
    const store = await room.open({
      startHistoryThread(program, settings) {
        const thread = new Worker(program, { workerData: settings, execArgv: [] });
        threads.push(thread);
        return thread;
      },
    });
    const { celeryTasks } = store;
    const kept: number[] = [];
    const refused: number[] = [];
    const writes = Array.from({ length: 60 }, (_, index) => 1 + index * 50).map((from) =>
      celeryTasks.write(batch(from)).then(
        () => void kept.push(from),
        () => void refused.push(from),
      ),
    );
    await until(() => kept.length >= 3);
    await threads[0]?.terminate();
    await Promise.all(writes);
    expect(refused.length).toBeGreaterThan(0);
    expect(celeryTasks.figures().keptIn).toBe('nowhere');
    await expect(celeryTasks.write(batch(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await until(() => celeryTasks.figures().keptIn === 'file', 20_000);
    expect(celeryTasks.figures().restartCount).toBe(1);
    const found = new Set(
      (
        await celeryTasks.find(
          'broker',
          batch(1, 3_000).map(({ taskId }) => taskId),
        )
      ).map(({ seq }) => seq),
    );
    for (const from of kept) for (const { seq } of batch(from)) expect(found).toContain(seq);
    for (const from of refused) await celeryTasks.write(batch(from));
    expect(await countOf(store, 3_000)).toBe(3_000);
  });

  it('at once, again and again, leaves the rest of the store as it is', async () => {
    const store = await storeRoom().open({ startHistoryThread: () => new Worker('process.exit(1)', { eval: true }) });
    await expect(store.celeryTasks.find('broker', ['a'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(store.celeryTasks.figures().keptIn).toBe('nowhere');
    expect(store.celeryTasks.mayHave('any')).toBe(true);
    store.settings.set('still', 'there');
    expect(store.settings.get('still')).toBe('there');
  });
});

describe('the end', () => {
  it('waits for what is on its way to the disk', async () => {
    const room = storeRoom();
    const store = await room.open();
    const writes = Array.from({ length: 20 }, (_, index) => store.celeryTasks.write(batch(1 + index * 50)));
    for (const write of writes) write.catch(() => undefined);
    store.close();
    expect(room.names()).toEqual(['vigia-tasks.db', 'vigia.db']);
    const again = await room.open();
    expect(await countOf(again, 1_000)).toBe(1_000);
    expect(again.notices.list()).toEqual([]);
  });

  it('of a closed store says so', async () => {
    const store = await storeRoom().open();
    store.close();
    await expect(store.celeryTasks.find('broker', ['a'])).rejects.toMatchObject({ code: 'ENGINE_STOPPED' });
  });
});

describe('a disk', () => {
  it('that is full is said, loses nothing that was acknowledged, and gets it all once it has room', async () => {
    const room = storeRoom();
    const command = 'ulimit -S -f 3000; exec "$0" "$1" "$2"';
    const child = spawn('bash', ['-c', command, process.execPath, filler, room.file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const report = async () => JSON.parse(String((await lines.next()).value));
    const full = await report();
    // The last write fits in part or not at all: SQLite has a name for each.
    expect(full.told[0]).toMatch(/vigia-tasks\.db cannot be used \((the disk is full|disk I\/O error)/);
    expect(full.found).toBe(full.count);
    // The main database has a file of its own and does not suffer with it.
    expect(full.main).toBe('file');
    await once(spawn('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'], { stdio: 'inherit' }), 'exit');
    child.stdin.write('there is room\n');
    const back = await report();
    expect(back.told.at(-1)).toContain('can be written again');
    await once(child, 'exit');
    const store = await room.open();
    expect(await countOf(store, back.count)).toBe(back.count);
    expect(store.celeryTasks.figures().keptIn).toBe('file');
  });

  it('whose file was damaged gives back what can still be read, and knows it', async () => {
    const room = storeRoom();
    const first = await room.open();
    for (let from = 1; from <= 3_000; from += 100) await first.celeryTasks.write(batch(from, 100));
    first.close();
    const bytes = readFileSync(tasksFile(room.folder));
    bytes.fill(0x5a, 4_096 * 60, 4_096 * 64);
    writeFileSync(tasksFile(room.folder), bytes);
    const store = await room.open();
    await store.celeryTasks.find('broker', []);
    await until(() => store.notices.list().length === 2);
    const told = store.notices.list().map(({ message }) => message);
    expect(told.join()).toContain('damaged');
    expect(told.join()).toContain('carried over');
    const found = await countOf(store, 3_000);
    expect(found).toBeGreaterThan(2_000);
    await until(() => !store.celeryTasks.mayHave('never heard of'));
    expect(store.celeryTasks.mayHave('id-1')).toBe(true);
    expect(store.backups.setAside()).toMatchObject([
      { name: expect.stringContaining('vigia-tasks.db.corrupt-'), why: 'damaged', sizeBytes: bytes.length },
    ]);
  });

  it('whose lock another program holds keeps the history in memory and says so', async () => {
    const room = storeRoom();
    const first = await room.open();
    await first.celeryTasks.write(batch(1));
    first.close();
    const other = new Database(tasksFile(room.folder));
    other.exec('BEGIN EXCLUSIVE');
    const store = await room.open();
    await store.celeryTasks.find('broker', []);
    other.exec('ROLLBACK');
    other.close();
    expect(store.medium).toBe('file');
    expect(store.celeryTasks.figures().keptIn).toBe('memory');
    expect(store.celeryHistory()).toMatchObject({ file: tasksFile(room.folder), keptIn: 'memory' });
    expect(store.notices.list()[0]?.message).toContain('another program holds its lock');
    expect(await countOf(store, 50)).toBe(50);
  });
});

describe('tasks in the main file', () => {
  function putIntoMain(file: string): void {
    const main = new Database(file);
    const insert = main.prepare(
      `INSERT INTO celery_task (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (const record of batch(1, 700)) insert.run(...rowOf(record));
    main.exec('UPDATE celery_history SET task_count = 700, size_bytes = 1');
    main.close();
  }

  it('as an earlier version kept them move to their own file, and newer ones stay', async () => {
    const room = storeRoom();
    const first = await room.open();
    await first.celeryTasks.write([celeryRecord(700, { name: 'newer' }), celeryRecord(701)]);
    first.close();
    putIntoMain(room.file);
    const store = await room.open();
    await until(async () => (await countOf(store, 701)) === 701);
    expect((await store.celeryTasks.find('broker', ['id-700']))[0]).toMatchObject({ name: 'newer' });
    await until(() => !store.celeryTasks.mayHave('never heard of'));
    expect(store.celeryTasks.mayHave('id-3')).toBe(true);
    store.close();
    const main = new Database(room.file, { readonly: true });
    expect(main.prepare('SELECT count(*) AS count FROM celery_task').get()).toEqual({ count: 0 });
    main.close();
    const again = await room.open();
    await again.celeryTasks.find('broker', []);
    expect(again.celeryTasks.figures().taskCount).toBe(701);
  });

  it('come with a backup and are there again after it was restored', async () => {
    const room = storeRoom();
    const store = await room.open();
    await store.celeryTasks.write(batch(1, 300));
    const { name, problem } = await store.backups.make();
    expect(problem).toBeNull();
    await store.backups.stage(name);
    store.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(tasksFile(room.folder) + suffix, { force: true });
    const restored = await room.open();
    await until(async () => (await countOf(restored, 300)) === 300);
  });
});
