/** `vigia redis` runs the embedded servers alone; `vigia redis-conf` writes a production configuration for one. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  createLogger,
  EngineError,
  loadSettings,
  messageOf,
  openDataDir,
  serverConf,
  startRedisHost,
} from '../../engine/index.ts';
import { parseCommandLine } from '../shared/command-line.ts';

export interface RedisConfOptions {
  readonly role: string;
  readonly memory: string;
  readonly port: string;
  readonly out?: string;
  /** False after `--no-password`. */
  readonly password: boolean;
}

const passwordBytes = 24;

/** @throws EngineError CONFIG_INVALID */
export function writeRedisConf({ role, memory, port, out, password }: RedisConfOptions): void {
  if (role !== 'cache' && role !== 'broker') {
    throw new EngineError('CONFIG_INVALID', `--role is "${role}", but must be cache or broker`);
  }
  const conf = serverConf({
    role,
    memoryBytes: bytesIn(memory),
    port: portIn(port),
    password: password ? randomBytes(passwordBytes).toString('base64url') : null,
  });
  if (out === undefined) {
    process.stdout.write(conf);
    return;
  }
  try {
    // Never over another file: it may be the one in use.
    writeFileSync(out, conf, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new EngineError('CONFIG_INVALID', `--out ${out} cannot be written: ${messageOf(error)}`);
  }
  process.stdout.write(`wrote ${out}, readable by you only\n`);
}

function bytesIn(text: string): number {
  const match = /^(\d{1,6})(mb|gb)$/i.exec(text);
  const factor = match?.[2]?.toLowerCase() === 'gb' ? 1_024 ** 3 : 1_024 ** 2;
  const bytes = Number(match?.[1] ?? 0) * factor;
  if (bytes >= 16 * 1_024 ** 2) return bytes;
  throw new EngineError(
    'CONFIG_INVALID',
    `--memory is "${text}", but must be a size such as 512mb or 2gb, at least 16mb`,
  );
}

function portIn(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new EngineError('CONFIG_INVALID', `--port is "${text}", but must be a number from 1 to 65535`);
}

/** Runs until Ctrl+C. @throws EngineError CONFIG_INVALID, DATA_DIR_IN_USE, REDIS_SERVER_MISSING, REDIS_START_FAILED */
export async function serveRedis(args: readonly string[]): Promise<void> {
  const { flags } = parseCommandLine(args);
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const dataDir = openDataDir(settings.dataDir);
  const stopAsked = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopAsked.resolve());
  try {
    const host = await startRedisHost(settings, createLogger({ level: settings.logLevel }));
    process.stdout.write(`cache:  ${host.urls.cache}\nbroker: ${host.urls.broker}\nStop with Ctrl+C\n`);
    await stopAsked.promise;
    process.stdout.write('Stopping\n');
    await host.stop();
  } finally {
    dataDir.release();
  }
}
