/** Builds the programs when their sources have changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runQuietly, step } from './steps.mjs';

const stampFile = join(root, 'out', '.vigia-stamp');
const inputs = ['engine', 'packs', 'src', 'electron.vite.config.ts', 'package-lock.json', 'tsconfig.json'];

/** Rebuilds `out/` unless it was built from exactly these sources. Answers whether it built. */
export async function ensureBuild({ node, env }) {
  const stamp = stampOfSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  await step('Programs built', () => runQuietly(node, [builder, 'build'], { env: { ...env, NODE_ENV: 'production' } }));
  writeFileSync(stampFile, stamp);
  return true;
}

function stampOfSources() {
  const hash = createHash('sha256');
  for (const input of inputs) addTo(hash, input);
  return hash.digest('hex');
}

function addTo(hash, path) {
  const whole = join(root, path);
  if (!existsSync(whole)) return;
  const children = path.includes('.') ? null : readdirSync(whole, { withFileTypes: true });
  if (children === null) {
    hash.update(`${path}\n`).update(readFileSync(whole));
    return;
  }
  for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = `${path}/${child.name}`;
    if (child.isDirectory()) addTo(hash, inside);
    else hash.update(`${inside}\n`).update(readFileSync(join(root, inside)));
  }
}
