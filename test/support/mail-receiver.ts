/** A real SMTP server on loopback that keeps what it is sent, in clear, with STARTTLS or with TLS from the first byte. */

import { readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { type Certificates, makeCertificates } from './redis-tls.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly encrypted: boolean;
  readonly user: string | null;
}

export interface MailReceiver {
  readonly port: number;
  readonly ca: string;
  readonly mails: ReceivedMail[];
  /** True: answers 451 to what it is sent. */
  refusing: boolean;
  /** True: takes what it is sent and never answers. */
  hanging: boolean;
  /** Mails that came in whole, whatever was answered. */
  heardCount: number;
  stop(): Promise<void>;
}

export async function startMailReceiver(
  security: 'tls' | 'starttls' | 'none',
  login: { readonly user: string; readonly password: string } | null = null,
): Promise<MailReceiver> {
  const certificates = await makeCertificates();
  const receiver: MailReceiver = {
    port: 0,
    ca: certificates.ca,
    mails: [],
    refusing: false,
    hanging: false,
    heardCount: 0,
    stop: async () => undefined,
  };
  const server = new SMTPServer({
    secure: security === 'tls',
    ...(await keysOf(certificates)),
    closeTimeout: 100,
    disabledCommands: [...(security === 'none' ? ['STARTTLS'] : []), ...(login === null ? ['AUTH'] : [])],
    authOptional: login === null,
    onAuth: ({ username, password }, _session, callback) => {
      if (username === login?.user && password === login?.password) callback(null, { user: username });
      else callback(new Error('Invalid username or password'));
    },
    onData(stream, session, callback) {
      let source = '';
      stream.on('data', (chunk: Buffer) => {
        source += chunk.toString('utf8');
      });
      stream.on('end', () => {
        receiver.heardCount += 1;
        if (receiver.hanging) return;
        if (receiver.refusing) {
          callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        receiver.mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source,
          encrypted: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.on('listening', () => resolve()));
  const { port } = listening.address() as AddressInfo;
  return Object.assign(receiver, {
    port,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await rm(certificates.folder, { recursive: true, force: true });
    },
  });
}

async function keysOf({ folder }: Certificates): Promise<{ key: string; cert: string }> {
  const [key, cert] = await Promise.all(
    ['server.key', 'server.crt'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { key: key ?? '', cert: cert ?? '' };
}
