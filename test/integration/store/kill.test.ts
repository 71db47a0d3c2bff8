/** A writer killed at any moment leaves a sound database with everything it had acknowledged. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { storeRoom } from '../../support/store-room.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const source = fileURLToPath(new URL('../../support/store-writer.ts', import.meta.url));
const bundled = 'node_modules/.cache/vigia-store-writer';
const writer = join(root, bundled, 'writer.mjs');
const kills = 500;
/** Databases that are written to and killed side by side. */
const lanes = 8;

/** The writer as one file: five hundred processes that start read one module each instead of hundreds. */
async function bundleWriter(): Promise<void> {
  await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: {
      ...{ ssr: source, outDir: bundled, target: 'node22' },
      rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
    },
    ssr: { noExternal: true, external: ['better-sqlite3'] },
  });
}

interface Death {
  /** Highest number whose write was acknowledged; -1 before any. */
  readonly acknowledged: number;
  readonly signal: NodeJS.Signals | null;
}

async function writeAndDie(file: string, first: number, lifeMs: number): Promise<Death> {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [writer, file, String(first)], {
    // Halves what a start costs.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'vigia-test-compile-cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const hasBegun = output.includes('\n');
    output += chunk.toString('latin1');
    if (!hasBegun && output.includes('\n')) setTimeout(() => child.kill('SIGKILL'), lifeMs);
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('close', (_code, each) => resolve(each)),
  );
  // What follows the last line break was not written whole.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return { acknowledged: Number(lines.at(-1)), signal };
}

/** Mulberry32, so that a failure can be repeated. */
function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function killAgainAndAgain(lane: number): Promise<void> {
  const random = randomOf(lane + 1);
  const room = storeRoom();
  let next = 0;
  for (let kill = lane; kill < kills; kill += lanes) {
    const death = await writeAndDie(room.file, next, random() * 60);
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
}

it(`kill -9 at ${kills} moments: integrity holds and no acknowledged write is lost`, { timeout: 300_000 }, async () => {
  await bundleWriter();
  await Promise.all(Array.from({ length: lanes }, (_, lane) => killAgainAndAgain(lane)));
});
