/** Runs a private redis-server on a Unix socket in the data folder: starts it, restarts it when it dies, ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock, Stop } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { RedisRole } from '../model/health.ts';
import { endOrphan, isAlive } from './orphan.ts';
import { logTail, prepareServerFiles, removeFile, type ServerFiles, writePidRecord } from './server-folder.ts';
import { askSocket } from './socket-reply.ts';

export interface EmbeddedServerOptions {
  readonly role: RedisRole;
  /** The files go to `<dataDir>/redis`. The caller holds this folder alone. */
  readonly dataDir: string;
  /** Ceiling of the cache server; the broker has none. */
  readonly maxMemoryBytes: number;
  readonly binary?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const startDeadlineMs = 5_000;
const pingPollMs = 5;
/** SIGTERM, then SIGKILL; together inside two seconds. */
const stopGraceMs = 1_500;
const firstRestartMs = 50;
const longestRestartMs = 5_000;
/** A server that ran this long is well again: the next death is restarted at once. */
const wellAfterMs = 30_000;

export class EmbeddedServer {
  readonly #options: Required<EmbeddedServerOptions>;
  readonly #files: ServerFiles;
  #child: ChildProcess | null = null;
  /** Told to end; it has not yet. */
  #ending: ChildProcess | null = null;
  #running = false;
  #deaths = 0;
  #restartCount = 0;
  #startedMs = 0;
  #disarm: Stop = () => undefined;

  /** @throws EngineError DATA_DIR_NOT_WRITABLE, REDIS_START_FAILED */
  constructor(options: EmbeddedServerOptions) {
    this.#options = { binary: 'redis-server', ...options };
    this.#files = prepareServerFiles(options.dataDir, options.role);
  }

  /** For a link: `unix:///…/cache.sock`. */
  get url(): string {
    return `unix://${encodeURI(this.#files.socketPath)}`;
  }

  get socketPath(): string {
    return this.#files.socketPath;
  }

  /** Null while no process runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** How often it died and was started again. */
  get restartCount(): number {
    return this.#restartCount;
  }

  /** Resolves once the server answers PING. @throws EngineError REDIS_SERVER_MISSING, REDIS_START_FAILED */
  async start(): Promise<void> {
    if (this.#running) return;
    await endOrphan(this.#options.clock, this.#files, this.#options.logger);
    this.#running = true;
    process.once('exit', this.#leave);
    try {
      await this.#launch();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends the server by its own process id within two seconds; the broker's file is complete on disk then. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#disarm();
    const child = this.#child;
    this.#child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      this.#ending = child;
      await this.#end(child);
    }
    process.removeListener('exit', this.#leave);
    removeFile(this.#files.socketPath);
    removeFile(this.#files.pidFile);
  }

  /** This process ends before its server was stopped in order: nothing can be waited for any more. */
  readonly #leave = (): void => {
    this.#child?.kill('SIGTERM');
    this.#ending?.kill('SIGKILL');
  };

  async #end(child: ChildProcess): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.ref();
    child.kill('SIGTERM');
    const disarm = this.#options.clock.after(stopGraceMs, () => child.kill('SIGKILL'));
    await ended;
    disarm();
  }

  async #launch(): Promise<void> {
    removeFile(this.#files.socketPath);
    const { binary, role, logger } = this.#options;
    // A session of its own: Ctrl+C in the terminal reaches the console alone, which then ends its servers in order.
    const child = spawn(binary, this.#arguments(), { stdio: 'ignore', detached: true });
    this.#child = child;
    const died = new Promise<never>((_resolve, reject) => {
      child.once('error', (error) => reject(this.#startProblem(error)));
      child.once('exit', (code, signal) => {
        reject(this.#startProblem(new Error(`it ended with ${signal ?? `exit code ${code}`}`)));
      });
    });
    died.catch(() => undefined);
    await Promise.race([this.#answers(child), died]);
    child.unref();
    if (child.pid === undefined || !this.#running) return;
    writePidRecord(this.#files.pidFile, { pid: child.pid, socketPath: this.#files.socketPath });
    this.#startedMs = this.#options.clock.monotonicMs();
    this.#superviseExit(child);
    logger.info('The private Redis server is up', { role, pid: child.pid });
  }

  #superviseExit(child: ChildProcess): void {
    child.once('exit', (code, signal) => this.#onDeath(child, code, signal));
    if (child.exitCode !== null || child.signalCode !== null) this.#onDeath(child, child.exitCode, child.signalCode);
  }

  async #answers(child: ChildProcess): Promise<void> {
    const { clock, role } = this.#options;
    const untilMs = clock.monotonicMs() + startDeadlineMs;
    while (clock.monotonicMs() < untilMs) {
      if (child.pid !== undefined && !isAlive(child.pid)) break;
      const reply = await askSocket(clock, this.#files.socketPath, 'PING', 250);
      if (reply?.startsWith('+PONG')) return;
      await clock.sleep(pingPollMs);
    }
    throw new EngineError(
      'REDIS_START_FAILED',
      `The private ${role} Redis did not answer within ${startDeadlineMs} ms: ${logTail(this.#files.logFile)}`,
    );
  }

  #onDeath(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.#running || this.#child !== child) return;
    this.#child = null;
    const { clock, logger, role } = this.#options;
    if (clock.monotonicMs() - this.#startedMs > wellAfterMs) this.#deaths = 0;
    logger.error('The private Redis server died and is started again', { role, code, signal });
    this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    const { clock, random } = this.#options;
    const fullMs = Math.min(firstRestartMs * 2 ** Math.min(this.#deaths, 10), longestRestartMs);
    this.#deaths += 1;
    this.#disarm = clock.after(fullMs * (1 - random() / 2), () => void this.#restart());
  }

  async #restart(): Promise<void> {
    if (!this.#running) return;
    this.#restartCount += 1;
    try {
      await this.#launch();
    } catch (error) {
      const { logger, role } = this.#options;
      logger.error('The private Redis server could not be started again', { role, error: messageOf(error) });
      this.#child?.kill('SIGKILL');
      this.#child = null;
      if (this.#running) this.#scheduleRestart();
    }
  }

  #startProblem(error: Error & { code?: string }): EngineError {
    const { binary, role } = this.#options;
    if (error.code === 'ENOENT' || error.code === 'EACCES') {
      return new EngineError(
        'REDIS_SERVER_MISSING',
        `The program ${binary} for the private ${role} Redis cannot be run`,
        {
          cause: error,
        },
      );
    }
    const words = `The private ${role} Redis did not start: ${error.message}: ${logTail(this.#files.logFile)}`;
    return new EngineError('REDIS_START_FAILED', words, { cause: error });
  }

  #arguments(): string[] {
    const { folder, socketPath, logFile } = this.#files;
    const own = this.#options.role === 'cache' ? cacheArguments(this.#options.maxMemoryBytes) : brokerArguments();
    const shared = { port: '0', unixsocket: socketPath, unixsocketperm: '600', dir: folder, logfile: logFile };
    return Object.entries({ ...shared, save: '', daemonize: 'no', ...own }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
  }
}

/** A cache may lose everything and must never grow past its ceiling. */
function cacheArguments(maxMemoryBytes: number): Record<string, string> {
  return {
    maxmemory: String(maxMemoryBytes),
    'maxmemory-policy': 'allkeys-lru',
    appendonly: 'no',
    'lazyfree-lazy-eviction': 'yes',
    'lazyfree-lazy-expire': 'yes',
  };
}

/** A broker may lose at most the last second and must never evict, or jobs vanish. */
function brokerArguments(): Record<string, string> {
  return { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'everysec' };
}
