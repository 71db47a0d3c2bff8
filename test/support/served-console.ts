/** The real headless program in a process of its own, and a client that speaks the contract to it over its WebSocket. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/shared/client.ts';
import type { Bridge, EngineMessage, Envelope } from '../../src/shared/wire.ts';

export interface ServedConsole {
  readonly address: string;
  /** Opens the console in a browser, once. */
  readonly page: string;
  readonly token: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  readonly client: Client;
  /** A REST call with the token. */
  get(path: string): Promise<Response>;
  /** As Ctrl+C does; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface ServeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Kept after the end when it is given. */
  readonly dataDir?: string;
  readonly args?: readonly string[];
}

const answerPatienceMs = 60_000;
const entry = join(import.meta.dirname, '../../src/web/serve.ts');

/** Resolves when the program says that it is ready. @throws Error with the program's last words */
export async function serveConsole(options: ServeOptions = {}): Promise<ServedConsole> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vigia-served-'));
  const child = fork(entry, ['--data-dir', dataDir, '--port', '0', ...(options.args ?? [])], {
    env: { ...bareEnvironment(), VIGIA_LOG_LEVEL: 'info', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ready = await readiness(child);
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  const bridge = await openBridge(ready.address, token);
  return {
    ...ready,
    token,
    dataDir,
    process: child,
    client: createClient(bridge),
    get: (path) => fetch(`${ready.address}${path}`, { headers: { authorization: `Bearer ${token}` } }),
    async stop() {
      bridge.close();
      const code = await ended(child);
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

/** Nothing of the caller's settings reaches the program under test. */
function bareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VIGIA_|REDIS_|CELERY_)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

function readiness(child: ChildProcess): Promise<{ address: string; page: string }> {
  const words: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  child.stdout?.resume();
  return new Promise((resolve, reject) => {
    child.once('message', (message: { address: string; page: string }) => resolve(message));
    child.once('exit', (code) => reject(new Error(`The program ended with ${code}: ${words.join('')}`)));
  });
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill('SIGINT');
  });
}

async function openBridge(address: string, token: string): Promise<Bridge & { close(): void }> {
  const encoded = Buffer.from(token).toString('base64url');
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, ['vigia', `token.${encoded}`], {
    origin: address,
  });
  const waiting = new Map<number, (envelope: Envelope) => void>();
  const listeners = new Set<(topic: string, payload: unknown) => void>();
  let lastId = 0;
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as EngineMessage;
    if ('topic' in message) for (const listener of listeners) listener(message.topic, message.payload);
    else waiting.get(message.id)?.(message.envelope);
  });
  return {
    call(call, input) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        // A console that hangs is named by what it was asked, not by the test's time-out.
        const overdue = setTimeout(
          () => reject(new Error(`No answer to ${call} within ${answerPatienceMs} ms`)),
          answerPatienceMs,
        );
        waiting.set(id, (envelope) => {
          clearTimeout(overdue);
          waiting.delete(id);
          resolve(envelope);
        });
        socket.send(JSON.stringify({ id, call, input }));
      });
    },
    onTopic(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => socket.close(),
  };
}
