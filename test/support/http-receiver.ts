/** An HTTP server on loopback that takes messages, or fails, hangs and drops as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type ReceiverMood = 'well' | 'failing' | 'busy' | 'hanging' | 'dropping' | 'deaf';

export interface HttpReceiver {
  readonly url: string;
  /** What came in whole, whatever was answered. */
  readonly received: Received[];
  /** Of those, the ones that were answered with 200. */
  readonly taken: Received[];
  mood: ReceiverMood;
  stop(): Promise<void>;
}

/** `deaf`: takes it and dies before it says so. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const got = { headers: request.headers, body };
      receiver.received.push(got);
      if (receiver.mood === 'hanging') return;
      if (receiver.mood === 'dropping') {
        request.socket.destroy();
        return;
      }
      if (receiver.mood === 'deaf') {
        receiver.taken.push(got);
        request.socket.destroy();
        return;
      }
      if (receiver.mood === 'failing') {
        response.writeHead(503).end('down for repair');
        return;
      }
      if (receiver.mood === 'busy') {
        response.writeHead(429, { 'retry-after': '120' }).end();
        return;
      }
      receiver.taken.push(got);
      response.writeHead(200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received: [],
    taken: [],
    mood: 'well',
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
