/** A redis-server that speaks TLS only, with an authority, a server and a client certificate made for it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { freePorts, launchRedis, type ServerProcess } from './redis-process.ts';

const run = promisify(execFile);

export interface Certificates {
  readonly folder: string;
  /** Files, PEM. */
  readonly caFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
  /** Texts, PEM. */
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

export interface TestTlsRedis extends Certificates {
  readonly port: number;
  /** `rediss://localhost:port`; the certificate is for `localhost`, 127.0.0.1 and `redis.test`. */
  readonly url: string;
  readonly pid: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartTlsOptions {
  /** Refuse clients without a certificate of the same authority. */
  readonly clientCertificates?: 'required' | 'optional';
  /** Of the server's certificate. */
  readonly daysValid?: number;
  readonly args?: readonly string[];
}

export async function startRedisTls(options: StartTlsOptions = {}): Promise<TestTlsRedis> {
  const { clientCertificates = 'optional', daysValid = 30, args: extra = [] } = options;
  const certificates = await makeCertificates(daysValid);
  const { folder, caFile, ca, clientCert, clientKey } = certificates;
  const [port = 0] = await freePorts(1);
  const args = [
    ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--tls-cert-file', join(folder, 'server.crt'), '--tls-key-file', join(folder, 'server.key')],
    ...['--tls-ca-cert-file', caFile, '--tls-auth-clients', clientCertificates === 'required' ? 'yes' : 'optional'],
    ...extra,
  ];
  const ping = (): Promise<boolean> => answersTls(port, { ca, cert: clientCert, key: clientKey });
  const launch = (): Promise<ServerProcess> => launchRedis(args, { port, host: '127.0.0.1' }, ping);
  let server = await launch();
  return {
    ...certificates,
    port,
    url: `rediss://localhost:${port}`,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await launch();
    },
    async stop() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Made by openssl in a folder of its own, which the caller removes. */
export async function makeCertificates(daysValid = 30): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'vigia-tls-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...ecKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=Test CA');
  await writeFile(file('server.ext'), 'subjectAltName=DNS:localhost,DNS:redis.test,IP:127.0.0.1\n');
  await writeFile(file('client.ext'), 'extendedKeyUsage=clientAuth\n');
  for (const [name, days] of [
    ['server', daysValid],
    ['client', 30],
  ] as const) {
    await openssl('req', ...ecKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=test ${name}`);
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', `${name}.crt`, '-days', String(days), '-extfile', `${name}.ext`],
    );
  }
  const text = (name: string): Promise<string> => readFile(file(name), 'utf8');
  return {
    folder,
    caFile: file('ca.crt'),
    clientCertFile: file('client.crt'),
    clientKeyFile: file('client.key'),
    ca: await text('ca.crt'),
    clientCert: await text('client.crt'),
    clientKey: await text('client.key'),
  };
}

function answersTls(port: number, pems: { ca: string; cert: string; key: string }): Promise<boolean> {
  return new Promise((resolve) => {
    // Whether the certificate is good is what tests are about; this only asks whether the server is up.
    const socket = connect({ port, host: '127.0.0.1', ...pems, rejectUnauthorized: false }, () =>
      socket.write('PING\r\n'),
    );
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', (data) => finish(/^(\+PONG|-NOAUTH|-NOPERM)/.test(data.toString())));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
