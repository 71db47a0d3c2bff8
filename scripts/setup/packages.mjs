/** Keeps `node_modules` as the lock file says. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './node-runtime.mjs';
import { root, step } from './steps.mjs';

const modules = join(root, 'node_modules');
const stampFile = join(modules, '.vigia-stamp');

/** `npm ci` unless what is installed is what the lock asks for. */
export async function ensurePackages({ env }) {
  const stamp = stampOfLock();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!installedAsLocked()) {
    await step('npm packages installed', () =>
      runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev'], env),
    );
  }
  writeFileSync(stampFile, stamp);
}

function stampOfLock() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

/** npm's own record of what it installed, package by package, against the lock: also true after a plain `npm install`. */
function installedAsLocked() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : Boolean(entry.optional);
  });
}
