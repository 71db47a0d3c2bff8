/** One console's WebSocket: calls in, envelopes and topics out, never more in memory than the other end can take. */
import type { WebSocket } from '@fastify/websocket';
import type { Caller } from '../shared/contract.ts';
import type { Dispatch } from '../shared/dispatcher.ts';
import type { CallMessage, EngineMessage } from '../shared/wire.ts';
import { topicKey } from './topic-key.ts';

/** Above this a console has stopped reading: topics wait, the newest of each thing kept. */
const slowBytes = 1024 * 1024;
/** Above this it is cut off; it asks again for everything when it is back. */
const hopelessBytes = 32 * 1024 * 1024;
/** Calls of one console that may run at once; further ones stay in its socket. */
const maxRunningCalls = 32;

const closeCodes = { notUnderstood: 1007, tooSlow: 1013 } as const;

export interface SocketSession {
  pushTopic(topic: string, payload: unknown): void;
}

export function serveSocket(socket: WebSocket, dispatch: Dispatch, caller: Caller): SocketSession {
  const waiting = new Map<string, string>();
  let runningCalls = 0;

  const send = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > hopelessBytes) socket.close(closeCodes.tooSlow, 'too slow');
    else socket.send(text, flush);
  };

  const flush = (): void => {
    for (const [key, text] of waiting) {
      if (socket.bufferedAmount > slowBytes) return;
      waiting.delete(key);
      send(text);
    }
  };

  const answer = async ({ id, call, input }: CallMessage): Promise<void> => {
    runningCalls += 1;
    if (runningCalls >= maxRunningCalls) socket.pause();
    const envelope = await dispatch(call, input, caller);
    runningCalls -= 1;
    if (socket.isPaused && runningCalls < maxRunningCalls) socket.resume();
    send(JSON.stringify({ id, envelope } satisfies EngineMessage));
  };

  socket.on('message', (data, isBinary) => {
    const message = isBinary || !Buffer.isBuffer(data) ? null : parseCall(data.toString('utf8'));
    if (message === null) socket.close(closeCodes.notUnderstood, 'not a call');
    else void answer(message);
  });

  return {
    pushTopic(topic, payload) {
      const text = JSON.stringify({ topic, payload } satisfies EngineMessage);
      if (socket.bufferedAmount <= slowBytes && waiting.size === 0) send(text);
      else waiting.set(topicKey(topic, payload), text);
    },
  };
}

function parseCall(text: string): CallMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null) return null;
    if (!('id' in message) || !Number.isSafeInteger(message.id)) return null;
    if (!('call' in message) || typeof message.call !== 'string') return null;
    return { id: message.id as number, call: message.call, input: 'input' in message ? message.input : undefined };
  } catch {
    // Whoever sends what is not JSON is not one of our consoles; the caller of this closes the socket.
    return null;
  }
}
