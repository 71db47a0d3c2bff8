/** Starts the built programs in a way that lets exactly one polite signal reach them, whoever sent it and however often. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/steps.mjs';

/** Ends by itself when asked politely; after this it is killed. */
const patienceMs = 4500;
const parentCheckMs = 500;

export const programs = {
  web: join(root, 'out', 'main', 'web.js'),
  cli: join(root, 'out', 'main', 'cli.js'),
};

/**
 * Runs a program until it ends and answers its exit code.
 * It gets a process group of its own: Ctrl+C reaches this process (from the terminal, and once more from npm), and the
 * program then gets one signal, so that it can stop what it started in order.
 */
export function supervise(command, args, { env, onMessage = () => undefined }) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: process.env.INIT_CWD ?? root,
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: process.platform !== 'win32',
    });
    let stopping = false;
    let killTimer = null;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      child.kill('SIGINT');
      killTimer = setTimeout(() => killGroup(child), patienceMs);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const parentWatch = watchParent(stop);
    const end = (code) => {
      clearTimeout(killTimer);
      clearInterval(parentWatch);
      for (const signal of signals) process.removeListener(signal, stop);
      done(code);
    };
    child.on('message', onMessage);
    child.on('error', () => end(127));
    child.on('exit', (code, signal) => {
      if (child.connected) child.disconnect();
      end(code ?? (stopping && signal === 'SIGINT' ? 0 : 1));
    });
  });
}

/** npm killed outright cannot tell us; but then we are handed to another parent (package.json's `exec` keeps no shell between). */
function watchParent(stop) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return null;
  const npm = process.ppid;
  return setInterval(() => {
    if (process.ppid !== npm) stop();
  }, parentCheckMs).unref();
}

function killGroup(child) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
