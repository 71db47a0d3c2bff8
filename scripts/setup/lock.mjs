/** One set-up at a time in this folder: a second one waits for the first. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeDir, say } from './steps.mjs';

const lockDir = join(runtimeDir, 'setup.lock');
const ownerFile = join(lockDir, 'pid');

/** Runs `work` while no other set-up runs here; a lock whose owner is dead is taken over. */
export async function withSetupLock(work) {
  let said = false;
  while (!tryLock()) {
    const owner = readOwner();
    if (owner !== null && !isAlive(owner)) {
      rmSync(lockDir, { recursive: true, force: true });
      continue;
    }
    if (!said) say(`  Waiting for the set-up of process ${owner ?? '?'}, which runs in this folder already`);
    said = true;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  const release = () => rmSync(lockDir, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function tryLock() {
  mkdirSync(runtimeDir, { recursive: true });
  try {
    mkdirSync(lockDir);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(ownerFile, String(process.pid));
  return true;
}

/** Null while the owner is just writing its number. */
function readOwner() {
  try {
    return Number(readFileSync(ownerFile, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
