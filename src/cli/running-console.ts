/** The way from the command line to the console that runs on a data folder: its address, its token, the contract. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, loadSettings, messageOf } from '../../engine/index.ts';
import { type Client, createClient } from '../shared/client.ts';
import type { EngineMessage, Envelope } from '../shared/wire.ts';

export interface RunningConsole {
  readonly address: string;
  readonly client: Client;
  close(): void;
}

const connectMs = 5_000;

/** @throws EngineError CONSOLE_NOT_RUNNING, CALL_UNAUTHORIZED, CONFIG_INVALID */
export async function connectToConsole(flags: Readonly<Record<string, string>>): Promise<RunningConsole> {
  const { settings } = loadSettings({ flags, env: process.env, workingDir: process.cwd() });
  const { dataDir } = settings;
  const address = readWord(join(dataDir, 'address'));
  if (address === null) {
    throw new EngineError('CONSOLE_NOT_RUNNING', `No console with a web host runs on the data folder ${dataDir}`);
  }
  const token = settings.token ?? readWord(join(dataDir, 'token'));
  if (token === null) {
    throw new EngineError('CALL_UNAUTHORIZED', `The console on ${dataDir} was given its token: show it with --token`);
  }
  await checkToken(address, token, dataDir);
  return openSocket(address, token);
}

function readWord(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A WebSocket only says that it was refused; this says why. */
async function checkToken(address: string, token: string, dataDir: string): Promise<void> {
  const response = await ask(address, token, dataDir);
  await response.body?.cancel();
  if (response.status === 401) {
    throw new EngineError('CALL_UNAUTHORIZED', `The console at ${address} has another token than that of ${dataDir}`);
  }
}

async function ask(address: string, token: string, dataDir: string): Promise<Response> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    return await fetch(`${address}/manager/api/cache/health`, { headers, signal: AbortSignal.timeout(connectMs) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new EngineError(
      'CONSOLE_NOT_RUNNING',
      `The console of ${dataDir} was at ${address}, but does not answer there: ${messageOf(cause)}`,
      { cause: error },
    );
  }
}

async function openSocket(address: string, token: string): Promise<RunningConsole> {
  const encoded = Buffer.from(token).toString('base64url');
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, ['vigia', `token.${encoded}`]);
  const waiting = new Map<number, (envelope: Envelope) => void>();
  const listeners = new Set<(topic: string, payload: unknown) => void>();
  let lastId = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as EngineMessage;
    if ('topic' in message) {
      for (const listener of listeners) listener(message.topic, message.payload);
      return;
    }
    waiting.get(message.id)?.(message.envelope);
    waiting.delete(message.id);
  });
  await new Promise<void>((resolve, reject) => {
    const lost = (): void =>
      reject(new EngineError('CALL_DISCONNECTED', `The console at ${address} refused the connection`));
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', lost, { once: true });
  });
  const gone = new EngineError('CALL_DISCONNECTED', `The console at ${address} went away`).toView();
  socket.addEventListener('close', () => {
    for (const answer of waiting.values()) answer({ ok: false, error: gone });
    waiting.clear();
  });
  const client = createClient({
    call: (call, input) =>
      new Promise((resolve) => {
        lastId += 1;
        if (socket.readyState !== WebSocket.OPEN) return resolve({ ok: false, error: gone });
        waiting.set(lastId, resolve);
        return socket.send(JSON.stringify({ id: lastId, call, input }));
      }),
    onTopic(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { address, client, close: () => socket.close() };
}
