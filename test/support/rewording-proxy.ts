/** A TCP proxy in front of a real server that says some things otherwise: for states that no test can bring a server into. */
import { connect, createServer } from 'node:net';

export interface RewordingProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Each text of replies is put in place of another of the same length, so that the protocol's lengths hold. */
export async function startRewordingProxy(
  socketPath: string,
  reword: (text: string) => string,
): Promise<RewordingProxy> {
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      const said = chunk.toString('latin1');
      const reworded = reword(said);
      if (reworded.length !== said.length) throw new Error('The proxy may not change the length of a reply');
      client.write(Buffer.from(reworded, 'latin1'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
