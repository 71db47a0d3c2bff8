/** The desktop program: the window's life with a real engine in it. */
import { join } from 'node:path';
import { app } from 'electron';
import { createEngine, createLogger, loadSettings, openDataDir, type Settings } from '../../engine/index.ts';
import { exitCodeOf, lastWords, parseCommandLine } from '../shared/command-line.ts';
import { type DesktopEngine, type DesktopOptions, runDesktop } from './desktop.ts';
import { keychainSeal } from './keychain.ts';

function main(): Promise<void> {
  const { flags } = parseCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), 'ignore');
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  return runDesktop({
    dataDir: settings.dataDir,
    preloadFile: join(import.meta.dirname, '../preload/index.cjs'),
    rendererDir: join(import.meta.dirname, '../renderer'),
    onProblem: (what, error) => process.stderr.write(`${what}: ${lastWords(error)}\n`),
    startEngine: (notify) => startEngine(settings, notify),
  });
}

/** After Electron's own lock is ours: a second start must first be able to bring the window to the front. */
async function startEngine(
  settings: Settings,
  notify: Parameters<DesktopOptions['startEngine']>[0],
): Promise<DesktopEngine> {
  const dataDir = openDataDir(settings.dataDir);
  try {
    // The keychain can be asked from then on.
    await app.whenReady();
    const engine = await createEngine({
      settings,
      host: 'electron',
      workerEntry: join(import.meta.dirname, 'worker.js'),
      logger: createLogger({ level: settings.logLevel, file: join(settings.dataDir, 'vigia.log') }),
      desktop: { show: notify },
      seal: keychainSeal(),
    });
    return { ...engine, stop: () => engine.stop().finally(() => dataDir.release()) };
  } catch (error) {
    dataDir.release();
    throw error;
  }
}

// Not awaited here: Electron is ready only after this module has run to its end.
Promise.resolve()
  .then(main)
  .catch((error: unknown) => {
    process.stderr.write(`${lastWords(error)}\n`);
    app.exit(exitCodeOf(error));
  });
