import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { openDataDir } from '../../../engine/config/data-dir.ts';
import { isSameProcess, processMark } from '../../../engine/config/process-mark.ts';

const module = new URL('../../../engine/config/data-dir.ts', import.meta.url).href;
const hold = (dataDir: string): string => `
  import { openDataDir } from '${module}';
  try {
    openDataDir(${JSON.stringify(dataDir)});
    console.log('held');
    setInterval(() => undefined, 1000);
  } catch (error) {
    console.log(error.code);
  }`;

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-data-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function openElsewhere(dataDir: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', hold(dataDir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [text] = await once(child.stdout, 'data');
  return { child, said: String(text).trim() };
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'none';
}

describe('the data folder', () => {
  test('is made, private to its owner', () => {
    const path = join(folder, 'deep', 'vigia');
    openDataDir(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('that cannot be made or written is refused by name', () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'vigia');
    expect(codeOf(() => openDataDir(path))).toBe('DATA_DIR_NOT_WRITABLE');
    expect(() => openDataDir(path)).toThrow(path);
  });

  test('lets no second instance in while the first lives, and says which it is', async () => {
    const { child, said } = await openElsewhere(folder);
    expect(said).toBe('held');
    expect(codeOf(() => openDataDir(folder))).toBe('DATA_DIR_IN_USE');
    expect(() => openDataDir(folder)).toThrow(String(child.pid));
  });

  test('is free again after a release, with nothing left behind', () => {
    openDataDir(folder).release();
    expect(existsSync(join(folder, 'vigia.lock'))).toBe(false);
    openDataDir(folder).release();
  });

  test('is taken over from an owner that was killed', async () => {
    const { child } = await openElsewhere(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const taken = openDataDir(folder);
    expect(JSON.parse(readFileSync(join(folder, 'vigia.lock'), 'utf8')).pid).toBe(process.pid);
    taken.release();
  });

  test('is taken over when the number of a dead owner belongs to another process now', () => {
    writeFileSync(join(folder, 'vigia.lock'), JSON.stringify({ pid: process.pid, mark: 'an-earlier-boot:1' }));
    openDataDir(folder).release();
  });

  test('is taken over from a lock that was cut short by a crash', () => {
    writeFileSync(join(folder, 'vigia.lock'), '{"pid"');
    openDataDir(folder).release();
  });

  test('lets exactly one of several starters in', async () => {
    writeFileSync(join(folder, 'vigia.lock'), JSON.stringify({ pid: 2 ** 22 + 1, mark: 'gone' }));
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => openElsewhere(folder)));
    expect(outcomes.map(({ said }) => said).sort()).toEqual([
      'DATA_DIR_IN_USE',
      'DATA_DIR_IN_USE',
      'DATA_DIR_IN_USE',
      'held',
    ]);
  });
});

describe('a process', () => {
  test('is the same as itself and not the same as an earlier one with its number', () => {
    expect(isSameProcess(process.pid, processMark(process.pid))).toBe(true);
    expect(isSameProcess(process.pid, 'boot:1')).toBe(false);
  });
});
