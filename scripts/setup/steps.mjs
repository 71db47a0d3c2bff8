/** Runs the commands of the set-up: one line a step with its time, the full output kept in a log, the end of it shown on failure. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
/** What the set-up keeps for itself; never committed. */
export const runtimeDir = join(root, '.runtime');
const logFile = join(runtimeDir, 'setup.log');

/** Something the user has to do; its message is all that is shown. */
export class SetupError extends Error {}

export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Does `work` and says what was done and how long it took. */
export async function step(title, work) {
  const startedAt = performance.now();
  const result = await work();
  say(`  ${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
}

/**
 * Runs a command to its end with its output in the log.
 * @throws SetupError with the last lines of the output when it fails.
 */
export async function runQuietly(command, args, options = {}) {
  const { code, output } = await capture(command, args, options);
  if (code !== 0) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    throw new SetupError(`${tail}\n\n"${[command, ...args].join(' ')}" failed (exit code ${code}).`);
  }
  return output;
}

/** Answers exit code and output; a command that cannot be started is exit code 127, one that takes too long 124. */
export function capture(command, args, { env = process.env, cwd = root, timeoutMs = 0 } = {}) {
  return new Promise((done) => {
    let output = '';
    let timedOut = false;
    // No colours: this goes to the log, and to the terminal only when it fails.
    const child = spawn(command, args, {
      cwd,
      env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeoutMs)
      : null;
    const end = (code) => {
      if (timer) clearTimeout(timer);
      log(`$ ${[command, ...args].join(' ')}\n${output}\n-> ${code}\n`);
      done({ code, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => end(error.code === 'ENOENT' ? 127 : 126));
    child.on('close', (code) => end(timedOut ? 124 : (code ?? 1)));
  });
}

/** Runs a command on this terminal and answers its exit code. */
export function runOpenly(command, args, { env = process.env, cwd = root } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.on('error', () => done(127));
    child.on('close', (code) => done(code ?? 1));
  });
}

function log(text) {
  mkdirSync(runtimeDir, { recursive: true });
  appendFileSync(logFile, text);
}
