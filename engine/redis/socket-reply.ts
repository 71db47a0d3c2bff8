/** Asks a server on a Unix socket one question over a connection of its own; for servers that have no link yet. */
import { createConnection } from 'node:net';
import type { Clock } from '../base/clock.ts';

/**
 * The raw reply to one inline command, e.g. `+PONG`; null when nothing answered within the deadline.
 * Source: Redis protocol, inline commands; a bulk reply begins with `$<length>`.
 */
export function askSocket(
  clock: Clock,
  socketPath: string,
  command: string,
  deadlineMs: number,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const socket = createConnection({ path: socketPath });
  let reply = '';
  const finish = (answer: string | null): void => {
    disarm();
    socket.destroy();
    resolve(answer);
  };
  const disarm = clock.after(deadlineMs, () => finish(null));
  socket.setEncoding('utf8');
  socket.on('error', () => finish(null));
  socket.on('close', () => finish(null));
  socket.on('connect', () => socket.write(`${command}\r\n`));
  socket.on('data', (chunk: string) => {
    reply += chunk;
    if (isWhole(reply)) finish(reply);
  });
  return promise;
}

function isWhole(reply: string): boolean {
  const lineEnd = reply.indexOf('\r\n');
  if (lineEnd < 0) return false;
  if (!reply.startsWith('$')) return true;
  return Buffer.byteLength(reply) >= lineEnd + 2 + Number(reply.slice(1, lineEnd)) + 2;
}
