/** `vigia worker`: worker processes for a console elsewhere, until they are told to stop. */
import { join } from 'node:path';
import { createLogger, loadSettings, startWorkerHost, type WorkerHost } from '../../engine/index.ts';
import { parseCommandLine } from '../shared/command-line.ts';

/** Under the half minute that a service manager usually gives. */
const drainMs = 25_000;
/** For giving jobs back and saying goodbye. */
const hurryMs = 3_500;

const isBuilt = import.meta.filename.endsWith('.js');
const workerEntry = join(import.meta.dirname, isBuilt ? 'worker.js' : 'worker.ts');

/** @throws EngineError CONFIG_INVALID, REDIS_URL_INVALID */
export async function serveWorkers(args: readonly string[]): Promise<void> {
  const { flags } = parseCommandLine(args);
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const logger = createLogger({ level: settings.logLevel });
  const stopAsked = Promise.withResolvers<void>();
  const host = startWorkerHost({ settings, workerEntry, logger, drainMs });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopAsked.resolve());
  // Nothing else keeps this process alive while all its children are being replaced.
  const alive = setInterval(() => undefined, drainMs);
  announce(host);
  await stopAsked.promise;
  process.stdout.write('Stopping: jobs may finish\n');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => hurry(host));
  await host.stop();
  clearInterval(alive);
}

function announce(host: WorkerHost): void {
  const { processCount, concurrency, queues } = host.view();
  process.stdout.write(
    `${processCount} worker ${processCount === 1 ? 'process' : 'processes'} for ${queues.join(', ')} at ${host.broker}, ${concurrency} jobs at once each\n`,
  );
  let ready = 0;
  host.onChanged(() => {
    const running = host.view().processes.filter(({ state }) => state === 'running').length;
    if (running === ready) return;
    ready = running;
    process.stdout.write(`${running} of ${host.view().processCount} take jobs\n`);
  });
  process.stdout.write('Stop with Ctrl+C; jobs then have 25 s to finish, a second Ctrl+C gives them back at once\n');
}

/** Asked twice: the children are told again, and give their jobs back. */
function hurry(host: WorkerHost): void {
  for (const { pid } of host.view().processes) process.kill(pid, 'SIGTERM');
  setTimeout(() => process.exit(1), hurryMs).unref();
}
