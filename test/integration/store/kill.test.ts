/** A writer killed at any moment leaves a sound database with everything it had acknowledged. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const writer = fileURLToPath(new URL('../../support/store-writer.ts', import.meta.url));
const kills = 30;

interface Death {
  /** Highest number whose write was acknowledged; -1 before any. */
  readonly acknowledged: number;
  readonly signal: NodeJS.Signals | null;
}

async function writeAndDie(file: string, first: number, lifeMs: number): Promise<Death> {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [writer, file, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('latin1');
  });
  const closed = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  await until(() => output.includes('\n') || child.exitCode !== null, 10_000, 'the writer to begin');
  setTimeout(() => child.kill('SIGKILL'), lifeMs);
  const signal = await closed;
  // What follows the last line break was not written whole.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return { acknowledged: Number(lines.at(-1)), signal };
}

it(`kill -9 at ${kills} moments: integrity holds and no acknowledged write is lost`, { timeout: 60_000 }, async () => {
  const room = storeRoom();
  let next = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const death = await writeAndDie(room.file, next, (kill * 7.3) % 60);
    expect(death.signal).toBe('SIGKILL');
    const database = new Database(room.file);
    const stored = Number(database.prepare('SELECT max(due_ms) FROM schedule_run').pluck().get());
    const rows = Number(database.prepare('SELECT count(*) FROM schedule_run').pluck().get());
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();
    expect(stored).toBeGreaterThanOrEqual(death.acknowledged);
    expect(rows).toBe(stored + 1);
    next = stored + 1;
  }
  const store = await room.open();
  expect(store.notices.list()).toEqual([]);
  expect(store.runs.last('killed')?.dueMs).toBe(next - 1);
});
