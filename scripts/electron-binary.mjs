/** Finds Electron's binary, or has Electron's own installer fetch it: once, bounded, and not again for a day when that fails. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, root, runtimeDir, say } from './setup/steps.mjs';

/** Without a network the installer must not hold up the start; with one, the download may go on past it. */
const silenceMs = 5000;
const retryAfterMs = 24 * 60 * 60 * 1000;
const folder = join(root, 'node_modules', 'electron');
const failureFile = join(runtimeDir, 'electron-failure.json');

/** `{ path, why }`: the executable, or null and the reason in words. */
export async function electronBinary({ node, env }) {
  const found = installedBinary();
  if (found) return { path: found, why: '' };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (failedLately(version)) return { path: null, why: 'its binary could not be fetched lately' };
  say(`  Fetching Electron ${version} with its own installer`);
  const { code } = await capture(node, [join(folder, 'install.js')], { env, timeoutMs: silenceMs });
  const path = installedBinary();
  if (path) return { path, why: '' };
  writeFileSync(failureFile, JSON.stringify({ version, atMs: Date.now() }));
  const command = 'node node_modules/electron/install.js';
  return {
    path: null,
    why:
      code === 124
        ? `its download takes longer than ${silenceMs / 1000} s (fetch it with: ${command})`
        : 'its binary cannot be fetched',
  };
}

/** Null when it is not (completely) there. */
export function installedBinary() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const pathFile = join(folder, 'path.txt');
  if (!override && !existsSync(pathFile)) return null;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron';
  const binary = join(override ?? join(folder, 'dist'), name);
  return existsSync(binary) ? binary : null;
}

function failedLately(version) {
  if (!existsSync(failureFile)) return false;
  const failure = JSON.parse(readFileSync(failureFile, 'utf8'));
  return failure.version === version && Date.now() - failure.atMs < retryAfterMs;
}
