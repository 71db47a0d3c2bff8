/** The headless program: an engine, the web host on it, and an orderly end. Also what a browser console runs on. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  createEngine,
  createLogger,
  type DataDir,
  type Engine,
  EngineError,
  loadSettings,
  openDataDir,
  type Settings,
} from '../../engine/index.ts';
import { exitCodeOf, lastWords, parseCommandLine } from '../shared/command-line.ts';
import { keepAddress } from './address-file.ts';
import { startWebHost, type WebHost } from './host.ts';
import { keepToken } from './token.ts';

/** Everything is stopped within this, or the program ends without. */
const stopPatienceMs = 4_300;

interface Running {
  readonly host: WebHost;
  readonly engine: Engine;
  readonly dataDir: DataDir;
  readonly forgetAddress: () => void;
}

/** Where the parts of the program lie: beside this file when it is built, in the source folders when it is not. */
const isBuilt = import.meta.filename.endsWith('.js');
const workerEntry = join(import.meta.dirname, isBuilt ? 'worker.js' : '../cli/worker.ts');
const rendererDir = join(import.meta.dirname, isBuilt ? '../renderer' : '../../out/renderer');

async function main(): Promise<void> {
  const stopAsked = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopAsked.resolve());
  // Whoever started us is gone when the channel to it closes.
  process.on('disconnect', () => stopAsked.resolve());
  void stopAsked.promise.then(() => {
    setTimeout(() => process.exit(process.exitCode ?? 0), stopPatienceMs).unref();
  });
  const { flags } = parseCommandLine(process.argv.slice(2));
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const running = await start(settings);
  announce(running, settings);
  await stopAsked.promise;
  process.stdout.write('Stopping\n');
  await stop(running);
}

async function start(settings: Settings): Promise<Running> {
  const dataDir = openDataDir(settings.dataDir);
  const cleanUps: (() => unknown)[] = [() => dataDir.release()];
  try {
    await checkPort(settings.port);
    const token = settings.token ?? keepToken(settings.dataDir);
    const logger = createLogger({ level: settings.logLevel, file: join(settings.dataDir, 'vigia.log') });
    const engine = await createEngine({ settings, host: 'web', workerEntry, logger, desktop: null });
    cleanUps.push(() => engine.stop());
    const onDefect = (what: string, error: unknown): void =>
      logger.error('A call failed for a reason of ours', {
        what,
        error: error instanceof Error ? error.stack : String(error),
      });
    const host = await startWebHost({
      engine,
      port: settings.port,
      token,
      webhookSecret: settings.webhookSecret,
      rendererDir,
      onDefect,
    });
    const forgetAddress = keepAddress(settings.dataDir, host.address);
    return { host, engine, dataDir, forgetAddress };
  } catch (error) {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
    throw portError(error, settings.port);
  }
}

async function stop({ host, engine, dataDir, forgetAddress }: Running): Promise<void> {
  forgetAddress();
  await host.close();
  await engine.stop();
  dataDir.release();
}

function announce({ host }: Running, settings: Settings): void {
  process.stdout.write(`Vigía is ready at ${host.address}\n`);
  // A log must not hold the way in; a person at a terminal may have it.
  if (process.stdout.isTTY)
    process.stdout.write(`Open it in a browser: ${host.openingLink()} (once, within a minute)\n`);
  if (settings.token === null) process.stdout.write(`Token for HTTP calls: ${join(settings.dataDir, 'token')}\n`);
  process.stdout.write('Stop with Ctrl+C\n');
  process.send?.({ type: 'ready', address: host.address, page: host.openingLink() });
}

/** Looked at before anything is started: whoever has the port keeps it, and nothing has to be undone. */
function checkPort(port: number): Promise<void> {
  if (port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host: '127.0.0.1', port }, () => probe.close(() => resolve()));
  });
}

function portError(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return new EngineError('PORT_IN_USE', `Port ${port} of 127.0.0.1 is taken by another program`, { cause: error });
  if (code === 'EACCES')
    return new EngineError('PORT_IN_USE', `Port ${port} may not be used by this user`, { cause: error });
  return error;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${lastWords(error)}\n`);
    process.exit(exitCodeOf(error));
  },
);
