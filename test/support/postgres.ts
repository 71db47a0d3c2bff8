/** A private PostgreSQL cluster in a temporary folder, on a Unix socket and a free loopback port, gone after the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { until } from './until.ts';

const run = promisify(execFile);
const user = 'vigia';
const password = 'no-secret';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  /** postgres:// URL of a database in the cluster; with user and password. */
  url(database?: string): string;
  /** Runs statements as the owner, in one batch. */
  execute(sql: string, database?: string): Promise<void>;
  /** Creates an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server at once, as when its machine dies. */
  kill(): Promise<void>;
  /** Starts a killed server on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws when PostgreSQL is not installed: a missing service fails the run. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'vigia-pg-'));
  const data = join(folder, 'data');
  const owner = await ownerOf(folder);
  const passwordFile = join(folder, 'password');
  await run('sh', ['-c', `printf %s ${password} > ${passwordFile} && chmod 644 ${passwordFile}`]);
  const initdb = [
    '-D',
    data,
    '-U',
    user,
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
  ];
  await run(join(programs, 'initdb'), initdb, owner);
  const port = await freePort();
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'max_connections=30',
    'shared_buffers=32MB',
    'log_min_messages=fatal',
  ];
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    ...settings.flatMap((each) => ['-c', each]),
  ];
  const start = (): { server: ChildProcess; ended: Promise<void> } => {
    const server = spawn(join(programs, 'postgres'), args, { ...owner, stdio: 'ignore' });
    return { server, ended: new Promise((resolve) => server.once('exit', () => resolve())) };
  };
  let running = start();
  const url = (database = 'postgres'): string => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  const execute = async (sql: string, database = 'postgres'): Promise<void> => {
    const client = new Client({ connectionString: url(database) });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const ready = (): Promise<void> =>
    until(
      () =>
        execute('SELECT 1').then(
          () => true,
          () => false,
        ),
      15_000,
      'PostgreSQL to answer',
    );
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { server, ended } = running;
    if (server.exitCode === null && server.signalCode === null) server.kill(signal);
    await ended;
  };
  const stop = async (): Promise<void> => {
    // SIGINT is PostgreSQL's fast shutdown: sessions are cut off, nothing is waited for.
    await end('SIGINT');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    url,
    execute,
    createDatabase: async (name) => {
      await execute(`CREATE DATABASE ${name}`);
      return url(name);
    },
    kill: () => end('SIGQUIT'),
    restart: async () => {
      running = start();
      await ready();
    },
    stop,
  };
}

/** PostgreSQL refuses to run as root; then it runs as the user that its package made. */
async function ownerOf(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  const owner = { uid: await idOf('-u'), gid: await idOf('-g') };
  await chown(folder, owner.uid, owner.gid);
  return owner;
}

/** The newest installed version's folder of programs. */
async function findPrograms(): Promise<string> {
  const base = '/usr/lib/postgresql';
  const versions = await readdir(base).catch(() => [] as string[]);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest !== undefined) return join(base, newest, 'bin');
  const { stdout } = await run('pg_config', ['--bindir']);
  return stdout.trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
