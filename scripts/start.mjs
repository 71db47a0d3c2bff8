/** `npm start`: opens the console in Electron where that is possible, else in the system's browser, else prints its address. */
import { spawn } from 'node:child_process';
import { electronBinary } from './electron-binary.mjs';
import { programs, supervise } from './programs.mjs';
import { root, say } from './setup/steps.mjs';

export async function start(runtime, args) {
  const headless = args.includes('--headless');
  if (headless) return await supervise(runtime.node, [programs.web, ...args], { env: runtime.env });
  const electron = hasDisplay() ? await electronBinary(runtime) : { path: null, why: 'there is no display here' };
  if (electron.path) return await supervise(electron.path, electronArguments(args), { env: runtime.env });
  say(`No Electron window, because ${electron.why}; the console runs in the browser instead.`);
  const onMessage = (message) => {
    if (message?.type === 'ready' && hasDisplay()) openInBrowser(message.page);
  };
  return await supervise(runtime.node, [programs.web, ...args], { env: runtime.env, onMessage });
}

function electronArguments(args) {
  // Electron refuses to run as root unless its sandbox is off; nothing but our own pages is loaded in it.
  const asRoot = process.platform === 'linux' && process.getuid() === 0;
  return [...(asRoot ? ['--no-sandbox'] : []), root, ...args];
}

function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function openInBrowser(page) {
  const [command, args] = {
    darwin: ['open', [page]],
    win32: ['explorer.exe', [page]],
  }[process.platform] ?? ['xdg-open', [page]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => say(`The browser could not be opened (${command} is missing); open ${page} yourself.`));
  child.unref();
}
