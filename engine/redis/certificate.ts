/** Reads the certificate of a server that speaks TLS, also one that is no longer valid. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { RedisAddress } from './address.ts';
import { tlsOptions } from './clients.ts';

export interface Certificate {
  readonly subject: string;
  readonly validUntilMs: number;
}

const deadlineMs = 3_000;

/** Of the first node; null of an address without TLS. Nothing is sent over the connection. @throws EngineError REDIS_UNREACHABLE */
export async function certificateOf({ tls, nodes }: RedisAddress, clock: Clock): Promise<Certificate | null> {
  const [first] = nodes;
  if (tls === null || first === undefined) return null;
  const { host, port } = first;
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  // Only its dates are read; whether it may be trusted is the connection's own business.
  const socket = connect({ host, port, ...tlsOptions(tls), servername, rejectUnauthorized: false });
  const what = `the TLS handshake with ${host}:${port}`;
  try {
    await withDeadline(clock, deadlineMs, { code: 'REDIS_UNREACHABLE', what }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.once('secureConnect', () => resolve());
      socket.on('error', reject);
      return promise;
    });
    const { subject, valid_to: validTo } = socket.getPeerCertificate();
    const name = subject?.CN ?? '';
    return { subject: Array.isArray(name) ? name.join(', ') : name, validUntilMs: Date.parse(validTo) };
  } finally {
    socket.destroy();
  }
}
